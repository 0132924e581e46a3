"""POST /api/analytics/custom-report: each type says what its endpoint says (sales.md, "Custom Report Generation")."""

from datetime import UTC, datetime, timedelta

import pytest

from betterside import clock
from crm.models import LeadStatus
from crm.services import activities, assignments, stages

from .factories import make_lead

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 6, tzinfo=UTC)
MARCH = {"date_from": "2026-03-01", "date_to": "2026-03-31"}
ENDPOINTS = {
    "lead_analytics": "leads",
    "platform_performance": "platforms",
    "user_performance": "users",
    "conversion_funnel": "funnel",
    "time_based": "time-based",
    "activity": "activities",
    "sla": "sla-compliance",
}


@pytest.fixture
def history(rep):
    """Three leads of March, of two platforms; one is lost, one has an owner, on one somebody called; and one of April."""
    with clock.at(MONDAY):
        lost = make_lead(entity=rep.entity, platform="facebook")
        owned = make_lead(entity=rep.entity, platform="website")
        make_lead(entity=rep.entity, platform="facebook", status_name="qualified")
    with clock.at(MONDAY + timedelta(hours=3)):
        assignments.assign(lead=owned, to=rep, by=None)
        activities.log(lead=owned, by=rep, activity_type="call", description="Called", status="completed")
    with clock.at(MONDAY + timedelta(days=2)):
        stages.move(lead=lost, to=LeadStatus.objects.get(pipeline="sales", name="lost"), by=None)
    with clock.at(MONDAY + timedelta(days=40)):
        make_lead(entity=rep.entity, platform="instagram")


@pytest.fixture
def client(api, manager, history):
    with clock.at(MONDAY + timedelta(days=50)):
        yield api.as_(manager)


def ask(client, report_type, **filters):
    answer = client.post("/api/analytics/custom-report", {"report_type": report_type, "filters": filters})
    assert answer.status_code == 200, answer.content
    return answer.json()["data"]


@pytest.mark.parametrize("report_type", ENDPOINTS)
@pytest.mark.parametrize("filters", [{}, MARCH, MARCH | {"platform": "facebook"}, {"status": "qualified"}], ids=str)
def test_each_type_says_what_its_endpoint_says(client, report_type, filters):
    endpoint = client.get(f"/api/analytics/{ENDPOINTS[report_type]}", filters)

    assert ask(client, report_type, **filters) == endpoint.json()["data"]


def test_the_contracts_request(client, golden):
    filters = {
        "date_from": "2026-01-01",
        "date_to": "2026-12-31",
        "platform": "facebook",
        "status": ["new", "qualified"],
    }

    answer = client.post("/api/analytics/custom-report", {"report_type": "lead_performance", "filters": filters})

    golden(answer, "sales/custom-report")


def test_several_statuses_are_added_up(client):
    assert ask(client, "lead_analytics", status=["new", "qualified"])["total_leads"] == 3
    assert ask(client, "lead_analytics", status=["new", "qualified", "lost"])["total_leads"] == 4


def test_lead_performance_has_the_totals_and_the_funnel(client):
    found = ask(client, "lead_performance", **MARCH)

    assert found.pop("conversion_funnel") == ask(client, "conversion_funnel", **MARCH)
    assert found == ask(client, "lead_analytics", **MARCH)


def test_the_contracts_template_adds_sections(client):
    found = ask(
        client, "lead_analytics", **MARCH, group_by="month", include_platforms=True, include_conversion_funnel=True
    )

    assert found["platforms"] == ask(client, "platform_performance", **MARCH)
    assert found["conversion_funnel"] == ask(client, "conversion_funnel", **MARCH)
    assert found["time_based"] == ask(client, "time_based", **MARCH, group_by="month")
    assert [row["period"] for row in found["time_based"]] == ["2026-03"]


def test_a_section_that_is_not_wanted_is_left_out(client):
    assert "platforms" not in ask(client, "lead_analytics", include_platforms=False)


def test_a_period_is_seen_from_today(client):
    """Today is 21 April."""
    assert ask(client, "lead_analytics", period="last_month") == ask(client, "lead_analytics", **MARCH)
    assert ask(client, "lead_analytics", period="last_7_days")["total_leads"] == 0


def test_what_is_empty_filters_nothing(client):
    assert ask(client, "lead_analytics", platform="", status=[], date_from=None) == ask(client, "lead_analytics")


def test_no_filters_need_be_sent(client):
    answer = client.post("/api/analytics/custom-report", {"report_type": "lead_analytics"})

    assert answer.json()["data"]["total_leads"] == 4


def test_a_range_without_leads_is_all_zeros(client):
    found = ask(client, "lead_performance", date_from="2020-01-01", date_to="2020-01-31", include_sla=True)

    assert (found["total_leads"], found["conversion_rate"], found["sla"]["total_leads"]) == (0, 0.0, 0)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "report_type"),
        ({"report_type": "weather"}, "report_type"),
        ({"report_type": "sla", "filters": []}, "filters.non_field_errors"),
        ({"report_type": "sla", "filters": {"status": "warm"}}, "filters.status"),
        ({"report_type": "sla", "filters": {"status": ["new", "warm"]}}, "filters.status"),
        ({"report_type": "sla", "filters": {"platform": "myspace"}}, "filters.platform"),
        ({"report_type": "sla", "filters": {"date_from": "2026-02-30"}}, "filters.date_from"),
        ({"report_type": "sla", "filters": {"date_from": "2026-03-02", "date_to": "2026-03-01"}}, "filters.date_from"),
        ({"report_type": "sla", "filters": {"group_by": "year"}}, "filters.group_by"),
        ({"report_type": "sla", "filters": MARCH | {"period": "last_week"}}, "filters.period"),
    ],
)
def test_it_refuses(client, body, field):
    answer = client.post("/api/analytics/custom-report", body)

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_another_entitys_leads_do_not_count(api, stranger, history):
    assert ask(api.as_(stranger), "lead_analytics")["total_leads"] == 0
