"""The channel face's answers, whole (channel.md, "API Endpoints", "Error handling")."""

import pytest

from betterside.accounts.tests.factories import UserFactory
from crm.tests.factories import make_lead

from .factories import mapped_project

pytestmark = pytest.mark.django_db

BODY = {
    "name": "Asha Rao",
    "phone": "9876543210",
    "email": "asha@mail.example",
    "source": "meta_ads",
    "notes": "Wants two bedrooms",
}


@pytest.fixture
def cp():
    return UserFactory(cp=True, first_name="Asha", last_name="Rao")


@pytest.fixture
def client(api, cp):
    return api.as_(cp)


@pytest.fixture
def lead(cp):
    project = mapped_project(cp, title="Skyline")
    fields = {"full_name": "Neha Gupta", "phone": "9988776655", "email": "neha@mail.example", "source": "organic"}
    return make_lead(owner=cp, pipeline="channel", project=project, **fields)


def test_create_with_everything(client, cp, golden):
    answer = client.post("/api/cp/leads", BODY | {"project_id": mapped_project(cp).pk})
    golden(answer, "channel/lead-create")


def test_create_with_what_is_required(client, golden):
    golden(client.post("/api/cp/leads", {"name": "Asha Rao", "phone": "9876543210"}), "channel/lead-create-least")


def test_create_with_bad_fields(client, golden):
    bad = {"name": "", "phone": "12345", "email": "asha", "source": "tv", "project_id": "two"}
    golden(client.post("/api/cp/leads", bad), "channel/lead-create-invalid")


def test_list(client, lead, golden):
    golden(client.get("/api/cp/leads?page=1&limit=20"), "channel/lead-list")


def test_list_of_nothing(client, golden):
    golden(client.get("/api/cp/leads"), "channel/lead-list-empty")


def test_retrieve(client, lead, golden):
    golden(client.get(f"/api/cp/leads/{lead.pk}"), "channel/lead-retrieve")


def test_retrieve_of_none(client, golden):
    golden(client.get("/api/cp/leads/999999999"), "channel/lead-not-found")


def test_retrieve_of_a_colleagues(client, golden):
    theirs = make_lead(owner=UserFactory(cp=True), pipeline="channel")
    golden(client.get(f"/api/cp/leads/{theirs.pk}"), "channel/lead-forbidden")


def test_without_a_token(api, golden):
    golden(api.get("/api/cp/leads"), "channel/unauthorized")


@pytest.mark.parametrize("method", ["put", "patch"])
def test_change_of_status_with_notes(client, lead, golden, method):
    answer = getattr(client, method)(f"/api/cp/leads/{lead.pk}", {"status": "follow_up", "notes": "Call on Monday"})
    golden(answer, "channel/lead-update")


def test_delete(client, lead, golden):
    golden(client.delete(f"/api/cp/leads/{lead.pk}"), "channel/lead-delete")


def test_projects(client, cp, golden):
    mapped_project(cp, title="Skyline", city="Pune")
    golden(client.get("/api/cp/projects"), "channel/project-list")


def test_profile(client, golden):
    golden(client.get("/api/cp/profile"), "channel/profile")


def test_change_of_the_profile(client, golden):
    profile = {
        "full_name": "Asha Rao",
        "company_name": "Rao Realty",
        "phone": "9820012345",
        "city": "Mumbai",
        "extra_json": {"languages": ["en", "hi"]},
    }
    golden(client.put("/api/cp/profile", profile), "channel/profile-update")
    golden(client.get("/api/cp/profile"), "channel/profile-update")


def test_bad_profile(client, golden):
    golden(client.put("/api/cp/profile", {"phone": "98200-12345", "city": "221B"}), "channel/profile-invalid")
