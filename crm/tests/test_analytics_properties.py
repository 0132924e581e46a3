"""Every figure of /api/analytics equals a slow computation on a random history, read from the rollups or counted."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from betterside import clock

from ..analytics import activities as doings
from ..analytics import efficiency, growth, pipeline, reports, sla, stages, tallies, workload
from ..models import Lead, StageEntry
from ..services import rollups
from .histories import HISTORIES, PLATFORMS, SOURCES, START, History
from .invariants import broken
from .slow_figures import Slow
from .slow_stays import SlowStays

pytestmark = pytest.mark.django_db
REPORTS = [
    "lead_analytics",
    "platform_performance",
    "user_performance",
    "conversion_funnel",
    "time_based",
    "activity",
    "sla",
]
DAYS = st.integers(-1, 45).map(lambda n: START.date() + timedelta(days=n))
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["new", "qualified", "contacted", "won", "lost", "closed"]),
        "platform": st.sampled_from(PLATFORMS[1:]),
        "source": st.sampled_from(SOURCES[1:]),
        "pipeline": st.sampled_from(["sales", "growth"]),
        "date_from": DAYS,
        "date_to": DAYS,
        "owner": st.integers(0, 1),
    },
)
many_times = settings(
    phases=[__import__("hypothesis").Phase.generate],
    max_examples=25,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def query_of(history: History, filters: dict) -> dict:
    query = {name: value for name, value in filters.items() if name != "owner"}
    if query.get("date_from", date.min) > query.get("date_to", date.max):
        query["date_from"], query["date_to"] = query["date_to"], query["date_from"]
    return query | ({"assigned_user_id": history.people[filters["owner"]].pk} if "owner" in filters else {})


def told(by, query: dict) -> dict:
    """What the product says: every report, by name."""
    return {name: getattr(reports, name)(by, query | {"group_by": "month"}) for name in REPORTS}


@many_times
@given(steps=HISTORIES, more=HISTORIES, queries=st.lists(FILTERS, min_size=2, max_size=3))
def test_every_figure_equals_a_slow_computation(steps, more, queries):
    with transaction.atomic():
        history = History()
        history.play(steps)
        rollups.fold(history.entity.pk)
        history.play(more)
        _compare(history, [{}, *(query_of(history, filters) for filters in queries)])
        transaction.set_rollback(True)


def _compare(history: History, queries: list[dict]) -> None:
    by, slow = history.manager, Slow(history.entity, history.now)
    assert broken() == []
    assert rollups.verify(history.entity.pk) == []
    with clock.at(history.now):
        for query in queries:
            expected = {name: getattr(slow, name)(query) for name in REPORTS}
            for zone in (by.entity.timezone, ""):
                by.entity.rollup_zone = zone
                assert told(by, query) == expected, (query, "kept" if zone else "counted")
                _compare_stages(by, slow, query)
                _compare_stays(by, slow, query)
                _compare_activities(by, slow, query)
            _compare_growth(by, slow)
        by.entity.rollup_zone = by.entity.timezone
        _compare_totals(by, slow)


def _compare_growth(by, slow: Slow) -> None:
    for first, length in ((START.date(), 10), (START.date() + timedelta(days=3), 30), (date(1990, 1, 1), 20_000)):
        span = growth.Span(first, first + timedelta(days=length - 1))
        figures = {name: kpi["value"] for name, kpi in growth.stats(by, span).items()}
        assert figures == slow.growth(span.first, span.last) | {"link_clicks": 0}
        expected = slow.sources(span.first, span.last)
        assert {row["name"]: row["value"] for row in growth.leads_by_source(by, span)} == expected
        if length < 1000:
            days = [row["value"] for row in growth.revenue_by_day(by, span)]
            assert days == [slow.growth(day, day)["revenue"] for day in span.days()]


def _compare_activities(by, slow: Slow, query: dict) -> None:
    done = slow.done(query)
    for field, rows in (("activity_type", doings.by_type(by, query)), ("priority", doings.by_priority(by, query))):
        found = {row[field]: (row["total_activities"], row["completed_activities"]) for row in rows}
        own = {name: [one for one in done if getattr(one, field) == name] for name in found}
        assert found == {
            name: (len(some), sum(one.status == "completed" for one in some)) for name, some in own.items()
        }
    _compare_people(by, slow, query)
    today = slow.day(slow.now)
    summary = doings.summary(by, now=slow.now)
    week = slow.done({"date_from": today - timedelta(days=6), "date_to": today})
    assert summary["total_activities"] == len(slow.done({}))
    assert summary["activities_last_7_days"] == len(week)
    assert summary["overdue_follow_ups"] == len(slow.overdue(slow.done({})))
    assert summary["activities_today"] == sum(slow.day(one.created_at) == today for one in week)


def _compare_people(by, slow: Slow, query: dict) -> None:
    rows = doings.by_user(by, query, now=slow.now)
    names = ("user_id", "total_activities", "pending_activities", "leads_contacted", "overdue_follow_ups")
    assert [tuple(row[name] for name in names) for row in rows] == slow.people(query)
    for user_id, *_figures in slow.people(query):
        assert doings.by_user(by, query | {"user_id": user_id}, now=slow.now) == [
            row for row in rows if row["user_id"] == user_id
        ]
    assert doings.follow_ups(by, now=slow.now) == slow.follow_ups()


def _compare_stages(by, slow: Slow, query: dict) -> None:
    assert efficiency.workflow(by, query) == slow.workflow(query)
    rows = stages.statistics(by, query, now=slow.now, pipeline="sales")
    found = {
        row["status_id"]: (row["total_leads"], row["assigned_leads"], row["avg_hours_in_stage"])
        for row in rows
        if row["total_leads"]
    }
    assert found == slow.statistics(query)
    late = {one.status.pk: one.late_now for one in sla.waits(by, {}, slow.statuses, slow.now) if one.late_now}
    assert late == slow.waiting_too_long()
    for hours in (None, 1, 30):
        listed = sla.violations(StageEntry.objects.filter(lead__in=Lead.objects.all()), now=slow.now, sla_hours=hours)
        expected = slow.violations(hours)
        assert [stay.pk for stay in listed] == [stay.pk for stay in expected]
        assert sla.violating(by, {}, now=slow.now, sla_hours=hours) == len(expected)


def _compare_stays(by, slow: Slow, query: dict) -> None:
    asked = {name: query[name] for name in ("pipeline", "date_from", "date_to") if name in query}
    told = {"now": slow.now, "pipeline": asked.get("pipeline", "sales")}
    expected = SlowStays(slow, asked)
    rows = stages.performance(by, asked, **told)
    assert table(rows, "status_id", PERFORMANCE, "total_entries") == expected.performance(), asked
    rows = stages.conversion(by, asked, pipeline=told["pipeline"])
    assert table(rows, "status_id", CONVERSION, "leads_entered") == expected.conversion(), asked
    rows = efficiency.bottlenecks(by, asked, **told)
    assert table(rows, "status_id", BOTTLENECK, "total_entries") == expected.bottlenecks(), asked
    rows = [row | {"step": (row["from_status_id"], row["to_status_id"])} for row in stages.transitions(by, asked)]
    assert table(rows, "step", TRANSITION) == expected.transitions(), asked
    _compare_movers(by, slow, asked)
    today = slow.day(slow.now)
    summary = stages.summary(by, now=slow.now, pipeline="sales")
    for name, first in (("changes_today", today), ("changes_last_7_days", today - timedelta(days=6))):
        assert summary[name] == len(SlowStays(slow, {"date_from": first, "date_to": today}).moves), name


def _compare_movers(by, slow: Slow, asked: dict) -> None:
    """Also of ranges that people moved leads before, after, or both."""
    moved = sorted(slow.day(stay.entered_at) for stay in slow.stays if stay.user_id) or [slow.day(slow.now)]
    early, late = moved[len(moved) // 3], moved[len(moved) * 2 // 3]
    for days in ({}, {"date_from": early}, {"date_to": late}, {"date_from": early, "date_to": late}):
        query = asked | days
        expected = SlowStays(slow, query).movers()
        assert table(stages.by_user(by, query), "user_id", MOVER) == expected, query
    for pk, row in expected.items():
        assert table(stages.by_user(by, query | {"user_id": pk}), "user_id", MOVER) == {pk: row}


PERFORMANCE = """total_entries total_exits currently_in_stage avg_duration_hours min_duration_hours max_duration_hours
leads_exceeding_24h leads_exceeding_48h"""
CONVERSION = "leads_entered leads_advanced leads_lost leads_in_stage conversion_rate loss_rate"
BOTTLENECK = """total_entries currently_in_stage avg_duration_hours exceeding_sla exceeding_rate leads_lost drop_off_rate
is_bottleneck"""
TRANSITION = "transition_count transition_rate avg_duration_hours"
MOVER = "total_stage_changes leads_handled won_leads lost_leads conversion_rate avg_duration_hours"


def table(rows: list[dict], key: str, columns: str, counted: str = "") -> dict:
    """The rows that have figures, by their key."""
    return {row[key]: tuple(row[name] for name in columns.split()) for row in rows if not counted or row[counted]}


def _compare_totals(by, slow: Slow) -> None:
    leads = slow.leads({})
    waiting = [one for one in leads if not one.assigned_user_id and not one.closed_at]
    found = Lead.objects.visible_to(by)
    due = found.to_follow_up(slow.now + timedelta(days=2))
    assert [(one.follow_up_at, one.pk) for one in due] == slow.due(slow.now + timedelta(days=2))
    counts = {status.pk: count for status, count in pipeline.counts(by, "sales")}
    assert tallies.total(by, found, {}) == len(leads)
    assert tallies.waiting(by, found.waiting(), {}) == len(waiting)
    assert sum(counts.values()) == len(slow.leads({"pipeline": "sales"}))
    assert all(count == sum(one.status_id == pk for one in leads) for pk, count in counts.items())
    figures = workload.statistics(by)
    held = {user.pk: (user.assigned_leads, user.active_leads) for user in figures["workload_distribution"]}
    assert figures["unassigned_leads"] == len(waiting)
    for pk, (assigned, active) in held.items():
        own = [one for one in leads if one.assigned_user_id == pk]
        assert (assigned, active) == (len(own), sum(one.closed_at is None for one in own))
