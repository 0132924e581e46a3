"""What an ads request brought, in the panel: the Run Ads tab, the report to print, the days as a file."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from betterside.accounts.tests.factories import UserFactory
from crm.tests.factories import make_lead
from marketing.models import AdAccount
from marketing.tests.factories import CampaignDayFactory, CampaignFactory

from ..panel import day_bars, money
from ..results import Results
from ..results_per_day import Day
from .factories import AdsRequestFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked():
    return AdsRequestFactory(project__title="Lakeview", status="running", budget_inr=10_000)


@pytest.fixture
def today(asked):
    return timezone.localdate(timezone=asked.entity.zone)


def browser(user) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client


def text(page) -> str:
    return " ".join(page.content.decode().split())


def spend(asked, date, amount, currency="INR", **campaign):
    made = CampaignFactory(entity=asked.entity, ads_request=asked, currency=currency, **campaign)
    return CampaignDayFactory(campaign=made, date=date, spend=amount)


def lead(asked, **fields):
    return make_lead(owner=asked.cp, pipeline="channel", project=asked.project, ads_request=asked, **fields)


def outcomes(page) -> dict[str, str]:
    """{"Leads": "5", …} as the first list of figures says."""
    part = text(page).split('<dl class="outcomes">')[1].split("</dl>")[0]
    pairs = [row.split("</dt><dd>") for row in part.split("<dt>")[1:]]
    return {name: value.split("</dd>")[0] for name, value in pairs}


@pytest.mark.parametrize("path", ["/run-ads", "/run-ads/{}/report"])
def test_it_shows_every_figure(asked, today, path):
    spend(asked, today, 3_000)
    for status in ("new", "interested", "closed"):
        lead(asked, status_name=status)

    page = browser(asked.cp).get(path.format(asked.pk))

    assert outcomes(page) == {
        "Leads": "3",
        "Cost per lead": "₹1,000",
        "Interested": "1",
        "Site visits": "0",
        "Closed": "1",
        "Cost per closed": "₹3,000",
    }
    assert 'Spent <strong class="numbers">₹3,000</strong> of <span class="numbers">₹10,000</span>' in text(page)
    assert 'max="100" value="30.000000" aria-label="Spend against budget"' in text(page)


def test_a_request_that_brought_nothing_yet_shows_no_figures(asked):
    asked.status = "in_discussion"
    asked.save()

    assert 'class="outcomes"' not in text(browser(asked.cp).get("/run-ads"))


def test_two_currencies_stand_side_by_side_and_have_no_cost_per_lead(asked, today):
    spend(asked, today, 1_000)
    spend(asked, today, 50, currency="USD")
    lead(asked)

    page = browser(asked.cp).get("/run-ads")

    assert "₹1,000" in text(page)
    assert "USD 50.00" in text(page)
    assert outcomes(page)["Cost per lead"] == "–"
    assert "<progress" not in text(page)


def test_it_says_how_fresh_the_spend_is(asked, today):
    account = AdAccount.objects.create(
        entity=asked.entity, account_id="1", synced_at=timezone.now() - timedelta(hours=1)
    )
    spend(asked, today, 1_000, account=account)
    local = account.synced_at.astimezone(asked.entity.zone)

    assert f"{local:%-d %b, %H:%M}</time>" in text(browser(asked.cp).get("/run-ads"))


def test_the_oldest_of_two_accounts_counts(api, asked, today):
    moments = [timezone.now() - timedelta(hours=hours) for hours in (1, 5)]
    for number, moment in enumerate(moments):
        account = AdAccount.objects.create(entity=asked.entity, account_id=str(number), synced_at=moment)
        spend(asked, today, 1_000, account=account)

    answer = api.as_(asked.cp).get(f"/api/cp/ads-requests/{asked.pk}/results").json()["results"]

    assert answer["spend_as_of"] == f"{moments[1]:%Y-%m-%dT%H:%M:%SZ}"


def test_the_report_counts_leads_by_status(asked):
    for status in ("new", "new", "closed"):
        lead(asked, status_name=status)

    page = browser(asked.cp).get(f"/run-ads/{asked.pk}/report")

    assert page.context["statuses"] == [
        ("new", 2),
        ("called_no_answer", 0),
        ("interested", 0),
        ("not_interested", 0),
        ("follow_up", 0),
        ("closed", 1),
    ]


def test_the_days_come_as_a_file(asked, today):
    asked.created_at -= timedelta(days=1)
    asked.save()
    spend(asked, today, "1250.50")
    spend(asked, today, 20, currency="USD")
    lead(asked)

    answer = browser(asked.cp).get(f"/run-ads/{asked.pk}/days.csv")

    assert answer["Content-Disposition"] == f'attachment; filename="ads-request-{asked.pk}.csv"'
    assert answer.content.decode("utf-8-sig").splitlines() == [
        "Date,Leads,Spend INR,Spend USD",
        f"{today - timedelta(days=1)},0,0,0",
        f"{today},1,1250.50,20.00",
    ]


@pytest.mark.parametrize("path", ["report", "days.csv"])
def test_it_is_for_the_cp_and_their_managers_only(asked, path):
    url = f"/run-ads/{asked.pk}/{path}"

    assert browser(UserFactory(manager=True, entity=asked.entity)).get(url).status_code == 200
    assert browser(UserFactory(cp=True)).get(url).status_code == 403
    assert browser(UserFactory(manager=True, entity__slug="other")).get(url).status_code == 404


def test_bars_are_as_high_as_their_day(asked, today):
    days = [Day(today - timedelta(days=2 - n), value, leads, {}) for n, (value, leads) in enumerate(PAIRS)]

    chart = day_bars.of(Results(request=asked, spend_by_currency={"INR": 400}), days)

    spend, leads = chart.rows
    assert [(bar.x, bar.y, bar.height) for bar in spend.bars] == [(0.1, 75.0, 25.0), (2.1, 0, 100)]
    assert [(bar.x, bar.height) for bar in leads.bars] == [(1.1, 100), (2.1, 50)]
    assert (spend.most, leads.most) == ("₹400", "2")
    assert spend.bars[1].says == f"{today:%-d %b}: spend ₹400"


PAIRS = [(100, 0), (0, 2), (400, 1)]


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [(1234567.5, "INR", "₹12,34,567.50"), (999, "INR", "₹999"), (1234.5, "USD", "USD 1,234.50"), (5, "", "5.00")],
)
def test_amounts_in_words(amount, currency, text):
    assert money.written(amount, currency) == text
