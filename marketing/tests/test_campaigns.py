from datetime import date

import pytest
from django.utils import timezone

from betterside import clock, days
from betterside.accounts.tests.factories import EntityFactory, UserFactory
from crm.models import LeadStatus
from crm.services import stages
from crm.tests.factories import make_lead
from marketing.models import AdAccount, CampaignDay

from .factories import CampaignFactory

pytestmark = pytest.mark.django_db
RANGE = {"startDate": "2026-03-01", "endDate": "2026-03-31"}


@pytest.fixture
def client(api):
    return api.as_(UserFactory(manager=True))


def day(campaign, on, **counts):
    CampaignDay.objects.create(entity=campaign.entity, campaign=campaign, date=on, currency=campaign.currency, **counts)


def test_it_writes_the_contracts_row(client):
    campaign = CampaignFactory(name="Summer Sale", objective="Sales", currency="INR")
    day(campaign, date(2026, 3, 1), spend=10_000, impressions=400_000, clicks=11_000, leads=400, revenue=40_000)
    day(campaign, date(2026, 3, 31), spend=2_500, impressions=50_000, clicks=1_000, leads=50, revenue=3_750)
    day(campaign, date(2026, 4, 1), spend=99, leads=9)

    answer = client.get("/api/campaigns", RANGE)

    assert answer.json() == [
        {
            "id": str(campaign.public_id),
            "name": "Summer Sale",
            "status": "active",
            "objective": "Sales",
            "spend": 12500,
            "impressions": 450000,
            "clicks": 12000,
            "leads": 450,
            "cpl": 27.78,
            "roas": 3.5,
            "crm_leads": 0,
            "roas_source": "meta",
            "currency": "INR",
            "synced_at": None,
        }
    ]
    assert answer["X-Total-Count"] == "1"


def test_the_crms_won_value_comes_before_metas(client):
    campaign = CampaignFactory()
    day(campaign, date(2026, 3, 1), spend=1_000, revenue=500)
    zone = EntityFactory().zone
    with clock.at(days.start_of(date(2026, 3, 2), zone)):
        lead = make_lead(entity=campaign.entity, pipeline="growth", campaign=campaign, value=4_000)
        stages.move(lead=lead, to=LeadStatus.objects.get(pipeline="growth", name="closed"), by=None)

    row = client.get("/api/campaigns", RANGE).json()[0]

    assert (row["roas"], row["roas_source"], row["crm_leads"], row["cpl"]) == (4.0, "crm", 1, 1000.0)


def test_ratios_without_divisor_are_null(client):
    CampaignFactory()

    row = client.get("/api/campaigns", RANGE).json()[0]

    assert (row["spend"], row["cpl"], row["roas"]) == (0, None, None)


def test_days_of_another_currency_are_never_added_up(client):
    campaign = CampaignFactory(currency="INR")
    day(campaign, date(2026, 3, 1), spend=1_000, leads=4)
    campaign.currency = "USD"
    campaign.save()
    day(campaign, date(2026, 3, 2), spend=50, leads=2)

    row = client.get("/api/campaigns", RANGE).json()[0]

    assert (row["spend"], row["currency"], row["leads"], row["cpl"]) == (50, "USD", 2, 25.0)


def test_an_objective_that_meta_has_not_said_yet_is_an_empty_text(client):
    """growth.md's row has a text; its client needs no second kind of nothing."""
    CampaignFactory(objective="")
    assert client.get("/api/campaigns", RANGE).json()[0]["objective"] == ""


def test_it_says_how_fresh_the_figures_are(client):
    account = AdAccount.objects.create(entity=EntityFactory(), account_id="1", synced_at=timezone.now())
    CampaignFactory(account=account)

    assert client.get("/api/campaigns", RANGE).json()[0]["synced_at"].startswith(f"{account.synced_at:%Y-%m-%dT%H:%M}")


def test_dates_backwards_are_400_and_foreign_campaigns_are_not_there(client):
    CampaignFactory(entity=EntityFactory(slug="other"))

    assert client.get("/api/campaigns", {"startDate": "2026-03-02", "endDate": "2026-03-01"}).status_code == 400
    assert client.get("/api/campaigns", {"startDate": "2199-01-01"}).status_code == 400  # the end is today
    assert client.get("/api/campaigns", RANGE).json() == []


def test_pages_count_and_link(client):
    for _ in range(3):
        CampaignFactory()
    page = client.get("/api/campaigns", RANGE | {"limit": 2})
    assert (len(page.json()), page["X-Total-Count"]) == (2, "3")
    assert "offset=2" in page["Link"]
    assert 'rel="next"' in page["Link"]


def test_a_client_that_asks_for_no_page_gets_a_hundred_as_of_leads_and_contacts(client):
    CampaignFactory.create_batch(101)
    answer = client.get("/api/campaigns", RANGE)
    assert (len(answer.json()), answer["X-Total-Count"]) == (100, "101")


def test_the_list_costs_the_same_for_30_as_for_3(client, assert_query_count):
    def make(count):
        for _ in range(count):
            day(CampaignFactory(), date(2026, 3, 1), spend=1)

    assert_query_count.flat("campaigns list", lambda: client.get("/api/campaigns", RANGE | {"limit": 100}), make)
