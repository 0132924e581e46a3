"""The answers about ads requests and marketing support, whole (channel.md, "Ads requests", "Marketing Counters")."""

from datetime import timedelta

import pytest
from django.utils import timezone

from betterside.accounts.tests.factories import EntityFactory, UserFactory
from crm.services import follow_ups
from crm.tests.factories import make_lead
from marketing.tests.factories import CampaignDayFactory, CampaignFactory

from ..services import marketing
from .factories import AdsRequestFactory, MarketingCounterFactory, mapped_project

pytestmark = pytest.mark.django_db
ADS = "/api/cp/ads-requests"


@pytest.fixture
def cp():
    return UserFactory(cp=True)


@pytest.fixture
def client(api, cp):
    return api.as_(cp)


@pytest.fixture
def staff():
    return UserFactory(admin=True, is_staff=True, entity=EntityFactory(slug="betterside"))


def test_ads_request(client, cp, golden):
    body = {"objective": "lead_generation", "budget_inr": 25000, "duration_days": 14, "notes": "Two bedrooms"}
    golden(client.post(ADS, body | {"project_id": mapped_project(cp).pk}), "channel/ads-request-create")


def test_bad_ads_request(client, golden):
    body = {"project_id": 10**9, "objective": "fame", "budget_inr": 0, "duration_days": 366}
    golden(client.post(ADS, body), "channel/ads-request-create-invalid")


def test_ads_requests(client, cp, golden):
    AdsRequestFactory(cp=cp, budget_inr="999.50")
    golden(client.get(ADS), "channel/ads-request-list")


def test_one_ads_request(client, cp, golden):
    golden(client.get(f"{ADS}/{AdsRequestFactory(cp=cp).pk}"), "channel/ads-request-retrieve")


def test_ads_request_of_a_colleague(client, golden):
    golden(client.get(f"{ADS}/{AdsRequestFactory().pk}"), "channel/ads-request-forbidden")


def test_no_ads_request(client, golden):
    golden(client.get(f"{ADS}/999999999"), "channel/ads-request-not-found")


def test_cancel(client, cp, golden):
    path = f"{ADS}/{AdsRequestFactory(cp=cp).pk}"
    golden(client.put(path, {"status": "cancelled", "notes": "Sold out"}), "channel/ads-request-cancel")
    golden(client.put(path, {"notes": "Late"}), "channel/ads-request-over")


def test_a_change_that_is_not_the_cps(client, cp, golden):
    path = f"{ADS}/{AdsRequestFactory(cp=cp).pk}"
    golden(client.put(path, {"status": "running", "budget_inr": 5}), "channel/ads-request-change-invalid")
    golden(client.put(path, {"budget_inr": 5}), "channel/ads-request-change-other")


def test_results(client, cp, golden):
    request = AdsRequestFactory(cp=cp, status="running")
    campaign = CampaignFactory(entity=cp.entity, ads_request=request, currency="INR")
    CampaignDayFactory(campaign=campaign, date=timezone.localdate(timezone=cp.entity.zone), spend="2500.50")
    golden(client.get(f"{ADS}/{request.pk}/results"), "channel/ads-request-results")


def test_counters(client, cp, golden):
    MarketingCounterFactory(cp=cp, project=mapped_project(cp, title="Skyline"), creatives_shared=6, edms_shared=2)
    golden(client.get("/api/cp/marketing"), "channel/marketing")


def test_increment(api, cp, staff, golden):
    body = {"cp_id": cp.pk, "project_id": mapped_project(cp).pk, "creatives": 2, "edms": 1}
    golden(api.as_(staff).post("/api/cp/marketing/increment", body), "channel/marketing-increment")


def test_marketing_request(client, cp, golden):
    body = {"type": "creative", "project_id": mapped_project(cp).pk, "notes": "For Diwali"}
    golden(client.post("/api/cp/marketing/request", body), "channel/marketing-request-create")


def test_marketing_requests(client, cp, staff, golden):
    asked = marketing.request(by=cp, type="edm")
    marketing.fulfil(marketing_request=asked, by=staff, link="https://drive.example/flyer", answer="Here you are")
    golden(client.get("/api/cp/marketing/request"), "channel/marketing-request-list")


def test_dashboard(client, cp, golden):
    lead = make_lead(
        owner=cp, pipeline="channel", full_name="Neha Gupta", phone="9988776655", email="neha@mail.example"
    )
    follow_ups.plan(lead=lead, at=timezone.now() + timedelta(seconds=1), by=cp)
    answer = client.get("/api/cp/dashboard")
    golden(answer, "channel/dashboard")


def test_duplicates(client, cp, golden):
    make_lead(owner=cp, pipeline="channel", full_name="Neha Gupta", phone="9988776655", email="neha@mail.example")
    golden(client.get("/api/cp/leads/duplicates?phone=9988776655"), "channel/lead-duplicates")
