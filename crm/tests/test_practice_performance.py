"""/api/v1/leaderboard, /api/v1/me/performance, /auth/me and /api/v1/analytics/dashboard (issue 9)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from betterside import clock
from betterside.accounts.tests.factories import EntityFactory, UserFactory
from crm.models import Activity, Lead
from crm.services import activities, leads, practice, stages
from crm.tests.factories import make_lead, status

pytestmark = pytest.mark.django_db
BOARD, MINE, DASHBOARD = "/api/v1/leaderboard", "/api/v1/me/performance", "/api/v1/analytics/dashboard"
# A Wednesday noon in New York
NOON = datetime(2024, 6, 12, 12, tzinfo=ZoneInfo("America/New_York"))


@pytest.fixture(autouse=True)
def noon():
    with clock.at(NOON):
        yield


@pytest.fixture
def entity(db):
    return EntityFactory(timezone="America/New_York", main_pipeline="practice")


@pytest.fixture
def admin(entity):
    return UserFactory(admin=True, username="boss", first_name="Ada", last_name="Admin")


@pytest.fixture
def team(entity) -> list:
    names = ("Ann", "Bob", "Cem")
    return [UserFactory(agent=True, username=name.lower(), first_name=name, last_name="Agent") for name in names]


def works(user, *, ago=timedelta(0), won=True, **fields) -> Lead:
    """A lead answered within ten minutes, and won after twenty: 20 + 50 points."""
    with clock.at(NOON - ago - timedelta(hours=1)):
        lead = make_lead(owner=user, pipeline="practice", **fields)
    with clock.at(NOON - ago - timedelta(minutes=50)):
        activities.log(lead=lead, by=user, activity_type="call", description="Called")
    if won:
        with clock.at(NOON - ago - timedelta(minutes=40)):
            stages.move(lead=lead, to=status("practice", "WON"), by=user)
    return lead


@pytest.fixture
def history(admin, team, run_jobs):
    """Ann and Bob: 70 each this month; Cem 20 this month and 140 in May."""
    ann, bob, cem = team
    works(ann, full_name="Dr. One", company="One")
    works(bob, full_name="Dr. Two", company="Two")
    works(cem, won=False, full_name="Dr. Three", company="Three")
    for _n in range(2):
        works(cem, ago=timedelta(days=30))
    run_jobs()


class TestLeaderboard:
    def test_the_month_with_a_tie(self, api, admin, team, history, golden):
        answer = api.as_(admin).get(BOARD)
        golden(answer, "practice/leaderboard")
        assert answer["X-Total-Count"] == "3"

    @pytest.mark.parametrize(
        ("period", "first", "last", "places"),
        [
            ("day", "2024-06-12", "2024-06-12", [("ann", 1, 70), ("bob", 1, 70), ("cem", 3, 20)]),
            ("week", "2024-06-10", "2024-06-16", [("ann", 1, 70), ("bob", 1, 70), ("cem", 3, 20)]),
            ("month", "2024-06-01", "2024-06-30", [("ann", 1, 70), ("bob", 1, 70), ("cem", 3, 20)]),
            ("quarter", "2024-04-01", "2024-06-30", [("cem", 1, 160), ("ann", 2, 70), ("bob", 2, 70)]),
            ("year", "2024-01-01", "2024-12-31", [("cem", 1, 160), ("ann", 2, 70), ("bob", 2, 70)]),
            ("all", "1970-01-01", None, [("cem", 1, 160), ("ann", 2, 70), ("bob", 2, 70)]),
        ],
    )
    def test_every_period(self, api, admin, history, period, first, last, places):
        body = api.as_(admin).get(BOARD, {"period": period}).json()
        assert (body["period"], body["date_from"], body["date_to"]) == (period, first, last)
        assert [(row["username"], row["rank"], row["performance_score"]) for row in body["leaderboard"]] == places

    def test_a_new_day_begins_in_the_entitys_zone(self, api, admin, history):
        with clock.at(datetime(2024, 6, 13, 3, 59, tzinfo=ZoneInfo("UTC"))):
            assert api.as_(admin).get(BOARD, {"period": "day"}).json()["date_from"] == "2024-06-12"
        with clock.at(datetime(2024, 6, 13, 4, 0, tzinfo=ZoneInfo("UTC"))):
            body = api.as_(admin).get(BOARD, {"period": "day"}).json()
        assert body["date_from"] == "2024-06-13"
        assert {row["performance_score"] for row in body["leaderboard"]} == {0}

    def test_pages(self, api, admin, history):
        page = api.as_(admin).get(BOARD, {"skip": 1, "limit": 1})
        assert [row["username"] for row in page.json()["leaderboard"]] == ["bob"]
        assert page.json()["ranked"] == 3

    def test_a_deleted_lead_is_off_the_board(self, api, admin, team, history, run_jobs):
        leads.delete(lead=Lead.objects.get(company="One"), by=admin)
        run_jobs()
        body = api.as_(admin).get(BOARD).json()
        assert [(row["username"], row["rank"]) for row in body["leaderboard"]] == [("bob", 1), ("cem", 2), ("ann", 3)]

    @pytest.mark.parametrize("query", [{"period": "decade"}, {"limit": 0}, {"skip": -1}])
    def test_bad_queries_are_422(self, api, admin, query):
        answer = api.as_(admin).get(BOARD, query)
        assert answer.status_code == 422
        assert answer.json()["detail"][0]["loc"] == ["query", *query]

    def test_it_costs_the_same_for_30_people_as_for_3(self, api, admin, assert_query_count, run_jobs):
        def make(count):
            for _n in range(count):
                works(UserFactory(agent=True))
            run_jobs()

        client = api.as_(admin)
        client.get(BOARD)
        assert_query_count.flat("practice-leaderboard", lambda: client.get(BOARD), make)


class TestOneself:
    def test_ones_own_month(self, api, team, history, golden):
        golden(api.as_(team[0]).get(MINE), "practice/performance")

    def test_who_is_not_ranked(self, api, admin, golden):
        golden(api.as_(admin).get(f"{MINE}?period=all"), "practice/performance-unranked")

    def test_me_has_the_contracts_performance_fields(self, api, team, history):
        me = api.as_(team[2]).get("/auth/me").json()
        assert {name: me[name] for name in CONTRACT_FIELDS if name != "last_activity"} == {
            "conversion_rate": 66.7,
            "activity_score": 60,
            "deals_closed": 2,
            "current_percentile": 100.0,
            "current_rank": 1,
            "performance_score": 160.0,
            "badges": ["first_deal"],
        }
        assert me["last_activity"].endswith("Z")

    def test_me_of_somebody_who_did_nothing_has_them_too(self, api, admin):
        me = api.as_(admin).get("/auth/me").json()
        assert {name: me[name] for name in CONTRACT_FIELDS if name != "last_activity"} == {
            "conversion_rate": 0.0,
            "activity_score": 0,
            "deals_closed": 0,
            "current_percentile": 0.0,
            "current_rank": 0,
            "performance_score": 0.0,
            "badges": [],
        }

    def test_last_activity_is_not_written_at_each_request(self, api, admin, django_assert_num_queries):
        client = api.as_(admin)
        first = client.get("/auth/me").json()["last_activity"]
        with django_assert_num_queries(4) as queries:
            assert client.get("/auth/me").json()["last_activity"] == first
        assert not [query for query in queries.captured_queries if query["sql"].startswith("UPDATE")]


# practice.md, "Database Schema Issues"
CONTRACT_FIELDS = [
    "last_activity",
    "conversion_rate",
    "activity_score",
    "deals_closed",
    "current_percentile",
    "current_rank",
    "performance_score",
    "badges",
]


class TestDashboard:
    @pytest.fixture
    def states(self, admin, team):
        """California 3 (1 won), Texas 1, unknown 2 (1 without a practice); Ann owns two, nobody owns two."""
        ann, bob, _cem = team
        for by, state, word in [
            (ann, "CA", "WON"),
            (ann, "CA", "NEW"),
            (bob, "CA", "LOST"),
            (admin, "TX", "NEW"),
            (admin, "", "NEW"),
        ]:
            fields = {"practice_name": f"Clinic {state or 'somewhere'}", "state": state}
            practice.create(by=by, fields=fields, status=status("practice", word))
        make_lead(owner=bob, pipeline="practice", company="Captured")
        make_lead(entity=admin.entity, pipeline="sales")

    def test_an_agents_figures_beside_the_entitys(self, api, team, states, run_jobs, golden):
        run_jobs()
        golden(api.as_(team[0]).get(DASHBOARD), "practice/dashboard")

    def test_of_nothing(self, api, admin, golden):
        golden(api.as_(admin).get(DASHBOARD), "practice/dashboard-empty")

    def test_the_range_is_of_whole_days_in_the_entitys_zone(self, api, admin):
        for hours in (-13, -12, 11, 12):
            with clock.at(NOON + timedelta(hours=hours)):
                make_lead(entity=admin.entity, pipeline="practice")
        body = api.as_(admin).get(DASHBOARD, {"date_from": "2024-06-12", "date_to": "2024-06-12"}).json()
        assert body["totals"]["total_leads"] == sum(row["total"] for row in body["leads_by_status"]) == 2
        assert body["leads_by_state"] == [{"state": None, "total": 2, "won": 0, "conversion_rate": 0.0}]

    def test_overdue_follow_ups_of_all_and_of_ones_own(self, api, team):
        for user, due in [(team[0], -1), (team[1], -1), (team[1], 1)]:
            lead = make_lead(owner=user, pipeline="practice")
            due = NOON + timedelta(hours=due)
            activities.log(lead=lead, by=user, activity_type="call", description="Call", next_follow_up_date=due)
        body = api.as_(team[0]).get(DASHBOARD).json()
        assert (body["totals"]["overdue_follow_ups"], body["mine"]["overdue_follow_ups"]) == (2, 1)

    def test_top_agents_are_the_months_best_who_have_points(self, api, admin, history):
        found = api.as_(admin).get(DASHBOARD).json()["top_agents"]
        assert [(row["username"], row["rank"]) for row in found] == [("ann", 1), ("bob", 1), ("cem", 3)]

    def test_deleted_test_and_foreign_leads_show_nowhere(self, api, admin, team):
        leads.delete(lead=make_lead(owner=team[0], pipeline="practice"), by=admin)
        make_lead(owner=team[0], pipeline="practice", is_test=True)
        make_lead(owner=UserFactory(agent=True, entity=EntityFactory(slug="elsewhere")), pipeline="practice")
        body = api.as_(admin).get(DASHBOARD).json()
        assert (body["totals"]["total_leads"], body["leads_by_state"], body["recent_activity"]) == (0, [], [])

    @pytest.mark.parametrize(
        "query", [{"date_from": "2024-02-30"}, {"date_from": "2024-06-02", "date_to": "2024-06-01"}]
    )
    def test_bad_ranges_are_422(self, api, admin, query):
        answer = api.as_(admin).get(DASHBOARD, query)
        assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, ["query", "date_from"])

    def test_it_costs_the_same_for_30_leads_as_for_3(self, api, admin, assert_query_count):
        def make(count):
            for _n in range(count):
                make_lead(owner=UserFactory(agent=True), pipeline="practice")

        client = api.as_(admin)
        client.get(DASHBOARD)
        assert_query_count.flat("practice-dashboard", lambda: client.get(DASHBOARD), make)
        assert Activity.objects.count() == 30
