"""crm.services.leads, for all five pipelines: what a change leaves behind, whichever pipeline it is in."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection

from betterside import clock
from betterside.accounts.tests.factories import EntityFactory, UserFactory
from betterside.errors import Invalid, NotAllowed
from betterside.realtime.models import Event

from ..models import Activity, Assignment, Lead, LeadNotFound, LeadStatus, StageEntry
from ..services import codes, leads, stages
from .factories import make_lead, status
from .invariants import broken

pytestmark = pytest.mark.django_db
PIPELINES = {"channel": "new", "sales": "new", "growth": "new", "practice": "NEW", "marketing": "NEW"}
FULL = {
    "full_name": "Asha Rao",
    "email": "asha@mail.example",
    "phone": "9876543210",
    "company": "Rao Realty",
    "job_title": "Owner",
    "source": "referral",
    "platform": "facebook",
    "score": 40,
    "value": Decimal("125000.50"),
    "notes": "Wants two bedrooms",
    "raw_field_data": {"budget": ["50-75 lakh"]},
}


@pytest.fixture
def rep():
    return UserFactory(rep=True)


def create(by, pipeline="sales", owner=None, fields=FULL, **kwargs):
    return leads.create(by=by, entity=by.entity, pipeline=pipeline, fields=fields, owner=owner, **kwargs)


def titles(lead) -> list[str]:
    return list(Activity.objects.filter(lead=lead).order_by("id").values_list("title", flat=True))


def events(lead) -> list[str]:
    return list(Event.objects.filter(subject_id=lead.pk).order_by("id").values_list("kind", flat=True))


# --- create ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_a_new_lead_starts_with_stay_assignment_activity_and_event(rep, pipeline):
    lead = create(rep, pipeline, owner=rep)

    lead.refresh_from_db()
    assert {name: getattr(lead, name) for name in FULL} == FULL
    assert lead.status.name == PIPELINES[pipeline]
    stay = StageEntry.objects.get(lead=lead)
    assert (stay.status, stay.user, stay.exited_at, stay.entered_at) == (lead.status, rep, None, lead.created_at)
    row = Assignment.objects.get(lead=lead)
    assert (row.assigned_user, row.assigned_by, row.ended_at, row.assigned_at) == (rep, rep, None, lead.assigned_at)
    assert titles(lead) == ["Lead created"]
    assert events(lead) == ["lead.created"]
    assert broken() == []


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_a_lead_may_start_without_owner_and_without_contact(rep, pipeline):
    lead = create(rep, pipeline, fields={})
    assert (lead.assigned_user, lead.assigned_at, lead.phone_e164) == (None, None, "")
    assert not Assignment.objects.exists()
    assert broken() == []


@pytest.mark.parametrize("name", ["won", "lost"])
def test_a_lead_that_starts_closed_is_closed(rep, name):
    lead = create(rep, status=status("sales", name))
    assert lead.closed_at == lead.created_at
    assert not lead.is_open


def test_a_status_of_another_pipeline_is_refused(rep):
    with pytest.raises(Invalid):
        create(rep, "sales", status=status("growth", "new"))


def test_the_database_refuses_it_too(rep):
    lead = create(rep)
    Lead.objects.filter(pk=lead.pk).update(status=status("growth", "new"))
    with pytest.raises(IntegrityError):
        connection.check_constraints()


def test_a_field_nobody_may_set_is_a_programming_error(rep):
    for name in ("entity", "status", "assigned_user", "lead_code", "deleted_at", "nonsense"):
        with pytest.raises(ValueError, match=name):
            create(rep, fields={name: 1})


@pytest.mark.parametrize("role", ["support", "developer", "buyer"])
def test_roles_that_only_read_create_nothing(role):
    user = UserFactory(**{role: True})
    with pytest.raises(NotAllowed):
        create(user)
    assert not Lead.with_deleted.exists()


@pytest.mark.parametrize(
    "owner",
    [
        {"buyer": True},
        {"support": True},
        {"rep": True, "is_active": False},
        {"rep": True, "is_approved": False},
        {"rep": True, "entity__slug": "other"},
    ],
)
def test_an_owner_who_may_own_none_is_refused(rep, owner):
    with pytest.raises(Invalid) as refused:
        create(rep, owner=UserFactory(**owner))
    assert set(refused.value.fields) == {"assigned_user_id"}
    assert not Lead.with_deleted.exists()


def test_history_carries_the_time_of_the_clock(rep):
    moment = datetime(2025, 3, 1, 9, 30, tzinfo=UTC)
    with clock.at(moment):
        lead = create(rep, owner=rep)
    times = [
        lead.created_at,
        lead.updated_at,
        lead.assigned_at,
        lead.first_assigned_at,
        StageEntry.objects.get().entered_at,
        Assignment.objects.get().assigned_at,
        Activity.objects.get().created_at,
    ]
    assert set(times) == {moment}
    assert lead.lead_code == "LEAD-2025-000001"


# --- names and phones ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "first", "last", "full"),
    [
        ({"full_name": "Asha Rao"}, "Asha", "Rao", "Asha Rao"),
        ({"full_name": "Asha Devi Rao"}, "Asha", "Devi Rao", "Asha Devi Rao"),
        ({"full_name": "Asha"}, "Asha", "", "Asha"),
        ({"first_name": "Asha", "last_name": "Rao"}, "Asha", "Rao", "Asha Rao"),
        ({"first_name": "Asha"}, "Asha", "", "Asha"),
        ({"last_name": "Rao"}, "", "Rao", "Rao"),
        ({"full_name": "Dr. A. Rao", "first_name": "Asha", "last_name": "Rao"}, "Asha", "Rao", "Dr. A. Rao"),
    ],
)
def test_the_three_names_are_kept_filled(rep, given, first, last, full):
    lead = create(rep, fields=given)
    assert (lead.first_name, lead.last_name, lead.full_name) == (first, last, full)


def test_a_change_of_one_name_keeps_the_other(rep):
    lead = create(rep, owner=rep, fields={"first_name": "Asha", "last_name": "Rao"})
    lead = leads.update(lead=lead, by=rep, fields={"last_name": "Mehta"})
    assert (lead.first_name, lead.last_name, lead.full_name) == ("Asha", "Mehta", "Asha Mehta")


@pytest.mark.parametrize(
    ("region", "typed", "e164", "digits"),
    [
        ("IN", "9876543210", "+919876543210", "9876543210"),
        ("IN", "+91 98765-43210", "+919876543210", "919876543210"),
        ("US", "(555) 123-4567", "+15551234567", "5551234567"),
        ("IN", "+1234567890", "+1234567890", "1234567890"),
        ("IN", "call my wife", "", ""),
        ("IN", "<test lead: dummy data for phone_number>", "", ""),
        ("IN", "", "", ""),
        ("IN", "٩٨٧٦٥٤٣٢١٠", "+919876543210", ""),
        ("IN", "12", "+9112", "12"),
    ],
)
def test_a_phone_is_kept_as_typed_beside_its_normal_forms(region, typed, e164, digits):
    entity = EntityFactory(slug="somewhere", default_region=region)
    lead = make_lead(entity=entity, phone=typed)
    assert (lead.phone, lead.phone_e164, lead.phone_digits) == (typed, e164, digits)


def test_a_changed_phone_changes_its_normal_forms(rep):
    lead = create(rep, owner=rep)
    lead = leads.update(lead=lead, by=rep, fields={"phone": ""})
    assert (lead.phone, lead.phone_e164, lead.phone_digits) == ("", "", "")


# --- lead codes ------------------------------------------------------------------------------------


def test_codes_count_per_entity_and_year():
    first, second = EntityFactory(slug="one"), EntityFactory(slug="two")
    with clock.at(datetime(2025, 12, 31, 12, tzinfo=UTC)):
        old = make_lead(entity=first)
    with clock.at(datetime(2026, 6, 1, 12, tzinfo=UTC)):
        new = [make_lead(entity=entity).lead_code for entity in (first, first, second)]
    assert old.lead_code == "LEAD-2025-000001"
    assert new == ["LEAD-2026-000001", "LEAD-2026-000002", "LEAD-2026-000001"]


def test_the_year_is_that_of_the_entity_s_zone():
    with clock.at(datetime(2025, 12, 31, 20, tzinfo=UTC)):
        assert make_lead(entity=EntityFactory(slug="in", timezone="Asia/Kolkata")).lead_code == "LEAD-2026-000001"


def test_codes_taken_by_hand_are_skipped(rep):
    with clock.at(datetime(2026, 6, 1, tzinfo=UTC)):
        create(rep, lead_code="LEAD-2026-000001")
        create(rep, lead_code="LEAD-2026-000002")
        assert create(rep).lead_code == "LEAD-2026-000003"


def test_a_code_is_taken_once_per_entity_and_by_a_deleted_lead_too(rep):
    stranger = UserFactory(rep=True, entity__slug="other")
    lead = create(rep, owner=rep, lead_code="MINE-1")
    leads.delete(lead=lead, by=rep)
    with pytest.raises(codes.CodeTaken):
        create(rep, lead_code="MINE-1")
    assert create(stranger, lead_code="MINE-1").lead_code == "MINE-1"


def test_a_growth_e_mail_is_open_once_per_entity(rep):
    stranger = UserFactory(rep=True, entity__slug="other")
    first = create(rep, "growth", owner=rep)
    with pytest.raises(leads.EmailTaken):
        create(rep, "growth", fields=FULL | {"email": "ASHA@mail.example"})
    assert create(stranger, "growth")
    stages.move(lead=first, to=status("growth", "closed"), by=rep)
    assert create(rep, "growth")


# --- update ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_a_change_is_recorded_once_and_names_what_changed(rep, pipeline):
    lead = create(rep, pipeline, owner=rep)
    with clock.at(lead.created_at + timedelta(hours=1)):
        changed = leads.update(lead=lead, by=rep, fields={"notes": "Call", "score": 60, "company": "Rao Realty"})
    assert changed.updated_at == lead.created_at + timedelta(hours=1)
    assert titles(lead) == ["Lead created", "Lead updated"]
    assert Activity.objects.filter(lead=lead).latest("id").description == "Changed notes, score"
    assert events(lead) == ["lead.created", "lead.updated"]


def test_a_change_to_what_it_is_already_writes_nothing(rep):
    lead = create(rep, owner=rep)
    leads.update(lead=lead, by=rep, fields=FULL, status=lead.status)
    lead.refresh_from_db()
    assert lead.updated_at == lead.created_at
    assert titles(lead) == ["Lead created"]


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_fields_and_status_in_one_change_leave_both_histories(rep, pipeline):
    lead = create(rep, pipeline, owner=rep)
    to = LeadStatus.objects.of(pipeline).order_by("position")[1]
    changed = leads.update(lead=lead, by=rep, fields={"notes": "Call"}, status=to, status_notes="Interested")
    assert (changed.status, changed.notes) == (to, "Call")
    assert StageEntry.objects.open().get(lead=lead).notes == "Interested"
    assert len(titles(lead)) == 3
    assert broken() == []


def test_a_refused_status_leaves_the_fields_as_they_were(rep):
    lead = create(rep, owner=rep)
    with pytest.raises(stages.InvalidTransition):
        leads.update(lead=lead, by=rep, fields={"notes": "Call"}, status=status("sales", "won"))
    lead.refresh_from_db()
    assert lead.notes == FULL["notes"]
    assert titles(lead) == ["Lead created"]


# --- delete ----------------------------------------------------------------------------------------


def test_deleting_hides_the_lead_and_keeps_its_history(rep):
    lead = create(rep, owner=rep)
    leads.delete(lead=lead, by=rep)
    assert not Lead.objects.filter(pk=lead.pk).exists()
    assert Lead.with_deleted.get(pk=lead.pk).deleted_at
    assert titles(lead) == ["Lead created", "Lead deleted"]
    assert events(lead)[-1] == "lead.deleted"
    assert broken() == []


@pytest.mark.parametrize("change", ["update", "delete", "move"])
def test_a_deleted_lead_is_gone_for_every_change(rep, change):
    lead = create(rep, owner=rep)
    leads.delete(lead=lead, by=rep)
    calls = {
        "update": lambda: leads.update(lead=lead, by=rep, fields={"notes": "x"}),
        "delete": lambda: leads.delete(lead=lead, by=rep),
        "move": lambda: stages.move(lead=lead, to=status("sales", "qualified"), by=rep),
    }
    with pytest.raises(LeadNotFound):
        calls[change]()
