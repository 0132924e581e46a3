"""How leads move: figures over stays in a status (StageEntry). Hours of a stay that still lasts run up to `now`.

Every function takes stays that the caller has narrowed to what the user may see and to the range asked for.
"""

from collections import Counter

from django.db.models import Avg, Count, F, Max, Min, Q

from ..models import LeadStatus
from . import sla, tallies
from .numbers import hours, microseconds, rate, rounded
from .people import with_names
from .statuses import all_statuses, heading, with_all

ENDED = Q(exited_at__isnull=False)
OPEN_STATUS = Q(status__is_won=False, status__is_lost=False)


def leads(condition: Q) -> Count:
    """Leads of whose stays one meets the condition."""
    return Count("lead", distinct=True, filter=condition)


def performance(stays, *, now, pipeline: str) -> list[dict]:
    """By status: stays begun in the range, how many ended, how long those that ended lasted."""
    rows = (
        stays.lasting(now)
        .values("status")
        .annotate(
            entries=Count("pk"),
            exits=Count("exited_at"),
            average=Avg("hours", filter=ENDED),
            shortest=Min("hours", filter=ENDED),
            longest=Max("hours", filter=ENDED),
            beyond_24=leads(Q(hours__gt=24) & OPEN_STATUS),
            beyond_48=leads(Q(hours__gt=48) & OPEN_STATUS),
        )
        .order_by()
    )
    return [_performance(status, row) for status, row in with_all(list(rows), pipeline)]


def _performance(status: LeadStatus, row: dict) -> dict:
    entries, exits = row.get("entries", 0), row.get("exits", 0)
    return {
        "status_name": status.name,
        "status_description": status.description,
        "total_entries": entries,
        "total_exits": exits,
        "currently_in_stage": entries - exits,
        "avg_duration_hours": rounded(row.get("average")),
        "min_duration_hours": rounded(row.get("shortest")),
        "max_duration_hours": rounded(row.get("longest")),
        "leads_exceeding_24h": row.get("beyond_24", 0),
        "leads_exceeding_48h": row.get("beyond_48", 0),
        "status_id": status.pk,
        "pipeline": status.pipeline_id,
    }


def by_user(stays) -> list[dict]:
    """Who moved leads in the range: how many, how they ended, and how long they had stayed before the move."""
    rows = (
        stays.changes()
        .exclude(user=None)
        .values("user_id")
        .annotate(
            changes=Count("pk"),
            handled=Count("lead", distinct=True),
            won=leads(Q(status__is_won=True)),
            lost=leads(Q(status__is_lost=True)),
            average=Avg("previous__duration_hours"),
        )
    )
    return [_user(*pair) for pair in with_names(rows.order_by("-changes", "user_id"))]


def _user(person: dict, row: dict) -> dict:
    return person | {
        "total_stage_changes": row["changes"],
        "leads_handled": row["handled"],
        "won_leads": row["won"],
        "lost_leads": row["lost"],
        "conversion_rate": rate(row["won"], row["handled"]),
        "avg_duration_hours": rounded(row["average"]),
    }


def transitions(stays) -> list[dict]:
    """Every step taken in the range: how often, its share of all steps out of that status, the hours before it."""
    rows = stays.changes().values("previous__status", "status")
    rows = list(rows.annotate(count=Count("pk"), average=Avg("previous__duration_hours")).order_by())
    statuses = LeadStatus.objects.in_bulk({row[end] for row in rows for end in ("previous__status", "status")})
    steps = [(statuses[row["previous__status"]], statuses[row["status"]], row) for row in rows]
    left = Counter()
    for before, _after, row in steps:
        left[before] += row["count"]
    steps.sort(key=lambda step: (step[0].pipeline_id, step[0].position, step[1].position))
    return [_transition(*step, left[step[0]]) for step in steps]


