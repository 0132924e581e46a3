"""crm.services.stages: stays, steps and what sales allows (DESIGN section 4; sales.md, lead_stages)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from betterside import clock
from betterside.accounts.tests.factories import UserFactory
from betterside.errors import Invalid, InvalidTransition

from ..models import Activity, Lead, LeadStatus, StageEntry
from ..services import stages
from .factories import make_lead, status
from .invariants import broken

pytestmark = pytest.mark.django_db
LINE = ["new", "qualified", "contacted", "meeting_scheduled", "proposal_sent", "negotiation", "won"]
# What sales.md's ids mean.
IDS = [*LINE, "lost"]


@pytest.fixture
def rep():
    return UserFactory(rep=True)


@pytest.fixture
def manager():
    return UserFactory(manager=True)


def allowed(name: str) -> set[str]:
    """The next steps that DESIGN section 4 allows to anybody."""
    return {LINE[LINE.index(name) + 1], "lost"} if name in LINE[:-1] else set()


def test_the_sales_statuses_have_the_contract_s_ids():
    found = LeadStatus.objects.filter(pipeline="sales").order_by("pk").values_list("pk", "name")
    assert list(found) == list(enumerate(IDS, start=1))


@pytest.mark.parametrize("before", IDS)
@pytest.mark.parametrize("after", IDS)
def test_sales_allows_its_steps_and_no_other(rep, before, after):
    lead = make_lead(owner=rep, status_name=before)
    to = status("sales", after)
    if after in allowed(before):
        stages.move(lead=lead, to=to, by=rep)
        assert Lead.objects.get(pk=lead.pk).status == to
    else:
        with pytest.raises(InvalidTransition):
            stages.move(lead=lead, to=to, by=rep)
        assert Lead.objects.get(pk=lead.pk).status.name == before
        assert StageEntry.objects.count() == 1
    assert broken() == []


@pytest.mark.parametrize("name", IDS)
def test_the_steps_offered_are_the_steps_taken(rep, manager, name):
    lead = make_lead(owner=rep, status_name=name)
    assert {step.name for step in stages.allowed_from(lead, rep)} == allowed(name)
    reopen = {"new"} if name == "lost" else set()
    assert {step.name for step in stages.allowed_from(lead, manager)} == allowed(name) | reopen


def test_a_refusal_names_the_allowed_steps(rep):
    lead = make_lead(owner=rep)
    with pytest.raises(InvalidTransition, match="Allowed: qualified, lost"):
        stages.move(lead=lead, to=status("sales", "won"), by=rep)


def test_only_a_manager_reopens_a_lost_lead(rep, manager):
    lead = make_lead(owner=rep, status_name="lost")
    with pytest.raises(InvalidTransition):
        stages.move(lead=lead, to=status("sales", "new"), by=rep)
    stages.move(lead=lead, to=status("sales", "new"), by=manager)
    lead.refresh_from_db()
    assert (lead.status.name, lead.closed_at) == ("new", None)


@pytest.mark.parametrize("pipeline", ["channel", "growth", "practice", "marketing"])
def test_other_pipelines_allow_every_step(rep, pipeline):
    words = list(LeadStatus.objects.of(pipeline).order_by("position"))
    for before in words:
        for after in words:
            if before != after:
                lead = make_lead(owner=rep, pipeline=pipeline, status_name=before.name, email="")
                stages.move(lead=lead, to=after, by=rep)
                lead.refresh_from_db()
                assert lead.status == after
                assert (lead.closed_at is not None) == after.is_closed
    assert broken() == []


def test_a_status_of_another_pipeline_does_not_exist(rep):
    lead = make_lead(owner=rep)
    with pytest.raises(Invalid):
        stages.move(lead=lead, to=status("channel", "new"), by=rep)


def test_a_retired_status_does_not_exist(rep):
    lead = make_lead(owner=rep, pipeline="channel")
    LeadStatus.objects.filter(pk=status("channel", "closed").pk).update(is_active=False)
    with pytest.raises(Invalid):
        stages.move(lead=lead, to=status("channel", "closed"), by=rep)


def test_a_move_ends_one_stay_and_opens_the_next(rep):
    lead = make_lead(owner=rep)
    moment = lead.created_at + timedelta(hours=36, minutes=15)
    with clock.at(moment):
        stages.move(lead=lead, to=status("sales", "qualified"), by=rep, notes="Good fit", next_action="Call")
    first, second = StageEntry.objects.order_by("id")
    assert (first.exited_at, first.duration_hours) == (moment, Decimal("36.25"))
    assert (second.entered_at, second.exited_at, second.notes, second.user) == (moment, None, "Good fit", rep)
    assert second.next_action_required == "Call"
    activity = Activity.objects.latest("id")
    assert activity.activity_type == "status_change"
    assert activity.description == "Status changed from 'new' to 'qualified': Good fit"
    assert activity.created_at == moment


def test_a_clock_that_runs_behind_never_ends_a_stay_before_it_began(rep):
    lead = make_lead(owner=rep)
    with clock.at(lead.created_at - timedelta(hours=1)):
        stages.move(lead=lead, to=status("sales", "qualified"), by=rep)
    first = StageEntry.objects.order_by("id").first()
    assert (first.exited_at, first.duration_hours) == (first.entered_at, 0)


def test_closing_and_reopening_keep_closed_at_true(manager):
    lead = make_lead(status_name="negotiation")
    stages.move(lead=lead, to=status("sales", "lost"), by=manager)
    lead.refresh_from_db()
    assert lead.closed_at
    stages.move(lead=lead, to=status("sales", "new"), by=manager)
    lead.refresh_from_db()
    assert lead.closed_at is None
    assert [stay.status.name for stay in StageEntry.objects.order_by("id")] == ["negotiation", "lost", "new"]


def test_notes_of_a_stay_can_be_changed_and_leave_an_activity(rep):
    lead = make_lead(owner=rep)
    stay = StageEntry.objects.open().get(lead=lead)
    stages.annotate(entry=stay, by=rep, notes="Called twice")
    stay.refresh_from_db()
    assert (stay.notes, stay.next_action_required) == ("Called twice", "")
    assert Activity.objects.latest("id").title == "Notes of stage 'new' updated"
