"""Campaigns as the insights sync reads them from Meta."""

from decimal import Decimal

import pytest
from django.utils import timezone

from betterside.accounts.tests.factories import EntityFactory
from marketing.models import AdAccount, Campaign, CampaignDay
from marketing.services import insights

from .factories import CampaignFactory

pytestmark = pytest.mark.django_db


def listed(**fields) -> dict:
    return {
        "id": "777",
        "name": "Skyline",
        "objective": "OUTCOME_LEADS",
        "status": "ACTIVE",
        "effective_status": "ACTIVE",
        "daily_budget": "150050",
    } | fields


@pytest.fixture
def account():
    return AdAccount.objects.create(
        entity=EntityFactory(), account_id="act_1", timezone_name="Asia/Kolkata", currency="INR"
    )


def test_it_reads_name_objective_status_and_budget(graph, account):
    graph.campaigns["act_1"] = [listed()]

    insights.sync(account)

    found = Campaign.objects.get()
    assert (found.name, found.objective, found.status) == ("Skyline", "OUTCOME_LEADS", "active")
    assert (found.budget, found.budget_period, found.currency) == (Decimal("1500.50"), "daily", "INR")
    assert (found.entity, found.account, found.meta_id) == (account.entity, account, "777")


def test_it_asks_for_campaigns_once_and_for_days_once(graph, account):
    insights.sync(account)

    assert graph.calls == ["/v25.0/act_1/campaigns", "/v25.0/act_1/insights"]


@pytest.mark.parametrize(
    ("effective", "status"),
    [
        ("IN_PROCESS", "active"),
        ("WITH_ISSUES", "active"),
        ("PAUSED", "paused"),
    ],
)
def test_metas_statuses_in_our_words(graph, account, effective, status):
    graph.campaigns["act_1"] = [listed(effective_status=effective)]

    insights.sync(account)

    assert Campaign.objects.get().status == status


@pytest.mark.parametrize(
    ("currency", "said", "budget", "period"),
    [
        ("INR", {"daily_budget": "0", "lifetime_budget": "2500000"}, 25_000, "lifetime"),
        ("JPY", {"daily_budget": "5000"}, 5_000, "daily"),
        ("INR", {"daily_budget": None}, None, ""),
        ("INR", {"daily_budget": "a lot"}, None, ""),
    ],
)
def test_budgets_are_in_hundredths_but_for_currencies_without(graph, account, currency, said, budget, period):
    account.currency = currency
    graph.campaigns["act_1"] = [listed(**said)]

    insights.sync(account)

    assert (Campaign.objects.get().budget, Campaign.objects.get().budget_period) == (budget, period)


def test_a_campaign_that_staff_made_is_found_by_its_id_and_keeps_its_request(graph, account):
    mine = CampaignFactory(entity=account.entity, meta_id="777", name="Our name", status="paused")
    graph.campaigns["act_1"] = [listed()]

    insights.sync(account)

    mine.refresh_from_db()
    assert (Campaign.objects.count(), mine.name, mine.status, mine.account) == (1, "Skyline", "active", account)


def test_another_entitys_campaign_of_the_id_is_left_alone(graph, account):
    theirs = CampaignFactory(entity=EntityFactory(slug="other"), meta_id="777", name="Theirs")
    graph.campaigns["act_1"] = [listed()]

    insights.sync(account)

    theirs.refresh_from_db()
    assert theirs.name == "Theirs"
    assert Campaign.objects.filter(entity=account.entity).count() == 1


def test_archived_ones_are_followed_and_unknown_ones_not_taken_in(graph, account):
    graph.campaigns["act_1"] = [listed()]
    insights.sync(account)
    archived = {"effective_status": "ARCHIVED"}
    graph.campaigns["act_1"] = [listed(**archived), listed(id="778", **archived)]

    insights.sync(account)

    assert [(found.meta_id, found.status) for found in Campaign.objects.all()] == [("777", "archived")]


def test_what_meta_lists_no_more_is_archived_with_its_days(graph, account):
    today = timezone.localdate(timezone=account.entity.zone).isoformat()
    graph.insights["act_1"] = [{"campaign_id": "777", "spend": "10", "date_start": today}]
    insights.sync(account)
    elsewhere = CampaignFactory(entity=account.entity, meta_id="999")
    graph.campaigns["act_1"] = []

    insights.sync(account)

    assert Campaign.objects.get(meta_id="777").status == "archived"
    assert CampaignDay.objects.get().spend == 10
    elsewhere.refresh_from_db()
    assert elsewhere.status == "active"


def test_it_follows_the_pages(graph, account):
    graph.campaigns["act_1"] = [listed(id=str(n)) for n in range(130)]

    insights.sync(account)

    assert Campaign.objects.count() == 130


@pytest.mark.parametrize("mode", ["500", "token", "throttled", "permission", "html", "large"])
def test_a_refused_list_is_the_accounts_trouble_and_changes_nothing(graph, account, mode):
    graph.campaigns["act_1"] = [listed()]
    insights.sync(account)
    graph.campaigns["act_1"] = [listed(name="Other")]
    graph.order(mode=mode)

    assert insights.sync(account) == 0
    account.refresh_from_db()
    assert account.trouble
    assert Campaign.objects.get().name == "Skyline"


@pytest.mark.parametrize(
    "row",
    [
        {"id": "1", "name": "With\x00 nul", "objective": ["LIST"], "status": {}, "daily_budget": []},
        {"id": 1, "name": 5, "effective_status": None},
        {"id": "1", "effective_status": ["ACTIVE"], "status": {}},
        {"name": "without id"},
        {"id": "1" * 200, "name": "x" * 900},
    ],
)
def test_rows_of_wrong_types_upset_nothing(graph, account, row):
    graph.campaigns["act_1"] = [row | {"effective_status": row.get("effective_status", "ACTIVE")}, listed()]

    insights.sync(account)

    account.refresh_from_db()
    assert account.trouble == ""
    assert Campaign.objects.filter(meta_id="777").exists()