def _transition(before: LeadStatus, after: LeadStatus, row: dict, left: int) -> dict:
    return {
        "from_status_id": before.pk,
        "from_status": before.name,
        "to_status_id": after.pk,
        "to_status": after.name,
        "transition_count": row["count"],
        "transition_rate": rate(row["count"], left),
        "avg_duration_hours": rounded(row["average"]),
    }


ADVANCED = Q(next__status__is_lost=False, next__status__position__gt=F("status__position"))


def conversion(stays, *, pipeline: str) -> list[dict]:
    """By open status: of the leads that entered it in the range, how many went on, were lost, are still there."""
    rows = (
        stays.in_open_status()
        .values("status")
        .annotate(
            entered=Count("lead", distinct=True),
            advanced=leads(ADVANCED),
            lost=leads(Q(next__status__is_lost=True)),
            waiting=leads(~ENDED),
        )
        .order_by()
    )
    return [_conversion(status, row) for status, row in with_all(list(rows), pipeline) if not status.is_closed]


def _conversion(status: LeadStatus, row: dict) -> dict:
    entered, advanced, lost = (row.get(name, 0) for name in ("entered", "advanced", "lost"))
    return heading(status) | {
        "leads_entered": entered,
        "leads_advanced": advanced,
        "leads_lost": lost,
        "leads_in_stage": row.get("waiting", 0),
        "conversion_rate": rate(advanced, entered),
        "loss_rate": rate(lost, entered),
    }


def statistics(by, query: dict, *, now, pipeline: str) -> list[dict]:
    """Where leads are now: by status their number and share, how many have an owner, how long they have been there.

    The query's days are those of the leads' creation."""
    rows = tallies.of_leads(by, query, "status_id", measures=("assigned", "since_us"))
    rows = [
        row | {"status": row["status_id"], "us": row["leads"] * microseconds(now) - row["since_us"]} for row in rows
    ]
    total = sum(row["leads"] for row in rows)
    return [_statistics(status, row, total) for status, row in with_all(rows, pipeline)]


def _statistics(status: LeadStatus, row: dict, total: int) -> dict:
    count, assigned = row.get("leads", 0), row.get("assigned", 0)
    return heading(status) | {
        "status_description": status.description,
        "total_leads": count,
        "percentage": rate(count, total),
        "assigned_leads": assigned,
        "unassigned_leads": count - assigned,
        "avg_hours_in_stage": hours(row.get("us", 0), count),
    }


def summary(by, stays, *, now, today, week, pipeline: str) -> dict:
    """The dashboard's view: where all leads are now, what waits too long, what moved today and in the last 7 days.

    `today` and `week` are stretches of time, (start, end), that end together; `stays` are those that may be moves.
    """
    found = sla.waits(by, {}, all_statuses(), now)
    rows = [{"status": one.status.pk, "total": one.leads, "us": one.us, "late": one.late_now} for one in found]
    stages = with_all(rows, pipeline)
    return _totals(stages) | _recent(stays, today, week) | {"stages": [_stage(status, row) for status, row in stages]}


def _totals(stages: list[tuple[LeadStatus, dict]]) -> dict:
    def total(*, of=lambda status: True, name="total"):
        return sum(row.get(name, 0) for status, row in stages if of(status))

    won = total(of=lambda status: status.is_won)
    return {
        "total_leads": total(),
        "open_leads": total(of=lambda status: not status.is_closed),
        "won_leads": won,
        "lost_leads": total(of=lambda status: status.is_lost),
        "conversion_rate": rate(won, total()),
        "exceeding_sla": total(name="late"),
    }


def _recent(stays, today, week) -> dict:
    in_week = stays.changes().entered_between(*week)
    counts = in_week.aggregate(week=Count("pk"), today=Count("pk", filter=Q(entered_at__gte=today[0])))
    return {"changes_today": counts["today"], "changes_last_7_days": counts["week"]}


def _stage(status: LeadStatus, row: dict) -> dict:
    return heading(status) | {
        "leads": row.get("total", 0),
        "avg_hours_in_stage": hours(row.get("us", 0), row.get("total", 0)),
        "exceeding_sla": row.get("late", 0),
    }
