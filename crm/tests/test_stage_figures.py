"""The stage figures (DESIGN section 6), compared with numbers worked out by hand.

Four leads, hours after START; NOW is hour 100, the fifth day at four in the morning:

    A (John's)   new 0–10, qualified –40, contacted –50, meeting –72, lost
    B (Mary's)   new 0–30, qualified –54, contacted –60, meeting –70, proposal –80, negotiation –96, won
    C (nobody's) new 24–
    D (nobody's) new 24–30, lost –40, reopened by the manager: new –
"""

from datetime import UTC, datetime, timedelta

import pytest

from betterside import clock
from betterside.accounts.tests.factories import EntityFactory, UserFactory

from ..models import LeadStatus
from ..services import assignments, stages
from .factories import make_lead, status

pytestmark = pytest.mark.django_db
START = datetime(2024, 6, 3, tzinfo=UTC)
A = [(10, "qualified"), (40, "contacted"), (50, "meeting_scheduled"), (72, "lost")]
B = [
    (30, "qualified"),
    (54, "contacted"),
    (60, "meeting_scheduled"),
    (70, "proposal_sent"),
    (80, "negotiation"),
    (96, "won"),
]
D = [(30, "lost"), (40, "new")]


def hour(n: int) -> datetime:
    return START + timedelta(hours=n)


@pytest.fixture
def team(entity):
    people = {name: UserFactory(rep=True, username=name, first_name=name.title()) for name in ("john", "mary")}
    return people | {"manager": UserFactory(manager=True, username="boss")}


def history(created: int, steps: list, by, owner=None):
    with clock.at(hour(created)):
        lead = make_lead(entity=by.entity)
        if owner:
            assignments.assign(lead=lead, to=owner, by=by)
    for moment, name in steps:
        with clock.at(hour(moment)):
            stages.move(lead=lead, to=status("sales", name), by=by)
    return lead


@pytest.fixture
def leads(team):
    return {
        "A": history(0, A, team["john"], owner=team["john"]),
        "B": history(0, B, team["mary"], owner=team["mary"]),
        "C": history(24, [], team["manager"]),
        "D": history(24, D, team["manager"]),
    }


@pytest.fixture
def figures(api, team, leads):
    """`figures("summary", "sla_hours=3")` is the answer's data, as the manager gets it at hour 100."""
    client = api.as_(team["manager"])

    def ask(name: str, query: str = ""):
        with clock.at(hour(100)):
            answer = client.get(f"/api/stages/{name}?{query}")
        assert answer.status_code == 200, answer.content
        return answer.json()["data"]

    return ask


def table(rows: list[dict], *columns: str) -> list[tuple]:
    return [tuple(row[column] for column in columns) for row in rows]


DURATIONS = ("total_entries", "total_exits", "currently_in_stage", "avg_duration_hours", "min_duration_hours")


def test_performance_metrics(figures):
    rows = figures("performance-metrics")
    columns = (*DURATIONS, "max_duration_hours", "leads_exceeding_24h", "leads_exceeding_48h")
    assert table(rows, "status_name", *columns) == [
        ("new", 5, 3, 2, 15.33, 6, 30, 3, 2),
        ("qualified", 2, 2, 0, 27, 24, 30, 1, 0),  # B's stay of exactly 24 hours is within
        ("contacted", 2, 2, 0, 8, 6, 10, 0, 0),
        ("meeting_scheduled", 2, 2, 0, 16, 10, 22, 0, 0),
        ("proposal_sent", 1, 1, 0, 10, 10, 10, 0, 0),
        ("negotiation", 1, 1, 0, 16, 16, 16, 0, 0),
        ("won", 1, 0, 1, None, None, None, 0, 0),
        ("lost", 2, 1, 1, 10, 10, 10, 0, 0),
    ]


def test_performance_metrics_of_a_range_are_of_stays_that_began_in_it(figures):
    first_day = figures("performance-metrics", "date_to=2024-06-03")
    assert table(first_day, "status_name", *DURATIONS)[:3] == [
        ("new", 2, 2, 0, 20, 10),
        ("qualified", 1, 1, 0, 30, 30),
        ("contacted", 0, 0, 0, None, None),
    ]
    fifth_day = figures("performance-metrics", "date_from=2024-06-07&date_to=2024-06-07")
    assert [row["status_name"] for row in fifth_day if row["total_entries"]] == ["won"]


def test_user_performance(figures, team):
    rows = figures("user-performance")
    columns = ("total_stage_changes", "leads_handled", "won_leads", "lost_leads", "conversion_rate")
    assert table(rows, "user_id", *columns, "avg_duration_hours") == [
        (team["mary"].pk, 6, 1, 1, 0, 100, 16),
        (team["john"].pk, 4, 1, 0, 1, 0, 18),
        (team["manager"].pk, 2, 1, 0, 1, 0, 8),
    ]
    assert figures("user-performance", f"user_id={team['john'].pk}") == rows[1:2]


