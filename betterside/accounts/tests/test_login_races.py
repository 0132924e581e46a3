"""Tokens and guesses under parallel requests (trust 15, 16, 19), each with a control that shows the race."""

import time

import pytest

from betterside.api import limits
from betterside.api.models import RateCounter
from betterside.errors import TooMany
from tests.races import GAP, at_once, locks, slowly, statuses

from ..models import Login
from ..models.login import LoginQuerySet
from ..services import credentials, logins
from .factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("switch", locks)
def test_of_8_refreshes_of_one_token_one_succeeds(api, switch):
    token = logins.start(user=UserFactory()).refresh
    with locks[switch](), slowly(LoginQuerySet, "locked"):
        answers = at_once([lambda: api.post("/api/auth/refresh", {"refresh_token": token})] * 8)

    if switch == "locks on":
        assert statuses(answers) == {"200": 1, "401": 7}
        assert Login.objects.get().end_reason == "token_reused"
    else:
        assert statuses(answers)["200"] > 1


def guess_100_times(api, monkeypatch) -> tuple[int, dict]:
    """How many passwords were looked at, and the answers."""
    UserFactory(username="asha")
    looked_at = []
    monkeypatch.setattr(credentials, "authenticate", lambda *args, **kwargs: looked_at.append(kwargs))
    body = {"username": "asha", "password": "wrong"}
    answers = at_once([lambda: api.post("/api/auth/login", body)] * 100, threads=25)
    return len(looked_at), statuses(answers)


def test_of_100_guesses_at_once_10_are_looked_at(api, monkeypatch):
    looked_at, answers = guess_100_times(api, monkeypatch)
    assert looked_at == 10
    assert answers == {"401": 10, "429": 90}


def test_control_a_counter_that_reads_before_it_writes_lets_more_through(api, monkeypatch):
    def read_then_write(name, *parts, limit, seconds=60):
        key = limits.digest(name, *parts)
        row = RateCounter.objects.filter(key=key).first()
        time.sleep(GAP)
        if row and row.hits >= limit:
            raise TooMany(retry_after=seconds)
        if row:
            RateCounter.objects.filter(key=key).update(hits=row.hits + 1)
        else:
            rows = [RateCounter(key=key, hits=1, expires_at="2100-01-01T00:00Z")]
            RateCounter.objects.bulk_create(rows, ignore_conflicts=True)

    monkeypatch.setattr(limits, "hit", read_then_write)
    looked_at, _answers = guess_100_times(api, monkeypatch)
    assert looked_at > 10
