"""The loop of DESIGN section 5, offline: request → campaign → spend and leads → what the CP sees."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from betterside import clock
from betterside.accounts.tests.factories import UserFactory
from betterside.jobs.testing import run_jobs
from betterside.realtime.models import Notification
from cp import results, results_per_day
from crm.models import Lead, LeadStatus
from crm.services import activities, stages
from crm.services import leads as crm_leads
from marketing import jobs
from marketing.models import AdAccount, Campaign, CampaignDay
from marketing.services import inbox, insights
from marketing.tests.conftest import graph  # noqa: F401 - a fixture
from marketing.tests.factories import CampaignFactory, CaptureRouteFactory

from .factories import AdsRequestFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ads_request():
    return AdsRequestFactory(budget_inr=10_000)


@pytest.fixture
def campaign(ads_request):
    return CampaignFactory(entity=ads_request.entity, ads_request=ads_request, meta_id="777", currency="INR")


def day(campaign, spend, back=0, currency="INR") -> CampaignDay:
    date = timezone.localdate(timezone=campaign.entity.zone) - timedelta(days=back)
    return CampaignDay.objects.create(
        entity=campaign.entity, campaign=campaign, date=date, spend=spend, currency=currency
    )


def insight(date, spend, campaign_id="777") -> dict:
    return {
        "campaign_id": campaign_id,
        "campaign_name": "Skyline",
        "account_currency": "INR",
        "spend": spend,
        "date_start": date.isoformat(),
    }


def deliver(campaign_id, *lead_ids):
    changes = [
        {"field": "leadgen", "value": {"leadgen_id": lead_id, "page_id": "PAGE", "campaign_id": campaign_id}}
        for lead_id in lead_ids
    ]
    inbox.receive({"entry": [{"id": "PAGE", "changes": changes}]}, wake=jobs.wake)
    run_jobs()


@pytest.fixture
def loop(graph, ads_request, campaign):  # noqa: F811
    """A request of two days ago with two campaigns, six leads and two days of spend, one of them restated.

    Beside it the request of a colleague, whose campaign spends and brings a lead too.
    """
    entity, now = ads_request.entity, timezone.now()
    ads_request.created_at = now - timedelta(days=2)
    ads_request.save()
    CampaignFactory(entity=entity, ads_request=ads_request, meta_id="778", currency="INR")
    CampaignFactory(entity=entity, ads_request=AdsRequestFactory(), meta_id="779", currency="INR")
    account = AdAccount.objects.create(entity=entity, account_id="1", timezone_name="Asia/Kolkata", currency="INR")
    CaptureRouteFactory(entity=entity)
    today = timezone.localdate(timezone=entity.zone)
    yesterday = today - timedelta(days=1)

    graph.insights["act_1"] = [insight(yesterday, "900.00")]
    insights.sync(account)
    with clock.at(now - timedelta(days=1)):
        deliver("777", "1", "2")
    deliver("777", "3", "4", "5")
    deliver("778", "6")
    deliver("779", "7")
    move(ads_request)
    graph.insights["act_1"] = [
        insight(yesterday, "1100.50"),
        insight(today, "2399.50"),
        insight(today, "500.00", "778"),
        insight(today, "9999.00", "779"),
    ]
    insights.sync(account)
    return account


def move(ads_request) -> None:
    """Three leads become interested; two visit the site, and close. A fourth is deleted, and counts no more."""
    interested, closed = (LeadStatus.objects.get(pipeline="channel", name=name) for name in ("interested", "closed"))
    leads = Lead.objects.filter(assigned_user=ads_request.cp).order_by("pk")
    first, second, third, fourth, *_others = leads
    for lead in (first, second, third):
        stages.move(lead=lead, to=interested, by=ads_request.cp)
    for lead in (first, second):
        activities.log(lead=lead, by=ads_request.cp, activity_type="meeting", description="Visit", status="completed")
        stages.move(lead=lead, to=closed, by=ads_request.cp)
    activities.log(lead=third, by=ads_request.cp, activity_type="meeting", description="Planned")
    crm_leads.delete(lead=fourth, by=ads_request.cp)


def test_the_loop_from_request_to_result(api, ads_request, loop):
    today = timezone.localdate(timezone=ads_request.entity.zone)

    answer = api.as_(ads_request.cp).get(f"/api/cp/ads-requests/{ads_request.pk}/results").json()["results"]

    assert answer == {
        "ads_request_id": ads_request.pk,
        "status": "running",
        "budget_inr": 10000,
        "currency": "INR",
        "spend": 4000,  # 1100.50 + 2399.50 + 500
        "spend_by_currency": {"INR": 4000},
        "budget_used_percent": 40.0,  # of 10000
        "leads": 5,
        "interested": 3,
        "site_visits": 2,
        "closed": 2,
        "cost_per_lead": 800.0,  # 4000 / 5
        "cost_per_closed": 2000.0,  # 4000 / 2
        "spend_as_of": f"{loop.synced_at:%Y-%m-%dT%H:%M:%SZ}",
        "per_day": [
            {"date": (today - timedelta(days=2)).isoformat(), "spend": 0.0, "leads": 0},
            {"date": (today - timedelta(days=1)).isoformat(), "spend": 1100.5, "leads": 2},
            {"date": today.isoformat(), "spend": 2899.5, "leads": 3},
        ],
    }
    own = Lead.objects.filter(ads_request=ads_request)
    assert set(own.values_list("assigned_user", "project")) == {(ads_request.cp_id, ads_request.project_id)}


def test_the_first_spend_takes_the_request_to_running_and_tells_the_cp_once(graph, ads_request, campaign):  # noqa: F811
    account = AdAccount.objects.create(entity=ads_request.entity, account_id="1", timezone_name="UTC", currency="INR")
    today = timezone.localdate(timezone=ads_request.entity.zone)
    graph.insights["act_1"] = [insight(today, "0")]
    insights.sync(account)
    ads_request.refresh_from_db()
    assert ads_request.status == "requested"

    graph.insights["act_1"] = [insight(today, "10")]
    insights.sync(account)
    insights.sync(account)

    ads_request.refresh_from_db()
    assert ads_request.status == "running"
    assert Notification.objects.filter(user=ads_request.cp).count() == 1


def test_two_currencies_are_never_added_up(ads_request, campaign):
    other = CampaignFactory(entity=ads_request.entity, ads_request=ads_request, currency="USD")
    day(campaign, 1000)
    day(other, 50, currency="USD")

    found = results.of([ads_request])[0]

    assert found.spend_by_currency == {"INR": Decimal(1000), "USD": Decimal(50)}
    assert (found.currency, found.spend, found.cost_per_lead, found.budget_used_percent) == (None, None, None, None)
    assert {row.spend for row in results_per_day.of([found])[ads_request.pk]} == {None}


def test_nothing_spent_and_nobody_come_gives_zeros_and_nulls(ads_request):
    found = results.of([ads_request])[0]

    assert (found.spend, found.leads, found.cost_per_lead, found.cost_per_closed) == (0, 0, None, None)


def test_many_requests_cost_as_many_queries_as_one(django_assert_num_queries, ads_request):
    requests = [ads_request, *(AdsRequestFactory(cp=ads_request.cp) for _ in range(5))]
    for request in requests:
        day(CampaignFactory(entity=request.entity, ads_request=request, currency="INR"), 100)

    with django_assert_num_queries(6):
        assert [found.spend for found in results.of(requests)] == [100] * 6


def test_a_colleagues_results_are_not_shown(api, ads_request):
    url = f"/api/cp/ads-requests/{ads_request.pk}/results"
    assert api.as_(UserFactory(cp=True)).get(url).status_code == 403
    assert api.as_(UserFactory(manager=True, entity__slug="other")).get(url).status_code == 404


def test_deleting_a_campaign_keeps_the_request(ads_request, campaign):
    day(campaign, 100)
    Campaign.objects.all().delete()

    assert results.of([ads_request])[0].spend == 0
