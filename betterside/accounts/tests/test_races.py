"""Codes and accounts under parallel requests (trust 13), with controls that show the race."""

import time
from unittest import mock

import pytest
from django.core import mail
from django.db import models

from betterside.jobs.testing import run_jobs
from tests.races import GAP, at_once, statuses

from ..models import OneTimeCode, User
from ..models.one_time_code import OneTimeCodeQuerySet
from ..services import codes
from .factories import EntityFactory, UserFactory
from .mailbox import code_for, wrong
from .test_registration import SAMPLE

pytestmark = pytest.mark.django_db(transaction=True)


def hundred_guesses(api, monkeypatch) -> int:
    """How many of a hundred guesses at once were compared with the code."""
    user = UserFactory(is_verified=False)
    api.post("/api/auth/resend-otp", {"email": user.email})
    body = {"email": user.email, "otp": wrong(code_for(user.email))}
    compared = []
    compare = codes.constant_time_compare
    monkeypatch.setattr(codes, "constant_time_compare", lambda *pair: compared.append(pair) or compare(*pair))
    monkeypatch.setattr(codes, "TRIED_PER_ADDRESS", 1000)
    monkeypatch.setattr(codes, "TRIED_PER_ACCOUNT", 1000)
    answers = at_once([lambda: api.post("/api/auth/verify-otp", body)] * 100, threads=20)
    assert statuses(answers) == {"400": 100}
    return len(compared)


def test_of_a_hundred_guesses_at_once_five_are_evaluated(api, monkeypatch):
    assert hundred_guesses(api, monkeypatch) == 5


def read_then_count(self, *, email, purpose):
    code = self.alive().filter(email=email, purpose=purpose, tries__lt=5).first()
    time.sleep(GAP)
    if code:
        self.filter(pk=code.pk).update(tries=models.functions.Least(models.F("tries") + 1, 5))
    return code


def test_control_reading_before_counting_lets_more_through(api, monkeypatch):
    with mock.patch.object(OneTimeCodeQuerySet, "counting_a_try", read_then_count):
        assert hundred_guesses(api, monkeypatch) > 5


def test_the_limits_hold_before_the_code_does(api):
    user = UserFactory(is_verified=False)
    api.post("/api/auth/resend-otp", {"email": user.email})
    body = {"email": user.email, "otp": wrong(code_for(user.email))}
    answers = at_once([lambda: api.post("/api/auth/verify-otp", body)] * 100, threads=20)
    assert statuses(answers) == {"400": codes.TRIED_PER_ACCOUNT, "429": 100 - codes.TRIED_PER_ACCOUNT}
    assert OneTimeCode.objects.get(email=user.email).tries == 5


def use_the_right_code(api) -> dict:
    user = UserFactory(is_verified=False)
    api.post("/api/auth/resend-otp", {"email": user.email})
    body = {"email": user.email, "otp": code_for(user.email)}
    return statuses(at_once([lambda: api.post("/api/auth/verify-otp", body)] * 5))


def test_the_right_code_five_times_at_once_works_once(api):
    assert use_the_right_code(api) == {"200": 1, "400": 4}


def test_one_address_registered_ten_times_at_once_is_one_account(api):
    EntityFactory(slug="company", email_domain="company.com")

    answers = at_once([lambda: api.post("/api/auth/register", SAMPLE)] * 10)

    assert statuses(answers) == {"201": 10}
    assert len({answer.json()["data"]["user_id"] for answer in answers}) == 10
    assert User.objects.filter(email="john@company.com").count() == 1
    assert OneTimeCode.objects.count() == codes.CODES_PER_HOUR
    run_jobs()
    assert len(mail.outbox) == 1, "the codes before the last are dead and are not sent"
    api.post("/api/auth/verify-otp", {"email": "john@company.com", "otp": code_for("john@company.com")})
    login = {"email": "john@company.com", "password": SAMPLE["password"]}
    assert api.post("/api/auth/login", login).status_code == 200


def test_one_username_wished_for_ten_times_at_once(api):
    EntityFactory(slug="company", email_domain="company.com")
    bodies = [SAMPLE | {"email": f"john{n}@company.com"} for n in range(10)]

    answers = at_once([lambda body=body: api.post("/api/auth/register", body) for body in bodies])

    assert statuses(answers) == {"201": 10}
    assert {answer.json()["data"]["username"] for answer in answers} == {"john_doe"}
    assert User.objects.filter(username__startswith="john_doe").count() == 10
