"""The loop of DESIGN section 5, offline: request → campaign → spend and leads → what the CP sees."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from betterside.accounts.tests.factories import UserFactory
from betterside.jobs.testing import run_jobs
from betterside.realtime.models import Notification
from cp import results
from crm.models import Lead, LeadStatus
from crm.services import activities, stages
from marketing.models import AdAccount, Campaign, CampaignDay
from marketing.services import insights
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


def insight(date, spend) -> dict:
    return {
        "campaign_id": "777",
        "campaign_name": "Skyline",
        "account_currency": "INR",
        "spend": spend,
        "date_start": date,
    }


def deliver(api, lead_ids):
    from marketing import jobs
    from marketing.services import inbox

    changes = [
        {"field": "leadgen", "value": {"leadgen_id": lead_id, "page_id": "PAGE", "campaign_id": "777"}}
        for lead_id in lead_ids
    ]
    inbox.receive({"entry": [{"id": "PAGE", "changes": changes}]}, wake=jobs.wake)
    run_jobs()


def test_the_loop_from_request_to_result(graph, api, ads_request, campaign):  # noqa: F811
    account = AdAccount.objects.create(
        entity=ads_request.entity, account_id="1", timezone_name="Asia/Kolkata", currency="INR"
    )
    today = timezone.localdate(timezone=ads_request.entity.zone).isoformat()
    graph.insights["act_1"] = [insight(today, "2000.00")]
    CaptureRouteFactory(entity=ads_request.entity)

    insights.sync(account)
    deliver(api, ["1", "2", "3", "4"])
    move(api, ads_request)
    graph.insights["act_1"] = [insight(today, "2400.00")]
    insights.sync(account)

    answer = api.as_(ads_request.cp).get(f"/api/cp/ads-requests/{ads_request.pk}/results").json()["results"]
    per_day = answer.pop("per_day")
    assert answer == {
        "ads_request_id": ads_request.pk,
        "status": "running",
        "budget_inr": 10000,
        "currency": "INR",
        "spend": 2400,
        "spend_by_currency": {"INR": 2400},
        "budget_used_percent": 24.0,
        "leads": 4,
        "interested": 2,
        "site_visits": 1,
        "closed": 1,
        "cost_per_lead": 600.0,
        "cost_per_closed": 2400.0,
    }
    assert per_day[-1] == {"date": today, "spend": 2400.0, "leads": 4}
    assert [lead.assigned_user for lead in Lead.objects.all()] == [ads_request.cp] * 4


def move(api, ads_request) -> None:
    """Two leads become interested, one of them visits the site and closes."""
    interested, closed = (LeadStatus.objects.get(pipeline="channel", name=name) for name in ("interested", "closed"))
    first, second, *_others = Lead.objects.order_by("pk")
    for lead in (first, second):
        stages.move(lead=lead, to=interested, by=ads_request.cp)
    activities.log(
        lead=first, by=ads_request.cp, activity_type="meeting", description="Saw the flat", status="completed"
    )
    stages.move(lead=first, to=closed, by=ads_request.cp)


def test_the_first_spend_takes_the_request_to_running_and_tells_the_cp_once(graph, ads_request, campaign):  # noqa: F811
    account = AdAccount.objects.create(entity=ads_request.entity, account_id="1", timezone_name="UTC", currency="INR")
    today = timezone.localdate(timezone=ads_request.entity.zone).isoformat()
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
    assert {row["spend"] for row in results.per_day(found)} == {None}


def test_nothing_spent_and_nobody_come_gives_zeros_and_nulls(ads_request):
    found = results.of([ads_request])[0]

    assert (found.spend, found.leads, found.cost_per_lead, found.cost_per_closed) == (0, 0, None, None)


def test_many_requests_cost_as_many_queries_as_one(django_assert_num_queries, ads_request):
    requests = [ads_request, *(AdsRequestFactory(cp=ads_request.cp) for _ in range(5))]
    for request in requests:
        day(CampaignFactory(entity=request.entity, ads_request=request, currency="INR"), 100)

    with django_assert_num_queries(5):
        assert [found.spend for found in results.of(requests)] == [100] * 6


def test_a_colleagues_results_are_not_shown(api, ads_request):
    url = f"/api/cp/ads-requests/{ads_request.pk}/results"
    assert api.as_(UserFactory(cp=True)).get(url).status_code == 403
    assert api.as_(UserFactory(manager=True, entity__slug="other")).get(url).status_code == 404


def test_deleting_a_campaign_keeps_the_request(ads_request, campaign):
    day(campaign, 100)
    Campaign.objects.all().delete()

    assert results.of([ads_request])[0].spend == 0
