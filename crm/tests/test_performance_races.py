"""Points counted by several workers at once, with a control that shows the race."""

from contextlib import contextmanager
from unittest import mock

import pytest

from betterside.accounts.tests.factories import EntityFactory, UserFactory
from crm.models import PerformanceScore
from crm.services import scores
from crm.tests.factories import make_lead
from tests.races import at_once, slowly

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def no_turns():
    """The control: nobody waits for another who counts the entity's points."""
    with mock.patch.object(scores, "LOCK", "SELECT %s"):
        yield


def four_workers_count() -> list:
    entity = EntityFactory()
    for _n in range(3):
        make_lead(owner=UserFactory(agent=True), pipeline="practice")
    with slowly(scores, "tallies"):
        return at_once([lambda: scores.recount(entity)] * 4)


def test_workers_that_count_at_once_take_turns():
    assert four_workers_count() == [None] * 4
    assert PerformanceScore.objects.count() == 3 * len(PerformanceScore.Period.values)


def test_control_without_the_lock_they_store_the_same_rows():
    with no_turns():
        assert any(any(isinstance(result, Exception) for result in four_workers_count()) for _round in range(5))
