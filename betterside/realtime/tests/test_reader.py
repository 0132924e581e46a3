import asyncio

import pytest

from betterside.accounts.tests.factories import UserFactory

from .. import hub
from ..models import Event

pytestmark = pytest.mark.django_db


def event(user, position):
    return Event(entity_id=user.entity_id, user_id=user.pk, kind="lead.updated", subject_id=1, position=position)


def test_a_slow_reader_loses_the_oldest_and_is_told(monkeypatch):
    monkeypatch.setattr(hub, "QUEUE_LIMIT", 3)
    user = UserFactory(cp=True)

    async def scenario():
        reader = hub.Reader(user, 0)
        for position in range(1, 6):
            reader.offer(event(user, position))
        return reader.take(), reader.take()

    (has_gap, taken), nothing = asyncio.run(scenario())
    assert has_gap
    assert [event.position for event in taken] == [3, 4, 5]
    assert nothing == (False, [])


def test_a_reader_is_ahead_of_a_hub_that_lags():
    """Another process has given it positions that this process's hub has yet to reach."""
    user = UserFactory(cp=True)

    async def scenario():
        reader = hub.Reader(user, 5)
        reader.start = 7
        for position in (6, 7, 8):
            reader.offer(event(user, position))
        return reader.take()

    assert [event.position for event in asyncio.run(scenario())[1]] == [8]
