"""The analytics of sales.md against numbers worked out by hand on a small history (DESIGN section 6)."""

from datetime import UTC, datetime, timedelta

import pytest

from betterside import clock
from betterside.accounts.tests.factories import EntityFactory, UserFactory
from crm.models import LeadStatus
from crm.services import activities, assignments, stages

from .factories import make_lead

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 2, 6, tzinfo=UTC)
MARCH = {"date_from": "2026-03-01", "date_to": "2026-03-31"}
LINE = ["qualified", "contacted", "meeting_scheduled", "proposal_sent", "negotiation", "won"]


def walk(lead, names, *, start, step):
    for number, name in enumerate(names, start=1):
        with clock.at(start + step * number):
            stages.move(lead=lead, to=LeadStatus.objects.get(pipeline="sales", name=name), by=None)


@pytest.fixture
def manager():
    return UserFactory(manager=True)


@pytest.fixture
def rep():
    return UserFactory(rep=True)


@pytest.fixture
def history(rep):
    """Four leads of March: one won after 6 days, one lost after 2, one contacted, one new; and one of April."""
    with clock.at(MONDAY):
        won = make_lead(entity=rep.entity, platform="facebook")
        lost = make_lead(entity=rep.entity, platform="facebook")
        contacted = make_lead(entity=rep.entity, platform="website")
        make_lead(entity=rep.entity)
    with clock.at(MONDAY + timedelta(days=40)):
        make_lead(entity=rep.entity, platform="instagram")
    with clock.at(MONDAY + timedelta(hours=2)):
        assignments.assign(lead=won, to=rep, by=None)
    with clock.at(MONDAY + timedelta(hours=5)):
        assignments.assign(lead=lost, to=rep, by=None)
        activities.log(lead=won, by=rep, activity_type="call", description="Called", status="completed")
    walk(won, LINE, start=MONDAY, step=timedelta(days=1))
    walk(lost, ["lost"], start=MONDAY, step=timedelta(days=2))
    walk(contacted, LINE[:2], start=MONDAY, step=timedelta(hours=10))


@pytest.fixture
def ask(api, manager, history):
    client = api.as_(manager)

    def get(name, **query):
        answer = client.get(f"/api/analytics/{name}", MARCH | query)
        assert answer.status_code == 200, answer.content
        return answer.json()["data"]

    return get


def test_the_totals(ask):
    assert ask("leads") == {
        "total_leads": 4,
        "new_leads": 1,
        "contacted_leads": 1,
        "won_leads": 1,
        "lost_leads": 1,
        "assigned_leads": 2,
        "unassigned_leads": 2,
        "conversion_rate": 25.0,
        # (6 days + 2 days) / 2; (2 h + 5 h) / 2
        "avg_cycle_time": 4.0,
        "avg_assignment_time": 3.5,
    }


def test_the_dashboard_has_totals_and_what_was_and_is_next(ask):
    found = ask("dashboard")

    assert (found["total_leads"], found["conversion_rate"]) == (4, 25.0)
    assert len(found["recent_activities"]) == 10
    assert found["upcoming_follow_ups"] == []


def test_platforms(ask):
    nothing = {
        "total_leads": 0,
        "won_leads": 0,
        "lost_leads": 0,
        "conversion_rate": 0.0,
        "avg_cycle_time": 0.0,
        "avg_assignment_time": 0.0,
    }
    assert ask("platforms") == [
        {
            "platform": "facebook",
            "total_leads": 2,
            "won_leads": 1,
            "lost_leads": 1,
            "conversion_rate": 50.0,
            "avg_cycle_time": 4.0,
            "avg_assignment_time": 3.5,
        },
        {"platform": "website"} | nothing | {"total_leads": 1},
        {"platform": "instagram"} | nothing,
    ]


def test_users(ask, rep):
    assert ask("users") == [
        {
            "user_id": rep.pk,
            "username": rep.username,
            "leads_assigned": 2,
            "leads_won": 1,
            "leads_lost": 1,
            "conversion_rate": 50.0,
            "avg_cycle_time": 4.0,
            "avg_assignment_time": 3.5,
            "total_activities": 1,
            "pending_follow_ups": 0,
        }
    ]


