"""/api/dashboard (growth.md, section A): figures compared with those worked out by hand over two adjacent ranges."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from betterside import clock
from betterside.accounts.tests.factories import EntityFactory, UserFactory
from marketing.tests.factories import CampaignDayFactory, CampaignFactory

from ..analytics.growth import kpi
from ..models import Lead
from ..services import leads, stages
from .factories import make_lead, status

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Kolkata")
JUNE = "startDate=2024-06-01&endDate=2024-06-10"  # ten days; the ten before are 22 to 31 May


@pytest.fixture
def entity(db):
    return EntityFactory(slug="socio", api_profile="growth", main_pipeline="growth")


@pytest.fixture
def client(api, entity):
    return api.as_(UserFactory(manager=True, entity=entity))


def at(text: str) -> datetime:
    """A moment in the entity's zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def came(entity, when: str, *, value=0, closed: str = "", **fields) -> Lead:
    with clock.at(at(when)):
        lead = make_lead(entity=entity, pipeline="growth", value=value, **fields)
    if closed:
        with clock.at(at(closed)):
            stages.move(lead=lead, to=status("growth", "closed"), by=None)
    return lead


@pytest.fixture
def history(entity):
    """Before 22 May: 2 leads. 22 to 31 May: 4 came, 1 closed. 1 to 10 June: 5 came, 2 closed. Later: 1 came, 1 closed."""
    came(entity, "2024-05-01T12:00", value=700, closed="2024-05-10T12:00", source="Google")
    came(entity, "2024-05-21T23:59:59", value=50, source="Google")
    came(entity, "2024-05-22T00:00", value=1000, closed="2024-05-31T23:59:59", source="Google")
    came(entity, "2024-05-25T12:00", value=800, closed="2024-06-01T00:00", source="Google")
    came(entity, "2024-05-26T12:00", value=90, source="Meta")
    came(entity, "2024-05-31T23:59:59", value=90, source="Meta")
    came(entity, "2024-06-01T00:00", value=700.5, closed="2024-06-10T23:59:59", source="Meta")
    came(entity, "2024-06-02T12:00", value=300, closed="2024-06-11T00:00", source="Meta")
    came(entity, "2024-06-03T12:00", source="LinkedIn")
    came(entity, "2024-06-10T12:00", source="")
    came(entity, "2024-06-10T23:59:59", source="Meta")
    came(entity, "2024-06-11T00:00", source="Meta")
    campaign = CampaignFactory(entity=entity)
    for day, clicks in [("05-21", 7), ("05-22", 100), ("05-31", 100), ("06-01", 80), ("06-10", 20), ("06-11", 9)]:
        CampaignDayFactory(campaign=campaign, date=date.fromisoformat(f"2024-{day}"), clicks=clicks)


def test_stats_over_two_adjacent_ranges(client, history):
    assert client.get(f"/api/dashboard/stats?{JUNE}").json() == {
        # 800 + 700.5 against 1000
        "revenue": {"value": 1500.5, "change": 50.0, "trend": "up"},
        # Of the 11 that came by 10 June, 4 were closed by then; of the 6 by 31 May, 2.
        "active_leads": {"value": 7, "change": 75.0, "trend": "up"},
        # 2 of 5 against 1 of 4
        "conversion_rate": {"value": 40.0, "change": 60.0, "trend": "up"},
        # 80 + 20 against 100 + 100
        "link_clicks": {"value": 100, "change": -50.0, "trend": "down"},
    }
    before = client.get("/api/dashboard/stats?startDate=2024-05-22&endDate=2024-05-31").json()
    assert {name: figure["value"] for name, figure in before.items()} == {
        "revenue": 1000,
        "active_leads": 4,
        "conversion_rate": 25.0,
        "link_clicks": 200,
    }


def test_stats_of_a_single_day(client, history):
    stats = client.get("/api/dashboard/stats?startDate=2024-06-01&endDate=2024-06-01").json()
    assert stats["revenue"] == {"value": 800, "change": -20.0, "trend": "down"}
    assert stats["conversion_rate"] == {"value": 100.0, "change": 0.0, "trend": "flat"}


def test_stats_have_the_contracts_shape(client, history, golden):
    golden(client.get(f"/api/dashboard/stats?{JUNE}"), "growth/dashboard-stats")


def test_stats_of_nothing(client, golden):
    golden(client.get("/api/dashboard/stats"), "growth/dashboard-stats-of-nothing")


@pytest.mark.parametrize(
    ("value", "before", "change", "trend"),
    [
        (45231, 37661.1, 20.1, "up"),
        (3.2, 3.3, -3.0, "down"),
        (5, 0, 100.0, "up"),
        (0, 5, -100.0, "down"),
        (0, 0, 0.0, "flat"),
        (7, 7, 0.0, "flat"),
        (100_001, 100_000, 0.0, "flat"),
    ],
)
def test_change_and_trend(value, before, change, trend):
    assert kpi(value, before) == {"value": value, "change": change, "trend": trend}


def test_a_reopened_lead_is_no_revenue(client, entity):
    lead = came(entity, "2024-06-01T12:00", value=500, closed="2024-06-02T12:00")
    stages.move(lead=lead, to=status("growth", "new"), by=None)
    stats = client.get(f"/api/dashboard/stats?{JUNE}").json()
    assert (stats["revenue"]["value"], stats["active_leads"]["value"]) == (0, 1)


