"""The rollups are what a slow count of the rows would say, whichever way the rows came to be."""

import contextlib
import time
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, transaction

from betterside import clock
from betterside.accounts.models import Entity
from betterside.accounts.tests.factories import EntityFactory, UserFactory
from tests.races import GAP, at_once

from ..models import (
    Activity,
    ActivityRollup,
    ContactedRollup,
    EntryRollup,
    Grain,
    Lead,
    LeadRollup,
    LeadStatus,
    StayRollup,
)
from ..services import activities, assignments, leads, rollups, stages
from .factories import make_lead, status

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 6, tzinfo=UTC)


@pytest.fixture
def rep():
    return UserFactory(rep=True)


@pytest.fixture
def entity(rep):
    return rep.entity


def total(entity, **dimensions) -> int:
    found = LeadRollup.objects.filter(entity=entity, counted_by="created", **dimensions)
    found = found.spanning(None, None, by_owner="assigned_user_id" in dimensions, by_day="day" in dimensions)
    return sum(found.values_list("leads", flat=True))


def test_a_new_lead_is_counted_in_its_transaction(entity):
    make_lead(entity=entity, platform="facebook")

    assert total(entity, platform="facebook") == 1
    assert rollups.verify(entity.pk) == []


def test_every_kind_of_change_is_counted(rep, entity):
    with clock.at(MONDAY):
        moved, owned, gone, tested = (make_lead(entity=entity) for _ in range(4))
    stages.move(lead=moved, to=status("sales", "qualified"), by=None)
    assignments.assign(lead=owned, to=rep, by=None)
    leads.update(lead=owned, by=None, fields={"platform": "website"})
    leads.update(lead=tested, by=None, fields={"is_test": True})
    leads.delete(lead=gone, by=None)

    assert total(entity) == 2
    assert total(entity, status_id=status("sales", "qualified").pk) == 1
    assert total(entity, assigned_user_id=rep.pk, platform="website") == 1
    assert rollups.verify(entity.pk) == []


def test_bulk_changes_past_the_services_are_counted_too(entity):
    for _ in range(3):
        make_lead(entity=entity)
    Lead.objects.update(platform="instagram", created_at=MONDAY)
    Lead.objects.first().delete()

    assert total(entity, platform="instagram", day=MONDAY.date()) == 2
    assert rollups.verify(entity.pk) == []


def test_days_are_the_entitys(entity):
    """20:00 UTC is the next day in India."""
    with clock.at(MONDAY.replace(hour=20)):
        make_lead(entity=entity)

    assert total(entity, day=MONDAY.date() + timedelta(days=1)) == 1


def test_folding_changes_no_sum_and_leaves_no_changes(rep, entity):
    for n in range(5):
        with clock.at(MONDAY + timedelta(days=20 * n)):
            make_lead(entity=entity, owner=rep)
    before = total(entity)

    assert rollups.fold(entity.pk)
    assert not LeadRollup.objects.filter(grain=Grain.CHANGE).exists()
    assert total(entity) == before == 5
    leads.delete(lead=Lead.objects.first(), by=None)
    assert total(entity) == 4
    rollups.fold(entity.pk)
    assert total(entity) == 4
    assert rollups.verify(entity.pk) == []


def test_empty_cells_go(entity):
    lead = make_lead(entity=entity)
    rollups.fold(entity.pk)
    leads.delete(lead=lead, by=None)
    rollups.fold(entity.pk)

    assert not LeadRollup.objects.exists()


def test_verify_names_what_differs_and_rebuild_mends_it(entity, capsys):
    lead = make_lead(entity=entity)
    rollups.fold(entity.pk)
    LeadRollup.objects.filter(grain=Grain.DAY).update(leads=7)
    Lead.objects.filter(pk=lead.pk).update(was_late=True)

    with pytest.raises(SystemExit) as ended:
        call_command("rollups", "verify", entity=entity.slug)
    said = capsys.readouterr().out
    assert ended.value.code == 1
    assert "leads off by 6" in said.replace("\n", " ")
    assert f"lead {lead.pk}" in said

    call_command("rollups", "rebuild", entity=entity.slug)
    call_command("rollups", "verify")
    assert "true" in capsys.readouterr().out