@pytest.mark.parametrize(
    ("days", "mary"),
    [
        ("date_from=2024-06-05", (5, 1, 1)),  # hours 54, 60, 70, 80 and 96: up to now
        ("date_to=2024-06-05", (4, 1, 0)),  # from the beginning
        ("date_from=2024-06-05&date_to=2024-06-05", (3, 1, 0)),  # she moved B before and after it
    ],
)
def test_a_lead_counts_once_for_who_moved_it_in_a_range(figures, team, days, mary):
    columns = ("total_stage_changes", "leads_handled", "won_leads")
    rows = figures("user-performance", f"user_id={team['mary'].pk}&{days}")
    assert table(rows, *columns) == [mary]


def test_user_performance_of_a_foreign_or_missing_user_is_empty(figures, stranger):
    assert figures("user-performance", f"user_id={stranger.pk}") == []
    assert figures("user-performance", "user_id=999999999") == []


def test_transition_matrix(figures):
    columns = ("from_status", "to_status", "transition_count", "transition_rate", "avg_duration_hours")
    assert table(figures("transition-matrix"), *columns) == [
        ("new", "qualified", 2, 66.7, 20),
        ("new", "lost", 1, 33.3, 6),
        ("qualified", "contacted", 2, 100, 27),
        ("contacted", "meeting_scheduled", 2, 100, 8),
        ("meeting_scheduled", "proposal_sent", 1, 50, 10),
        ("meeting_scheduled", "lost", 1, 50, 22),
        ("proposal_sent", "negotiation", 1, 100, 10),
        ("negotiation", "won", 1, 100, 16),
        ("lost", "new", 1, 100, 10),
    ]


def test_conversion_rates(figures):
    columns = ("leads_entered", "leads_advanced", "leads_lost", "leads_in_stage", "conversion_rate", "loss_rate")
    assert table(figures("conversion-rates"), "status_name", *columns) == [
        ("new", 4, 2, 1, 2, 50, 25),
        ("qualified", 2, 2, 0, 0, 100, 0),
        ("contacted", 2, 2, 0, 0, 100, 0),
        ("meeting_scheduled", 2, 1, 1, 0, 50, 50),
        ("proposal_sent", 1, 1, 0, 0, 100, 0),
        ("negotiation", 1, 1, 0, 0, 100, 0),
    ]


def test_status_statistics(figures):
    columns = ("total_leads", "percentage", "assigned_leads", "unassigned_leads", "avg_hours_in_stage")
    rows = table(figures("status-statistics"), "status_name", *columns)
    assert [row for row in rows if row[1]] == [
        ("new", 2, 50, 0, 2, 68),
        ("won", 1, 25, 1, 0, 4),
        ("lost", 1, 25, 1, 0, 28),
    ]
    assert len(rows) == 8
    second_day = table(figures("status-statistics", "date_from=2024-06-04"), "status_name", *columns)
    assert [row for row in second_day if row[1]] == [("new", 2, 100, 0, 2, 68)]


def test_summary(figures):
    data = figures("summary")
    by_stage = table(data.pop("stages"), "status_name", "leads", "avg_hours_in_stage", "exceeding_sla")
    assert by_stage[0] == ("new", 2, 68, 2)
    assert by_stage[-2:] == [("won", 1, 4, 0), ("lost", 1, 28, 0)]
    assert data == {
        "total_leads": 4,
        "open_leads": 2,
        "won_leads": 1,
        "lost_leads": 1,
        "conversion_rate": 25,
        "exceeding_sla": 2,
        "changes_today": 1,
        "changes_last_7_days": 12,
    }


def test_recent_changes(figures, leads):
    rows = figures("recent-changes", "limit=3")
    assert table(rows, "lead_id", "previous_status", "status_name", "user_email") == [
        (leads["B"].pk, "negotiation", "won", "mary@acme.example"),
        (leads["B"].pk, "proposal_sent", "negotiation", "mary@acme.example"),
        (leads["A"].pk, "meeting_scheduled", "lost", "john@acme.example"),
    ]
    assert len(figures("recent-changes")) == 12  # a lead's first stay is no change


def test_sla_violations_are_leads_that_wait_now_the_longest_first(figures, leads):
    columns = ("lead_id", "status_name", "hours_in_stage", "sla_hours", "hours_exceeded")
    assert table(figures("sla-violations"), *columns) == [
        (leads["C"].pk, "new", 76, 24, 52),
        (leads["D"].pk, "new", 60, 24, 36),
    ]
    assert table(figures("sla-violations", "sla_hours=60"), *columns) == [(leads["C"].pk, "new", 76, 60, 16)]


def test_the_status_own_sla_holds_unless_the_request_names_one(figures):
    LeadStatus.objects.filter(pipeline="sales", name="new").update(sla_hours=70)
    assert len(figures("sla-violations")) == 1
    assert len(figures("sla-violations", "sla_hours=24")) == 2


