"""What stays count as by the day they began, however they came to be what they are (`EntryRollup`)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F

from betterside import clock
from betterside.accounts.tests.factories import UserFactory

from ..models import EntryRollup, LeadStatus, StageEntry
from ..services import rollups, stages
from .factories import make_lead, status

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 6, tzinfo=UTC)


@pytest.fixture
def rep():
    return UserFactory(rep=True)


@pytest.fixture
def entity(rep):
    return rep.entity


def test_what_a_stay_counts_as_follows_from_the_leads_others(rep, entity):
    """Whichever of a lead's stays is changed, added or removed, past the services."""
    lead, colleague = make_lead(entity=entity, pipeline="growth"), UserFactory(rep=True)
    new, *others = LeadStatus.objects.of("growth").order_by("position")
    for to, by in ((others[0], rep), (others[1], colleague), (others[0], rep), (others[-1], rep)):
        stages.move(lead=lead, to=to, by=None)
        StageEntry.objects.open().update(user=by)
    rollups.fold(entity.pk)
    _first, second, third, fourth, last = StageEntry.objects.order_by("pk")
    changes = [
        lambda: StageEntry.objects.filter(pk=second.pk).update(entered_at=MONDAY, user=None),
        lambda: StageEntry.objects.filter(pk=third.pk).update(duration_hours=5, user=rep),
        lambda: StageEntry.objects.update(exited_at=F("entered_at") + timedelta(hours=30)),
        lambda: StageEntry.objects.filter(pk=last.pk).update(exited_at=None, status=others[2]),
        lambda: colleague.delete(),
        lambda: last.delete(),
        lambda: StageEntry.objects.filter(pk=fourth.pk).update(exited_at=None),
        lambda: StageEntry.objects.create(entity=entity, lead=lead, status=new, entered_at=MONDAY, exited_at=MONDAY),
    ]
    for change in changes:
        change()
        rollups.correct(entity.pk)
        assert rollups.verify(entity.pk) == []
    assert rollups.fold(entity.pk)
    assert rollups.verify(entity.pk) == []


def test_a_bulk_change_of_many_leads_stays_is_counted_once(entity):
    with clock.at(MONDAY):
        for _ in range(5):
            stages.move(lead=make_lead(entity=entity), to=status("sales", "qualified"), by=None)
    StageEntry.objects.open().update(entered_at=MONDAY + timedelta(days=1))

    rollups.correct(entity.pk)

    moved = EntryRollup.objects.spanning(MONDAY.date() + timedelta(days=1), None)
    assert sum(moved.values_list("stays", flat=True)) == 5
    assert rollups.verify(entity.pk) == []
