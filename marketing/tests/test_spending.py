"""Totals and charts of campaigns, for staff."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from betterside import clock, days
from betterside.accounts.tests.factories import EntityFactory, UserFactory
from betterside.staff.tests.queries import queries_of
from crm.tests.factories import make_lead
from marketing import spending
from marketing.models import AdAccount, Campaign

from .factories import CampaignDayFactory, CampaignFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/marketing/campaign/"
LAST = date(2026, 3, 31)


@pytest.fixture
def entity():
    return EntityFactory()


@pytest.fixture
def staff(client):
    client.force_login(UserFactory(admin=True, is_staff=True, is_superuser=True))
    return client


def of(entity, campaigns=None, length=3):
    campaigns = Campaign.objects.all() if campaigns is None else campaigns
    return spending.of(campaigns, last=LAST, length=length, zone=entity.zone)


def test_days_and_totals_are_hand_computed(entity):
    first, second = (CampaignFactory(entity=entity, currency="INR") for _ in range(2))
    CampaignDayFactory(campaign=first, date=LAST, spend="1000.50", leads=2)
    CampaignDayFactory(campaign=second, date=LAST, spend="499.50", leads=1)
    CampaignDayFactory(campaign=second, date=LAST - timedelta(days=2), spend=300, leads=0)
    CampaignDayFactory(campaign=second, date=LAST - timedelta(days=3), spend=9999, leads=9)
    with clock.at(days.start_of(LAST - timedelta(days=2), entity.zone)):
        make_lead(entity=entity, campaign=second)

    (found,) = of(entity)

    assert [(day.spend, day.leads, day.crm_leads, day.cpl) for day in found.days] == [
        (300, 0, 1, 300.0),
        (0, 0, 0, None),
        (1500, 3, 0, 500.0),
    ]
    total = found.total
    assert (total.spend, total.leads, total.crm_leads, total.cpl) == (Decimal(1800), 3, 1, 600.0)


def test_two_currencies_are_two_spendings(entity):
    for currency, amount in (("USD", 50), ("INR", 4_000)):
        CampaignDayFactory(campaign=CampaignFactory(entity=entity, currency=currency), date=LAST, spend=amount)

    assert [(one.currency, one.total.spend) for one in of(entity)] == [("INR", 4_000), ("USD", 50)]


def test_only_the_campaigns_asked_for_count(entity):
    mine, other = CampaignFactory(entity=entity), CampaignFactory(entity=entity)
    CampaignDayFactory(campaign=other, date=LAST, spend=50)

    assert of(entity, Campaign.objects.filter(pk=mine.pk)) == []


def spent_today(entity, **fields) -> Campaign:
    campaign = CampaignFactory(entity=entity, currency="INR", **fields)
    CampaignDayFactory(campaign=campaign, date=days.today(entity.zone), spend=1_200, leads=4)
    return campaign


def test_the_list_shows_totals_and_charts_of_what_is_filtered(staff, entity):
    spent_today(entity, name="Diwali")
    spent_today(entity, name="Holi")

    whole, found = staff.get(LIST), staff.get(LIST, {"q": "Holi"})

    assert [one.total.spend for one, _charts in whole.context["spending"]] == [2_400]
    assert [one.total.spend for one, _charts in found.context["spending"]] == [1_200]
    assert "INR 1,200.00" in found.content.decode()


def test_a_campaigns_page_has_its_own(staff, entity):
    spent_today(entity, name="Diwali")
    campaign = spent_today(entity, name="Holi")

    page = staff.get(f"{LIST}{campaign.pk}/change/")

    ((one, charts),) = page.context["spending"]
    assert (one.total.spend, one.total.cpl) == (1_200, 300.0)
    assert [chart.title for chart in charts] == [
        "Spend per day, INR",
        "Leads per day",
        "Cost per lead per day, INR",
    ]
    assert [json.loads(chart.data)["datasets"][0]["data"][-1] for chart in charts] == [1200.0, 4, 300.0]
    assert page.content.decode().count('<canvas class="chart"') == 3


def test_what_meta_says_is_not_for_staff_to_change(staff, entity):
    campaign = spent_today(entity, account=AdAccount.objects.create(entity=entity, account_id="1"))
    form = staff.get(f"{LIST}{campaign.pk}/change/").context["adminform"].form
    assert not {"name", "status", "budget", "currency"} & set(form.fields)
    assert "ads_request" in form.fields


def test_many_campaigns_cost_as_many_queries_as_few(staff, entity):
    for _ in range(3):
        spent_today(entity)
    few = queries_of(staff, LIST)
    for _ in range(20):
        spent_today(entity)

    assert queries_of(staff, LIST) == few
