"""Whole answers of the sales face where sales.md has no sample: creating, PATCH, deleting, refusals."""

import pytest

from betterside.accounts.tests.factories import EntityFactory, UserFactory

from .factories import make_lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return EntityFactory(slug="company", name="company", timezone="UTC")


def test_the_life_of_a_lead(api, company, golden):
    client = api.as_(UserFactory(entity=company, username="manager", manager=True))
    body = {"first_name": "Jane", "last_name": "Smith", "email": "prospect@example.com", "phone": "+15551234567"}
    created = client.post("/api/leads", body | {"platform_key": "facebook"})
    golden(created, "sales/lead-create")
    path = f"/api/leads/{created.json()['data']['id']}"
    golden(client.patch(path, {"score": 80, "status": "qualified"}), "sales/lead-patch")
    golden(client.patch(path, {"status": "won"}), "sales/lead-patch-impossible")
    golden(client.delete(path), "sales/lead-delete")
    golden(client.get(path), "sales/lead-missing")
    golden(client.post("/api/leads", {}), "sales/lead-create-empty")


def test_a_lead_of_somebody_else(api, company, golden):
    lead = make_lead(entity=company, full_name="Jane Smith")
    rep = api.as_(UserFactory(entity=company, username="rep", rep=True))
    golden(rep.put(f"/api/leads/{lead.pk}", {"score": 1}), "sales/lead-update-refused")
