"""Leads under parallel change (trust section 3, F18), each with a control that shows the race."""

import time
from unittest import mock

import pytest
from django.db import models
from django.utils import timezone

from betterside.accounts.tests.factories import UserFactory
from tests.races import GAP, at_once, locks, no_row_locks, slowly, statuses

from ..models import Lead, StageEntry
from ..services import access, assignments, codes, leads, stages
from .factories import make_lead, status
from .invariants import broken

pytestmark = pytest.mark.django_db(transaction=True)


def kinds(results: list) -> dict[str, int]:
    names = [type(result).__name__ for result in results]
    return {name: names.count(name) for name in names}


def change_status(times: int):
    owner = UserFactory(rep=True)
    lead = make_lead(owner=owner)
    to = status("sales", "qualified")
    with slowly(access, "for_update"):
        return at_once([lambda: stages.move(lead=lead, to=to, by=owner)] * times)


def test_of_20_equal_changes_one_succeeds_and_19_conflict():
    assert kinds(change_status(20)) == {"StageEntry": 1, "InvalidTransition": 19}
    assert StageEntry.objects.count() == 2
    assert broken() == []


def test_the_20_are_told_200_once_and_409_else(api):
    owner = UserFactory(rep=True)
    lead = make_lead(owner=owner)
    body = {"leadId": lead.pk, "statusId": "qualified"}
    with slowly(access, "for_update"):
        answers = at_once([lambda: api.as_(owner).post("/api/stages/change-status", body)] * 20)
    assert statuses(answers) == {"200": 1, "409": 19}
    assert broken() == []


def test_control_without_row_locks_the_changes_run_into_each_other():
    with no_row_locks():
        assert kinds(change_status(3)) != {"StageEntry": 1, "InvalidTransition": 2}


def change_status_and_notes():
    owner = UserFactory(rep=True)
    lead = make_lead(owner=owner)
    to = status("sales", "qualified")
    with slowly(access, "for_update"):
        results = at_once(
            [
                lambda: leads.update(lead=lead, by=owner, fields={}, status=to),
                lambda: leads.update(lead=lead, by=owner, fields={"notes": "Call on Monday"}),
            ]
        )
    assert kinds(results) == {"Lead": 2}
    lead.refresh_from_db()
    return lead.status.name, lead.notes


def test_status_and_notes_changed_at_once_are_both_kept():
    assert change_status_and_notes() == ("qualified", "Call on Monday")
    assert broken() == []


def test_control_without_locks_and_update_fields_one_change_is_lost():
    """Which of the two writes last is luck, and one order hides the loss: hence the rounds."""
    whole_row = models.Model.save

    def save_all(self, *args, **kwargs):
        kwargs.pop("update_fields", None)
        return whole_row(self, *args, **kwargs)

    with no_row_locks(), mock.patch.object(Lead, "save", save_all):
        assert any(change_status_and_notes() != ("qualified", "Call on Monday") for _round in range(10))


def assign_and_unassign():
    manager, first, second = UserFactory(manager=True), UserFactory(rep=True), UserFactory(rep=True)
    lead = make_lead(owner=first)
    with slowly(access, "for_update"), slowly(access, "locked"), slowly(assignments, "_end_current"):
        return at_once(
            [
                lambda: assignments.reassign(lead=lead, to=second, by=manager),
                lambda: assignments.unassign(lead=lead, by=manager),
            ]
        )


@pytest.mark.parametrize("run", range(3))
def test_assigning_and_unassigning_at_once_leave_one_truth(run):
    results = assign_and_unassign()

    assert kinds(results) in ({"Assignment": 2}, {"Conflict": 1, "Assignment": 1})
    assert broken() == []


def test_control_without_row_locks_owner_and_assignment_part():
    """Which of the two comes first is luck, and one order hides the damage: hence the rounds."""
    with no_row_locks():
        assert any(assign_and_unassign() and broken() for _round in range(10))


@pytest.mark.parametrize("switch", locks)
def test_two_claims_of_one_lead(switch):
    first, second = UserFactory(rep=True), UserFactory(rep=True)
    lead = make_lead()
    with locks[switch](), slowly(access, "for_update"):
        results = at_once(
            [
                lambda: assignments.assign(lead=lead, to=first, by=first),
                lambda: assignments.assign(lead=lead, to=second, by=second),
            ]
        )
    held = kinds(results) == {"Assignment": 1, "NotAllowed": 1}
    assert held == (switch == "locks on")


def create_50():
    cp = UserFactory(cp=True)

    def create():
        return leads.create(by=cp, entity=cp.entity, pipeline="channel", fields={"full_name": "Asha"}, owner=cp)

    return at_once([create] * 50, threads=25)


def test_50_leads_created_at_once_have_50_codes():
    results = create_50()

    assert kinds(results) == {"Lead": 50}
    year = timezone.localdate(timezone=results[0].entity.zone).year
    assert sorted(lead.lead_code for lead in results) == [f"LEAD-{year}-{n:06d}" for n in range(1, 51)]
    assert broken() == []


def test_control_codes_counted_without_the_atomic_counter_collide():
    def next_by_counting(entity):
        number = Lead.with_deleted.filter(entity=entity).count() + 1
        time.sleep(GAP)
        return f"LEAD-2026-{number:06d}"

    with mock.patch.object(codes, "generate", next_by_counting):
        assert kinds(create_50()).get("CodeTaken", 0) > 0