def test_another_time_zone_puts_the_rollups_out_of_use_until_they_are_rebuilt(entity):
    with clock.at(MONDAY.replace(hour=20)):
        make_lead(entity=entity)
    Entity.objects.filter(pk=entity.pk).update(timezone="UTC")
    entity.refresh_from_db()

    assert not entity.has_rollups
    assert "Rebuild" in rollups.verify(entity.pk)[0]
    assert rollups.rebuild(entity.pk)
    entity.refresh_from_db()
    assert entity.has_rollups
    assert total(entity, day=MONDAY.date()) == 1


def test_a_status_that_is_defined_otherwise_puts_them_out_of_use(entity):
    make_lead(entity=entity)
    LeadStatus.objects.filter(pk=status("sales", "new").pk).update(description="Fresh")
    entity.refresh_from_db()
    assert entity.has_rollups

    LeadStatus.objects.filter(pk=status("sales", "new").pk).update(sla_hours=1)
    entity.refresh_from_db()
    assert not entity.has_rollups
    assert rollups.rebuild(entity.pk)


def test_a_silent_load_is_counted_at_its_end_and_what_comes_after_it_as_ever(entity):
    with rollups.rebuilt_after(entity.pk):
        with rollups.silent():
            make_lead(entity=entity)
        assert total(entity) == 0
        assert not Entity.objects.get(pk=entity.pk).has_rollups

    make_lead(entity=entity)
    assert total(entity) == 2
    assert rollups.verify(entity.pk) == []


def test_a_load_that_breaks_off_is_counted_by_the_worker(entity):
    with contextlib.suppress(KeyboardInterrupt), rollups.rebuilt_after(entity.pk):
        with rollups.silent():
            make_lead(entity=entity)
        raise KeyboardInterrupt
    assert not Entity.objects.get(pk=entity.pk).has_rollups

    rollups.keep()
    assert total(entity) == 1
    assert rollups.verify(entity.pk) == []


def test_the_worker_does_not_wait_for_who_loads_or_rebuilds(entity):
    Entity.objects.filter(pk=entity.pk).update(rollup_zone="")
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as somebody:
        somebody.execute("SELECT pg_advisory_lock(hashtext('crm.rollups'), %s)", [entity.pk])
        rollups.keep()
        assert not Entity.objects.get(pk=entity.pk).has_rollups
        somebody.execute("SELECT pg_advisory_unlock(hashtext('crm.rollups'), %s)", [entity.pk])
    rollups.keep()
    assert Entity.objects.get(pk=entity.pk).has_rollups


def test_other_tenants_are_left_alone(entity):
    other = EntityFactory(slug="other")
    make_lead(entity=other)
    make_lead(entity=entity)
    rollups.rebuild(entity.pk)
    rollups.fold(entity.pk)

    assert total(other) == 1
    assert rollups.verify(other.pk) == []


def test_the_job_folds_and_rebuilds(entity):
    make_lead(entity=entity)
    rollups.keep()
    assert not any(model.objects.changes().exists() for model in rollups.MODELS)

    Entity.objects.filter(pk=entity.pk).update(timezone="UTC")
    rollups.keep()
    assert rollups.verify(entity.pk) == []


@pytest.mark.django_db(transaction=True)
def test_folding_and_rebuilding_lose_nothing_while_others_write():
    rep = UserFactory(rep=True)
    waiting = [make_lead(entity=rep.entity) for _ in range(8)]

    def work(lead):
        for name in ("qualified", "contacted"):
            stages.move(lead=lead, to=status("sales", name), by=None)
        make_lead(entity=rep.entity, owner=rep)

    calls = [lambda lead=lead: work(lead) for lead in waiting]
    keepers = [lambda: rollups.fold(rep.entity_id), lambda: rollups.rebuild(rep.entity_id)] * 4
    answers = at_once([call for pair in zip(calls, keepers, strict=True) for call in pair], threads=8)

    assert not [one for one in answers if isinstance(one, Exception)]
    assert total(rep.entity) == 16
    assert rollups.verify(rep.entity_id) == []


@pytest.mark.django_db(transaction=True)
def test_writers_never_wait_for_each_other(entity):
    """Two transactions count out of and into the same cells, and the first has not ended."""
    one, other = make_lead(entity=entity), make_lead(entity=entity)
    rollups.fold(entity.pk)
    qualified = status("sales", "qualified")
    with transaction.atomic():
        stages.move(lead=one, to=qualified, by=None)
        answers = at_once([lambda: stages.move(lead=other, to=qualified, by=None).status_id])

    assert answers == [qualified.pk]
    assert total(entity, status_id=qualified.pk) == 2