def test_deleted_test_and_foreign_leads_do_not_count(client, entity):
    came(EntityFactory(slug="other"), "2024-06-02T12:00", value=500, closed="2024-06-03T12:00")
    leads.delete(lead=came(entity, "2024-06-02T12:00", value=500, closed="2024-06-03T12:00"), by=None)
    with clock.at(at("2024-06-02T12:00")):
        make_lead(entity=entity, pipeline="growth", value=500, status_name="closed", is_test=True)
        make_lead(entity=entity, pipeline="sales", value=500)
    campaign = CampaignFactory(entity=EntityFactory(slug="other"))
    CampaignDayFactory(campaign=campaign, date=date(2024, 6, 2), clicks=5)

    stats = client.get(f"/api/dashboard/stats?{JUNE}").json()

    assert {name: figure["value"] for name, figure in stats.items()} == {
        "revenue": 0,
        "active_leads": 0,
        "conversion_rate": 0,
        "link_clicks": 0,
    }
    assert client.get(f"/api/dashboard/charts/sources?{JUNE}").json() == []


# Charts


def test_revenue_of_a_week_is_by_weekday(client, entity, golden):
    came(entity, "2024-06-01T12:00", value=4000, closed="2024-06-03T00:00")
    came(entity, "2024-06-01T12:00", value=2999.5, closed="2024-06-04T10:00")
    came(entity, "2024-06-01T12:00", value=0.5, closed="2024-06-04T23:59:59")
    answer = client.get("/api/dashboard/charts/revenue?startDate=2024-06-03&endDate=2024-06-09")
    golden(answer, "growth/dashboard-revenue-week")


def test_revenue_of_more_than_a_week_is_by_date(client, history):
    found = client.get(f"/api/dashboard/charts/revenue?{JUNE}").json()
    assert [day["date"] for day in found] == [f"2024-06-{day:02d}" for day in range(1, 11)]
    assert [day["value"] for day in found] == [800, 0, 0, 0, 0, 0, 0, 0, 0, 700.5]
    assert sum(day["value"] for day in found) == client.get(f"/api/dashboard/stats?{JUNE}").json()["revenue"]["value"]


def test_sources(client, history, golden):
    golden(client.get(f"/api/dashboard/charts/sources?{JUNE}"), "growth/dashboard-sources")


# Ranges


def test_without_dates_it_is_the_last_30_days_in_the_entitys_zone(client):
    with clock.at(datetime(2024, 6, 30, 20, tzinfo=UTC)):  # 1 July in Kolkata
        found = client.get("/api/dashboard/charts/revenue").json()
    assert (len(found), found[0]["date"], found[-1]["date"]) == (30, "2024-06-02", "2024-07-01")


def test_one_date_alone(client):
    with clock.at(datetime(2024, 7, 1, tzinfo=UTC)):
        since = client.get("/api/dashboard/charts/revenue?startDate=2024-06-20").json()
        until = client.get("/api/dashboard/charts/revenue?endDate=2024-06-20").json()
    assert (since[0]["date"], since[-1]["date"]) == ("2024-06-20", "2024-07-01")
    assert (until[0]["date"], until[-1]["date"], len(until)) == ("2024-05-22", "2024-06-20", 30)


@pytest.mark.parametrize("path", ["stats", "charts/revenue", "charts/sources"])
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("startDate=2024-06-10&endDate=2024-06-01", "startDate"),
        ("startDate=2024-02-30", "startDate"),
        ("endDate=yesterday", "endDate"),
        ("startDate=0001-01-01", "startDate"),
        ("endDate=9999-12-31", "endDate"),
        ("startDate=2199-01-01", "startDate"),
    ],
)
def test_bad_ranges(client, path, query, field):
    answer = client.get(f"/api/dashboard/{path}?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


def test_a_chart_by_day_has_an_end(client):
    assert client.get("/api/dashboard/charts/revenue?startDate=1970-01-01&endDate=2024-01-01").status_code == 400
    assert client.get("/api/dashboard/stats?startDate=1970-01-01&endDate=2200-12-31").status_code == 200


def test_a_day_that_the_clocks_change_is_whole(api):
    entity = EntityFactory(slug="ny", timezone="America/New_York", api_profile="growth")
    for hours in (0.5, 23.5, 24.5):  # 10 March 2024 has 23 hours
        with clock.at(datetime(2024, 3, 10, 5, tzinfo=UTC) + timedelta(hours=hours)):
            make_lead(entity=entity, pipeline="growth", value=10, status_name="closed")
    client = api.as_(UserFactory(manager=True, entity=entity))
    found = client.get("/api/dashboard/charts/revenue?startDate=2024-03-09&endDate=2024-03-11").json()
    assert [day["value"] for day in found] == [0, 10, 20]


def test_the_dashboard_asks_as_many_questions_whatever_there_is(client, history, assert_query_count):
    for name, path in [("stats", "stats"), ("revenue", "charts/revenue"), ("sources", "charts/sources")]:
        with assert_query_count(f"dashboard-{name}"):
            client.get(f"/api/dashboard/{path}?{JUNE}")
