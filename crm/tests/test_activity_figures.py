"""The activity figures (sales.md), compared with numbers worked out by hand.

NOW is a Tuesday noon. John: 3 calls (2 completed, 1 pending and overdue), 1 e-mail (cancelled); Mary: 1 call (pending,
to come) and 1 meeting (completed). The changes that leads recorded about themselves do not count.
"""

from datetime import UTC, datetime, timedelta

import pytest

from betterside import clock
from betterside.accounts.tests.factories import UserFactory

from ..services import activities, stages
from .factories import make_lead, status

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
# (who, days ago, type, priority, status, follow-up in hours)
DONE = [
    ("john", 20, "call", "high", "completed", None),
    ("john", 6, "call", "medium", "completed", None),
    ("john", 1, "call", "urgent", "pending", -3),
    ("john", 0, "email", "medium", "cancelled", -3),
    ("mary", 7, "call", "medium", "pending", 5),
    ("mary", 0, "meeting", "high", "completed", None),
]


@pytest.fixture
def team(entity):
    return {name: UserFactory(rep=True, username=name) for name in ("john", "mary")}


def do(lead, by, days: int, kind: str, priority: str, state: str, due: int | None) -> None:
    with clock.at(NOW - timedelta(days=days)):
        activities.log(
            lead=lead,
            by=by,
            activity_type=kind,
            description=kind,
            priority=priority,
            status=state,
            next_follow_up_date=None if due is None else NOW + timedelta(hours=due),
        )


@pytest.fixture
def history(team):
    own = {name: make_lead(owner=user) for name, user in team.items()}
    for name, *what in DONE:
        do(own[name], team[name], *what)
    stages.move(lead=own["john"], to=status("sales", "qualified"), by=team["john"])


@pytest.fixture
def figures(api, manager, history):
    client = api.as_(manager)

    def ask(path: str, query: str = ""):
        with clock.at(NOW):
            answer = client.get(f"/api/activities/{path}?{query}")
        assert answer.status_code == 200, answer.content
        return answer.json()["data"]

    return ask


STATES = ("total_activities", "completed_activities", "pending_activities", "cancelled_activities", "completion_rate")


def table(rows: list[dict], *columns: str) -> list[tuple]:
    return [tuple(row[column] for column in columns) for row in rows]


def test_statistics(figures):
    assert table(figures("statistics"), "activity_type", *STATES) == [
        ("call", 4, 2, 2, 0, 50),
        ("email", 1, 0, 0, 1, 0),
        ("meeting", 1, 1, 0, 0, 100),
    ]
    assert table(figures("statistics", "date_from=2026-03-04&date_to=2026-03-09"), "activity_type", *STATES) == [
        ("call", 2, 1, 1, 0, 50)
    ]


def test_user_performance(figures, team, stranger):
    rows = figures("user-performance")
    assert table(rows, "user_id", *STATES, "leads_contacted", "overdue_follow_ups") == [
        (team["john"].pk, 4, 2, 1, 1, 50, 1, 1),
        (team["mary"].pk, 2, 1, 1, 0, 50, 1, 0),
    ]
    assert figures("user-performance", f"user_id={team['mary'].pk}") == rows[1:]
    assert figures("user-performance", f"user_id={stranger.pk}") == []


def test_priority_distribution(figures):
    assert table(figures("priority-distribution"), "priority", "total_activities", "percentage", "completion_rate") == [
        ("urgent", 1, 16.7, 0),
        ("high", 2, 33.3, 100),
        ("medium", 3, 50, 33.33),
        ("low", 0, 0, 0),
    ]


def test_summary(figures):
    assert figures("summary") == {
        "total_activities": 6,
        "completed_activities": 3,
        "pending_activities": 2,
        "cancelled_activities": 1,
        "completion_rate": 50,
        "activities_today": 2,
        "activities_last_7_days": 4,
        "overdue_follow_ups": 1,
        "by_type": {"call": 4, "email": 1, "meeting": 1},
        "by_priority": {"medium": 3, "high": 2, "urgent": 1},
    }


NAMES = ["statistics", "user-performance", "priority-distribution", "summary", "follow-ups/summary"]


@pytest.mark.parametrize("name", NAMES)
def test_another_tenants_work_changes_nothing(figures, stranger, name):
    before = figures(name)
    foreign = make_lead(entity=stranger.entity)
    for _who, *what in DONE:
        do(foreign, stranger, *what)
    assert figures(name) == before


@pytest.mark.parametrize("name", NAMES)
def test_no_query_count_grows_with_the_activities(api, manager, team, name, assert_query_count):
    client = api.as_(manager)

    def make(count):
        for _n in range(count):
            do(make_lead(owner=team["john"]), team["john"], 0, "call", "high", "pending", 1)

    assert_query_count.flat(f"activities-{name}", lambda: client.get(f"/api/activities/{name}"), make)
