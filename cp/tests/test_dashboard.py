"""GET /api/cp/dashboard: the first page in one call (channel.md, "Dashboard summary panel")."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from betterside import clock, days
from betterside.accounts.tests.factories import EntityFactory, UserFactory
from crm.services import follow_ups, stages
from crm.tests.factories import make_lead, status

from .factories import AdsRequestFactory, mapped_project

pytestmark = pytest.mark.django_db
INDIA = ZoneInfo("Asia/Kolkata")


@pytest.fixture
def cp():
    return UserFactory(cp=True)


def dashboard(api, user) -> dict:
    answer = api.as_(user).get("/api/cp/dashboard")
    assert answer.status_code == 200, answer.content
    return answer.json()


def lead_of(cp, ago: timedelta = timedelta(0), **fields):
    with clock.at(timezone.now() - ago):
        return make_lead(owner=cp, pipeline="channel", **fields)


def test_a_new_cp_sees_zeros(api, cp):
    found = dashboard(api, cp)
    assert found["tiles"] == {"todays_leads": 0, "total_leads": 0, "active_projects": 0, "ads_in_progress": 0}
    assert [row["count"] for row in found["leads_per_day"]] == [0] * 30
    assert {row["count"] for row in found["leads_by_status"]} == {0}
    assert found["latest_leads"] == found["follow_ups_due"] == []


def test_the_tiles_count_ones_own(api, cp):
    for ago in (0, 2, 40):
        lead_of(cp, timedelta(days=ago))
    make_lead(owner=cp, pipeline="sales")
    colleague = UserFactory(cp=True)
    lead_of(colleague)
    mapped_project(cp)
    mapped_project(cp, status="sold_out")
    project = mapped_project(cp)
    for state in ("running", "running", "requested", "completed"):
        AdsRequestFactory(cp=cp, project=project, status=state)
    AdsRequestFactory(cp=colleague, status="running")
    assert dashboard(api, cp)["tiles"] == {
        "todays_leads": 1,
        "total_leads": 3,
        "active_projects": 2,
        "ads_in_progress": 2,
    }


def test_the_tiles_are_what_the_lists_say(api, cp):
    """The contract's own definition of each tile."""
    project = mapped_project(cp)
    lead_of(cp)
    lead_of(cp, timedelta(days=3))
    AdsRequestFactory(cp=cp, project=project, status="running")
    client = api.as_(cp)
    tiles = dashboard(api, cp)["tiles"]

    def total(path):
        return client.get(path).json()["meta"]["total"]

    assert tiles == {
        "todays_leads": total("/api/cp/leads?date=today"),
        "total_leads": total("/api/cp/leads"),
        "active_projects": total("/api/cp/projects"),
        "ads_in_progress": total("/api/cp/ads-requests?status=running"),
    }


def test_days_are_those_of_the_entitys_zone(api, cp):
    midnight = days.start_of(days.today(INDIA), INDIA)
    for moment in (midnight, midnight - timedelta(seconds=1), midnight - timedelta(days=29)):
        with clock.at(moment):
            make_lead(owner=cp, pipeline="channel")
    with clock.at(midnight - timedelta(days=29, seconds=1)):
        make_lead(owner=cp, pipeline="channel")
    series = dashboard(api, cp)["leads_per_day"]
    counts = [row["count"] for row in series]
    assert (counts[0], counts[-2], counts[-1], sum(counts)) == (1, 1, 1, 3)
    assert series[-1]["date"] == datetime.now(INDIA).date().isoformat()


def test_statuses_come_in_their_order(api, cp):
    for name in ("closed", "new", "new"):
        make_lead(owner=cp, pipeline="channel", status_name=name)
    assert [(row["status"], row["count"]) for row in dashboard(api, cp)["leads_by_status"]] == [
        ("new", 2),
        ("called_no_answer", 0),
        ("interested", 0),
        ("not_interested", 0),
        ("follow_up", 0),
        ("closed", 1),
    ]


def test_follow_ups_due_are_todays_and_older_ones(api, cp):
    overdue, today, tomorrow, done = (lead_of(cp, timedelta(days=9)) for _ in range(4))
    end = days.start_of(days.today(INDIA) + timedelta(days=1), INDIA)
    with clock.at(timezone.now() - timedelta(days=8)):
        for lead, at in [
            (overdue, end - timedelta(days=3)),
            (today, end - timedelta(seconds=1)),
            (tomorrow, end),
            (done, end - timedelta(days=2)),
        ]:
            follow_ups.plan(lead=lead, at=at, by=cp)
    stages.move(lead=done, to=status("channel", "closed"), by=cp)
    due = dashboard(api, cp)["follow_ups_due"]
    assert [row["id"] for row in due] == [overdue.pk, today.pk]
    assert datetime.fromisoformat(due[1]["next_follow_up_date"]) == end - timedelta(seconds=1)


def test_a_manager_sees_the_entitys_and_nobody_elses(api, cp):
    lead_of(cp)
    lead_of(UserFactory(cp=True))
    lead_of(UserFactory(cp=True, entity=EntityFactory(slug="elsewhere")))
    assert dashboard(api, UserFactory(manager=True))["tiles"]["total_leads"] == 2


def test_it_costs_the_same_for_30_leads_as_for_3(api, cp, assert_query_count):
    client = api.as_(cp)

    def make(count):
        for _ in range(count):
            lead = lead_of(cp, project=mapped_project(cp))
            follow_ups.plan(lead=lead, at=timezone.now() + timedelta(seconds=1), by=cp)

    assert_query_count.flat("cp-dashboard retrieve", lambda: client.get("/api/cp/dashboard"), make)


def test_a_cp_is_told_of_their_own_lead_with_the_same_phone(api, cp):
    mine = make_lead(owner=cp, pipeline="channel", phone="9876543210")
    typed = make_lead(owner=cp, pipeline="channel", phone="+91 98765-43210")
    make_lead(owner=UserFactory(cp=True), pipeline="channel", phone="9876543210")
    make_lead(owner=cp, pipeline="channel", phone="9876543211")
    client = api.as_(cp)

    def found(phone):
        answer = client.get("/api/cp/leads/duplicates", {"phone": phone})
        assert answer.status_code == 200
        return [lead["id"] for lead in answer.json()["data"]]

    assert found("9876543210") == [typed.pk, mine.pk]
    assert found("98765 43210") == [typed.pk, mine.pk]
    assert found("987654") == []
    assert found("9111111111") == []
    assert client.get("/api/cp/leads/duplicates").status_code == 400
    assert client.get("/api/cp/leads/duplicates", {"phone": "9" * 21}).status_code == 400