def test_the_funnel_counts_leads_that_reached_a_stage_or_a_later_one(ask):
    rows = [(row["stage"], row["count"], row["percentage"]) for row in ask("funnel")["stages"]]

    assert rows == [
        ("new", 4, 100.0),
        ("qualified", 2, 50.0),
        ("contacted", 2, 50.0),
        ("meeting_scheduled", 1, 25.0),
        ("proposal_sent", 1, 25.0),
        ("negotiation", 1, 25.0),
        ("won", 1, 25.0),
    ]


def test_weeks(ask):
    weeks = {row["period"]: row for row in ask("time-based", group_by="week")}

    assert list(weeks) == ["2026-W09", "2026-W10", "2026-W11", "2026-W12", "2026-W13", "2026-W14"]
    assert weeks["2026-W10"] == {
        "period": "2026-W10",
        "new_leads": 4,
        "won_leads": 1,
        "lost_leads": 1,
        "conversion_rate": 25.0,
    }
    assert weeks["2026-W11"]["new_leads"] == weeks["2026-W11"]["won_leads"] == 0


def test_days_and_months_are_in_the_entitys_zone(ask):
    """06:00 UTC is the same day in India; the move six days later too."""
    days = {row["period"]: row for row in ask("time-based", group_by="day")}
    months = ask("time-based", group_by="month")

    assert (len(days), days["2026-03-02"]["new_leads"], days["2026-03-08"]["won_leads"]) == (31, 4, 1)
    assert [(row["period"], row["new_leads"], row["conversion_rate"]) for row in months] == [("2026-03", 4, 25.0)]


def test_activities_are_what_people_did(ask):
    found = ask("activities")

    assert found["total_activities"] == 1
    assert found["by_type"] == {
        "call": 1, "email": 0, "meeting": 0, "note": 0, "status_change": 0, "assignment": 0, "follow_up": 0,
    }  # fmt: skip
    assert found["by_status"] == {"pending": 0, "completed": 1, "cancelled": 0}
    assert found["by_priority"] == {"urgent": 0, "high": 0, "medium": 1, "low": 0}


def test_service_levels(ask):
    """Won stayed 24 h everywhere: within. Lost stayed 48 h in new, the new one and the contacted one stay on."""
    found = ask("sla-compliance")

    assert (found["total_leads"], found["within_sla"], found["exceeded_sla"]) == (4, 1, 3)
    assert found["compliance_rate"] == 25.0
    assert found["by_status"]["qualified"] == 100.0


def test_filters_combine(ask, rep):
    assert ask("leads", platform="facebook", status="won", assigned_user_id=rep.pk)["total_leads"] == 1
    assert ask("leads", platform="website", status="won")["total_leads"] == 0


def test_an_empty_range_gives_zeros(ask):
    empty = {"date_from": "2020-01-01", "date_to": "2020-01-31"}

    assert set(ask("leads", **empty).values()) == {0}
    assert {row["count"] for row in ask("funnel", **empty)["stages"]} == {0}
    assert {row["new_leads"] for row in ask("time-based", **empty)} == {0}
    assert ask("users", **empty) == []
    assert ask("sla-compliance", **empty)["compliance_rate"] == 0


@pytest.mark.parametrize(
    "query",
    [
        {"date_from": "2026-04-01", "date_to": "2026-03-01"},
        {"date_from": "2024-02-30"},
        {"group_by": "year"},
        {"date_from": "1971-01-01", "date_to": "2199-12-31", "group_by": "day"},
    ],
)
def test_bad_ranges_are_400(api, manager, query):
    assert api.as_(manager).get("/api/analytics/time-based", query).status_code == 400


def test_another_tenants_leads_change_nothing(ask):
    before = ask("leads")
    make_lead(entity=EntityFactory(slug="other"), platform="facebook")

    assert ask("leads") == before
