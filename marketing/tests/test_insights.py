from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from betterside.accounts.tests.factories import EntityFactory
from marketing import jobs
from marketing.models import AdAccount, Campaign, CampaignDay
from marketing.services import insights, numbers

pytestmark = pytest.mark.django_db


def row(day, **fields) -> dict:
    """A row as Meta writes it: all numbers are texts, what is 0 is left out."""
    return {
        "campaign_id": "777",
        "campaign_name": "Skyline",
        "account_currency": "INR",
        "spend": "1250.50",
        "impressions": "9000",
        "clicks": "120",
        "date_start": day,
        "date_stop": day,
    } | fields


@pytest.fixture
def account():
    return AdAccount.objects.create(
        entity=EntityFactory(), account_id="act_1", timezone_name="Asia/Kolkata", currency="INR"
    )


@pytest.fixture
def today(account):
    return timezone.localdate(timezone=account.entity.zone).isoformat()


def test_it_writes_a_campaign_and_its_day(graph, account, today):
    graph.insights["act_1"] = [row(today, actions=[{"action_type": "lead", "value": "4"}], inline_link_clicks="80")]

    assert insights.sync(account) == 1

    day = CampaignDay.objects.get()
    assert (day.spend, day.impressions, day.clicks, day.link_clicks, day.leads) == (
        Decimal("1250.50"),
        9000,
        120,
        80,
        4,
    )
    assert (day.campaign.name, day.campaign.currency, day.campaign.entity) == ("Skyline", "INR", account.entity)
    assert account.synced_at


def test_a_restated_day_is_overwritten_not_added(graph, account, today):
    graph.insights["act_1"] = [row(today)]
    insights.sync(account)
    graph.insights["act_1"] = [row(today, spend="1300")]
    insights.sync(account)

    assert CampaignDay.objects.get().spend == Decimal(1300)


def test_leads_are_the_first_kind_present_and_never_their_sum(graph, account, today):
    actions = [
        {"action_type": "leadgen.other", "value": "9"},
        {"action_type": "onsite_conversion.lead_grouped", "value": "5"},
    ]
    graph.insights["act_1"] = [row(today, actions=actions)]
    insights.sync(account)

    assert CampaignDay.objects.get().leads == 5


def test_it_follows_the_pages(graph, account, today):
    graph.insights["act_1"] = [row(today, campaign_id=str(n)) for n in range(230)]

    assert insights.sync(account) == 230
    assert Campaign.objects.count() == 230


def test_a_failing_account_keeps_its_trouble_and_its_last_success(graph, account):
    graph.order(mode="token")

    assert insights.sync(account) == 0
    account.refresh_from_db()
    assert account.needs_reconnect
    assert account.synced_at is None
    assert not insights.due_accounts().exists()


def test_one_failing_account_does_not_stop_the_others(graph, account, today, run_jobs):
    account.access_token = "dead"
    account.save()
    other = AdAccount.objects.create(entity=account.entity, account_id="act_2", timezone_name="UTC", currency="INR")
    graph.insights["act_2"] = [row(today)]
    graph.order(mode="token", token="dead")

    jobs.sync_insights.defer(timestamp=0)
    run_jobs()

    account.refresh_from_db()
    other.refresh_from_db()
    assert (account.needs_reconnect, account.synced_at) == (True, None)
    assert other.synced_at
    assert CampaignDay.objects.get().campaign.account == other


@pytest.mark.parametrize(("job", "length"), [("sync_insights", 3), ("sync_restated_insights", 28)])
def test_it_reads_three_days_by_day_and_28_by_night(graph, account, run_jobs, job, length):
    account.synced_at = timezone.now()
    account.save()
    day = timezone.localdate(timezone=ZoneInfo(account.timezone_name))
    graph.insights["act_1"] = [row((day - timedelta(days=back)).isoformat()) for back in range(40)]

    getattr(jobs, job).defer(timestamp=0)
    run_jobs()

    assert CampaignDay.objects.earliest("date").date == day - timedelta(days=length)


def test_currency_and_time_zone_are_the_accounts(graph, account):
    there = timezone.localdate(timezone=ZoneInfo("America/New_York"))
    account.currency = account.timezone_name = ""
    account.save()
    graph.accounts["act_1"] = {"currency": "USD", "timezone_name": "America/New_York"}
    days = [there.isoformat(), (there + timedelta(days=1)).isoformat()]
    graph.insights["act_1"] = [row(day, account_currency=None) for day in days]

    insights.sync(account)

    account.refresh_from_db()
    assert (account.currency, account.timezone_name) == ("USD", "America/New_York")
    assert (CampaignDay.objects.get().date, CampaignDay.objects.get().currency) == (there, "USD")


def test_a_limited_account_waits(graph, account):
    graph.order(mode="throttled")
    insights.sync(account)

    account.refresh_from_db()
    assert account.paused_until > timezone.now() + timedelta(seconds=30)


@pytest.mark.parametrize("value", [None, "", "NaN", "1e999", "-5", [], "twelve"])
def test_a_number_that_is_none_is_0(value):
    assert numbers.amount(value) == 0
