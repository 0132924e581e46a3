"""The marketing face's answers, whole (marketing.md), and the row of campaigns (growth.md, D)."""

from datetime import date

import pytest

from betterside.accounts.tests.factories import UserFactory
from crm.tests.factories import make_lead

from .factories import CampaignDayFactory, CampaignFactory
from .test_api_leads import BODY, URL

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return UserFactory(manager=True)


@pytest.fixture
def client(api, manager):
    return api.as_(manager)


@pytest.fixture
def campaign(manager):
    return CampaignFactory(entity=manager.entity, name="Q1 Product Launch", objective="Leads", currency="INR")


@pytest.fixture
def lead(manager, campaign):
    names = {"first_name": "Sarah", "last_name": "Johnson", "email": "sarah@mail.example", "phone": "+1-555-0200"}
    return make_lead(entity=manager.entity, pipeline="marketing", campaign=campaign, score=80, **names)


def test_create(client, campaign, golden):
    answer = client.post(URL, BODY | {"campaign_id": f"camp-{campaign.pk}"})
    golden(answer, "marketing/lead-create")


def test_create_with_nothing(client, golden):
    golden(client.post(URL, {}), "marketing/lead-create-empty")


def test_create_with_bad_fields(client, golden):
    bad = {"email": "no", "score": 101, "status": "OPEN", "phone": "1" * 21, "first_name": "x" * 101}
    golden(client.post(URL, bad), "marketing/lead-create-invalid")


def test_create_for_no_campaign(client, golden):
    golden(client.post(URL, {"campaign_id": "camp-999999999"}), "marketing/lead-create-foreign-key")


def test_create_with_a_taken_code(client, golden):
    client.post(URL, {"lead_code": "LEAD-2025-000001"})
    golden(client.post(URL, {"lead_code": "LEAD-2025-000001"}), "marketing/lead-create-unique")


def test_list(client, lead, golden):
    golden(client.get(URL), "marketing/lead-list")


def test_list_of_nothing(client, golden):
    golden(client.get(URL, {"campaign_id": "camp-999999999"}), "marketing/lead-list-empty")


def test_retrieve(client, lead, golden):
    golden(client.get(f"{URL}/{lead.pk}"), "marketing/lead-retrieve")


def test_retrieve_of_none(client, golden):
    golden(client.get(f"{URL}/999999999"), "marketing/lead-not-found")


def test_change(client, lead, golden):
    golden(client.patch(f"{URL}/{lead.pk}", {"status": "QUALIFIED", "score": 85}), "marketing/lead-update")


def test_delete(client, lead, golden):
    golden(client.delete(f"{URL}/{lead.pk}"), "marketing/lead-delete")


def test_without_a_token(api, golden):
    golden(api.get(URL), "marketing/unauthorized")


def test_without_the_right(api, manager, lead, golden):
    other = UserFactory(rep=True, entity=manager.entity)
    golden(api.as_(other).patch(f"{URL}/{lead.pk}", {"score": 1}), "marketing/lead-forbidden")


def test_campaigns(client, campaign, golden):
    CampaignDayFactory(
        campaign=campaign, date=date(2026, 3, 1), spend=12_500, impressions=450_000, clicks=12_000, leads=450
    )
    golden(client.get("/api/campaigns?startDate=2026-03-01&endDate=2026-03-31"), "growth/campaign-list")
