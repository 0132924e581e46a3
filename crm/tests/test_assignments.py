"""crm.services.assignments: one owner, one current row, and who may give what to whom (DESIGN sections 3 and 4)."""

from datetime import timedelta

import pytest

from betterside import clock
from betterside.accounts.tests.factories import UserFactory
from betterside.errors import Conflict, Invalid, NotAllowed
from betterside.realtime.models import Event

from ..models import Activity, Assignment, Lead, LeadNotFound
from ..services import assignments
from .factories import make_lead
from .invariants import broken

pytestmark = pytest.mark.django_db
PIPELINES = ["channel", "sales", "growth", "practice", "marketing"]


@pytest.fixture
def rep():
    return UserFactory(rep=True, first_name="Riya", last_name="Kapoor")


@pytest.fixture
def other():
    return UserFactory(rep=True, first_name="Rahul", last_name="Verma")


@pytest.fixture
def manager():
    return UserFactory(manager=True)


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_assigning_passing_on_and_taking_away_leave_one_history(rep, other, manager, pipeline):
    lead = make_lead(entity=rep.entity, pipeline=pipeline)
    assignments.assign(lead=lead, to=rep, by=manager, reason="Speaks Hindi")
    assignments.reassign(lead=lead, to=other, by=manager, reason="Holiday", notes="Until Monday")
    ended = assignments.unassign(lead=lead, by=manager, reason="Left")

    first, second = Assignment.objects.order_by("id")
    assert (first.assigned_user, first.assigned_by, first.previous_user) == (rep, manager, None)
    assert (second.assigned_user, second.previous_user, second.reassignment_reason) == (other, rep, "Holiday")
    assert second.notes == "Until Monday"
    assert first.ended_at == second.assigned_at
    assert ended == second
    lead.refresh_from_db()
    assert (lead.assigned_user, lead.assigned_at) == (None, None)
    assert lead.first_assigned_at == first.assigned_at
    texts = [activity.description for activity in Activity.objects.order_by("id")][1:]
    assert texts == [
        "Assigned to Riya Kapoor: Speaks Hindi",
        "Assigned to Rahul Verma: Holiday",
        "Unassigned from Rahul Verma: Left",
    ]
    kinds = list(Event.objects.order_by("id").values_list("kind", flat=True))
    given = ["lead.assigned", "notification.created"]
    assert kinds == ["lead.created", *given, *given, "lead.unassigned"]
    assert broken() == []


def test_an_assigned_lead_is_not_assigned_again(rep, other, manager):
    lead = make_lead(owner=rep)
    with pytest.raises(Conflict):
        assignments.assign(lead=lead, to=other, by=manager)
    assert Lead.objects.get().assigned_user == rep


def test_reassigning_needs_an_owner_and_another_person(rep, manager):
    with pytest.raises(Conflict):
        assignments.reassign(lead=make_lead(), to=rep, by=manager)
    with pytest.raises(Conflict):
        assignments.reassign(lead=make_lead(owner=rep), to=rep, by=manager)


def test_there_is_nothing_to_take_from_nobody(manager):
    with pytest.raises(Conflict):
        assignments.unassign(lead=make_lead(), by=manager)


# --- who may ---------------------------------------------------------------------------------------


def test_a_seller_claims_an_unassigned_lead_for_themselves(rep):
    assignments.assign(lead=make_lead(), to=rep, by=rep)
    assert Lead.objects.get().assigned_user == rep


def test_a_seller_gives_no_unassigned_lead_to_somebody_else(rep, other):
    with pytest.raises(NotAllowed):
        assignments.assign(lead=make_lead(), to=other, by=rep)
    assert not Assignment.objects.exists()


def test_a_seller_passes_on_their_own_and_takes_no_other_s(rep, other):
    lead = make_lead(owner=rep)
    with pytest.raises(NotAllowed):
        assignments.reassign(lead=lead, to=other, by=other)
    assignments.reassign(lead=lead, to=other, by=rep)
    assert Lead.objects.get().assigned_user == other


@pytest.mark.parametrize("role", ["support", "cp", "developer", "buyer"])
def test_other_roles_assign_nothing(role):
    user = UserFactory(**{role: True})
    with pytest.raises(NotAllowed):
        assignments.assign(lead=make_lead(), to=user, by=user)


def test_without_a_seat_nobody_claims():
    user = UserFactory(rep=True, is_approved=False)
    with pytest.raises(NotAllowed):
        assignments.assign(lead=make_lead(), to=user, by=user)


def test_a_lead_of_another_entity_is_not_found(manager):
    stranger = UserFactory(rep=True, entity__slug="other")
    lead = make_lead(owner=stranger)
    for call in (assignments.assign, assignments.reassign):
        with pytest.raises(LeadNotFound):
            call(lead=lead, to=manager, by=manager)
    with pytest.raises(LeadNotFound):
        assignments.unassign(lead=lead, by=manager)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"rep": True, "entity__slug": "other"}, "This user does not exist."),
        ({"buyer": True}, "This user does not exist."),
        ({"rep": True, "is_approved": False}, "This user does not exist."),
        ({"rep": True, "is_active": False}, "This user is inactive."),
    ],
)
def test_a_lead_is_given_to_somebody_who_may_own_it(manager, fields, words):
    with pytest.raises(Invalid) as refused:
        assignments.assign(lead=make_lead(), to=UserFactory(**fields), by=manager)
    assert refused.value.fields == {"assigned_user_id": words}


def test_a_clock_that_runs_behind_never_ends_a_row_before_it_began(rep, other, manager):
    lead = make_lead(owner=rep)
    with clock.at(lead.created_at - timedelta(hours=1)):
        assignments.reassign(lead=lead, to=other, by=manager)
    first = Assignment.objects.order_by("id").first()
    assert first.ended_at == first.assigned_at
    assert broken() == []