def test_what_happens_to_a_lead_comes_and_goes_with_it(rep, entity):
    lead = make_lead(entity=entity, owner=rep)
    activities.log(lead=lead, by=rep, activity_type="call", description="Called")
    stages.move(lead=lead, to=status("sales", "qualified"), by=rep)
    assert _work(entity) == (2, 2, 1)
    leads.update(lead=lead, by=None, fields={"is_test": True})
    assert _work(entity) == (0, 0, 0)
    assert rollups.verify(entity.pk) == []

    Lead.with_deleted.filter(pk=lead.pk).update(is_test=False)
    assert _work(entity) == (2, 2, 1)
    rollups.fold(entity.pk)
    Lead.objects.get(pk=lead.pk).delete()
    assert _work(entity) == (0, 0, 0)
    assert rollups.verify(entity.pk) == []


def _work(entity) -> tuple[int, int, int]:
    """Stays by their lead's day, stays by their own, and activities of people."""
    counted = ((StayRollup, "stays"), (EntryRollup, "stays"), (ActivityRollup, "activities"))
    return tuple(
        sum(model.objects.filter(entity=entity).spanning(None, None).values_list(name, flat=True))
        for model, name in counted
    )


def _contacted(entity, user, counted_by: str = "first") -> int:
    found = ContactedRollup.objects.filter(entity=entity, user_id=user.pk, counted_by=counted_by)
    return sum(found.spanning(None, None).values_list("leads", flat=True))


def test_a_lead_is_contacted_once_whoever_does_how_much(rep, entity):
    lead, other = make_lead(entity=entity, owner=rep), make_lead(entity=entity, owner=rep)
    for day in (0, 40, 20):
        with clock.at(MONDAY + timedelta(days=day)):
            activities.log(lead=lead, by=rep, activity_type="call", description="Called")
    assert (_contacted(entity, rep), _contacted(entity, rep, "last")) == (1, 1)
    assert _days(rep) == {"first": MONDAY.date(), "last": MONDAY.date() + timedelta(days=40)}

    Activity.objects.by_people().filter(lead=lead, created_at=MONDAY).delete()
    assert _days(rep)["first"] == MONDAY.date() + timedelta(days=20)
    Activity.objects.by_people().filter(lead=lead).update(lead=other)
    assert _contacted(entity, rep) == 1
    rollups.fold(entity.pk)
    leads.delete(lead=other, by=None)
    assert _contacted(entity, rep) == 0
    assert rollups.verify(entity.pk) == []


def _days(user) -> dict:
    rollups.fold(user.entity_id)
    return dict(ContactedRollup.objects.filter(user_id=user.pk, grain=Grain.DAY).values_list("counted_by", "day"))


def test_whoever_is_forgotten_has_contacted_nobody(rep, entity):
    lead = make_lead(entity=entity)
    gone = UserFactory(rep=True)
    for user in (rep, gone):
        Activity.objects.create(entity=entity, lead=lead, user=user, activity_type="call")
    Activity.objects.filter(user=gone).update(user=None)

    assert (_contacted(entity, rep), _contacted(entity, gone)) == (1, 0)
    assert rollups.verify(entity.pk) == []


def _first_two(lead, user) -> list:
    def call():
        with transaction.atomic():
            Activity.objects.create(entity=lead.entity, lead=lead, user=user, activity_type="call")
            time.sleep(GAP)

    return at_once([call, call])


@pytest.mark.django_db(transaction=True)
def test_two_first_calls_at_once_past_the_services_are_one_lead(rep):
    lead = make_lead(entity=rep.entity)

    assert _first_two(lead, rep) == [None, None]
    assert _contacted(rep.entity, rep) == 1
    assert rollups.verify(rep.entity_id) == []


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_they_are_two(rep):
    lead = make_lead(entity=rep.entity)
    with _unlocked("crm_activity_contacted_insert"):
        assert _first_two(lead, rep) == [None, None]
    assert _contacted(rep.entity, rep) == 2


@contextlib.contextmanager
def _unlocked(function: str):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef(%s::regproc)", [function])
        as_it_is = cursor.fetchone()[0]
        cursor.execute(as_it_is.replace("FOR NO KEY UPDATE", ""))
        try:
            yield
        finally:
            cursor.execute(as_it_is)
