import pytest

from betterside.accounts.tests.factories import UserFactory
from crm.models import Activity, Assignment, Lead, StageEntry
from crm.tests.factories import make_lead

from .factories import mapped_project

pytestmark = pytest.mark.django_db


def test_a_cp_creates_a_lead_and_finds_it_in_the_list(api):
    cp = UserFactory(cp=True)
    project = mapped_project(cp)
    client = api.as_(cp)
    body = {"name": "Asha Rao", "phone": "9876543210", "project_id": project.pk}

    created = client.post("/api/cp/leads", body)

    assert created.status_code == 201, created.content
    listed = client.get("/api/cp/leads").json()
    assert listed == {"data": [created.json()["lead"]], "meta": {"page": 1, "limit": 20, "total": 1}}


def test_a_captured_lead_without_phone_or_name_has_empty_texts(api):
    """channel.md: of a person's fields only the e-mail is nullable."""
    cp = UserFactory(cp=True)
    lead = make_lead(owner=cp, pipeline="channel", full_name="", phone="", email="")

    for found in (
        api.as_(cp).get("/api/cp/leads").json()["data"][0],
        api.as_(cp).get(f"/api/cp/leads/{lead.pk}").json()["lead"],
    ):
        assert (found["name"], found["phone"], found["email"]) == ("", "", None)


def test_a_new_lead_leaves_stage_assignment_and_activity(api):
    cp = UserFactory(cp=True)
    api.as_(cp).post("/api/cp/leads", {"name": "Asha", "phone": "9876543210"})

    lead = Lead.objects.get()
    assert lead.assigned_user == cp
    assert StageEntry.objects.open().filter(lead=lead, status__name="new", user=cp).count() == 1
    assert Assignment.objects.current().filter(lead=lead, assigned_user=cp).count() == 1
    assert Activity.objects.filter(lead=lead, user=cp).count() == 1


def test_it_refuses_a_project_of_another_cp_and_writes_nothing(api):
    cp, colleague = UserFactory(cp=True), UserFactory(cp=True)
    foreign = mapped_project(colleague)

    answer = api.as_(cp).post("/api/cp/leads", {"name": "Asha", "phone": "9876543210", "project_id": foreign.pk})

    assert answer.status_code == 400
    assert answer.json()["code"] == "VALIDATION_ERROR"
    assert set(answer.json()["fields"]) == {"project_id"}
    assert not Lead.objects.exists()