def test_sla_compliance(figures):
    """Too long by the 24 hours: B new 30, C new 76, D new 60, A qualified 30."""
    whole = dict.fromkeys(["contacted", "meeting_scheduled", "proposal_sent", "negotiation"], 100)
    assert figures("sla-compliance") == {
        "sla_hours": None,
        "total_leads": 4,
        "within_sla": 0,
        "exceeded_sla": 4,
        "compliance_rate": 0,
        "avg_exceeded_time": 25,
        "by_status": {"new": 40, "qualified": 50} | whole,
    }
    assert figures("sla-compliance", "sla_hours=30") == {
        "sla_hours": 30,
        "total_leads": 4,
        "within_sla": 2,
        "exceeded_sla": 2,
        "compliance_rate": 50,
        "avg_exceeded_time": 38,
        "by_status": {"new": 60, "qualified": 100} | whole,
    }


def test_sla_compliance_of_a_range_is_of_leads_created_in_it(figures):
    data = figures("sla-compliance", "sla_hours=30&date_to=2024-06-03")
    assert (data["total_leads"], data["within_sla"]) == (2, 2)
    assert data["avg_exceeded_time"] is None


def test_workflow_efficiency(figures):
    assert figures("workflow-efficiency") == {
        "total_leads": 4,
        "completed_leads": 2,
        "in_progress_leads": 2,
        "won_leads": 1,
        "lost_leads": 1,
        "completion_rate": 50,
        "conversion_rate": 25,
        "avg_cycle_time": 3.5,  # A 72 hours, B 96
        "avg_stage_duration_hours": 15.33,  # 184 hours in 12 stays that ended
        "avg_stages_per_lead": 4,
        "total_stage_changes": 12,
        "backward_stage_changes": 1,
    }


def test_bottleneck_analysis(figures):
    columns = ("total_entries", "currently_in_stage", "avg_duration_hours", "exceeding_sla", "exceeding_rate")
    columns = (*columns, "leads_lost", "drop_off_rate", "is_bottleneck")
    assert table(figures("bottleneck-analysis"), "status_name", *columns) == [
        ("new", 5, 2, 36.4, 3, 60, 1, 20, True),
        ("qualified", 2, 0, 27, 1, 50, 0, 0, True),
        ("meeting_scheduled", 2, 0, 16, 0, 0, 1, 50, False),
        ("negotiation", 1, 0, 16, 0, 0, 0, 0, False),
        ("proposal_sent", 1, 0, 10, 0, 0, 0, 0, False),
        ("contacted", 2, 0, 8, 0, 0, 0, 0, False),
    ]


def test_other_pipelines_follow_the_main_one_and_can_be_asked_for(figures, team):
    with clock.at(hour(90)):
        make_lead(entity=team["manager"].entity, pipeline="channel")
    rows = figures("performance-metrics")
    assert table(rows[8:], "status_name", "pipeline", "total_entries") == [("new", "channel", 1)]
    alone = figures("performance-metrics", "pipeline=channel")
    assert table(alone, "status_name", "total_entries")[:2] == [("new", 1), ("called_no_answer", 0)]
    assert {row["pipeline"] for row in alone} == {"channel"}


NAMES = """performance-metrics user-performance transition-matrix sla-violations conversion-rates summary recent-changes
status-statistics sla-compliance workflow-efficiency bottleneck-analysis""".split()  # noqa: SIM905


@pytest.mark.parametrize("name", NAMES)
def test_another_tenants_history_changes_nothing(figures, stranger, name):
    before = figures(name)
    history(0, B, stranger)
    history(24, [], stranger)
    assert figures(name) == before


@pytest.mark.parametrize("name", NAMES)
def test_an_entity_without_leads_gets_zeros_not_errors(api, manager, name):
    answer = api.as_(manager).get(f"/api/stages/{name}")
    assert (answer.status_code, answer.json()["success"]) == (200, True)


@pytest.mark.parametrize("name", NAMES)
def test_no_query_count_grows_with_the_leads(api, team, name, assert_query_count):
    client = api.as_(team["manager"])

    def make(count):
        for _n in range(count):
            history(0, A[:1], team["manager"], owner=team["john"])

    assert_query_count.flat(f"stages-{name}", lambda: client.get(f"/api/stages/{name}"), make)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("date_from=2024-06-30&date_to=2024-06-01", "date_from"),
        ("date_from=June", "date_from"),
        ("pipeline=tv", "pipeline"),
    ],
)
def test_bad_ranges_are_refused(api, manager, query, field):
    for name in set(NAMES) - {"summary", "recent-changes", "sla-violations"}:
        answer = api.as_(manager).get(f"/api/stages/{name}?{query}")
        assert answer.status_code == 400, name
        assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("hours", ["0", "-1", "1000000000", "99999999999999999999", "many"])
def test_bad_sla_hours_are_refused(api, manager, hours):
    for name in ("sla-violations", "sla-compliance"):
        answer = api.as_(manager).get(f"/api/stages/{name}?sla_hours={hours}")
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == "sla_hours"


def test_entities_count_days_in_their_own_zone(api):
    manager = UserFactory(manager=True, entity=EntityFactory(slug="kolkata", timezone="Asia/Kolkata"))
    with clock.at(datetime(2024, 6, 3, 19, tzinfo=UTC)):  # the 4th there
        make_lead(entity=manager.entity)
    rows = api.as_(manager).get("/api/stages/performance-metrics?date_from=2024-06-04").json()["data"]
    assert rows[0]["total_entries"] == 1
