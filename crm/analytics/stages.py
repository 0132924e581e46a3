"""How leads move: figures over stays in a status (StageEntry). Hours of a stay that still lasts run up to `now`.

Where a query has days they are those that the stays began on, unless a function says otherwise.
"""

from collections import Counter
from datetime import date, timedelta

from betterside import days

from ..models import LeadStatus
from . import entry_rows, entry_sums, sla, tallies
from .numbers import hours, microseconds, rate, rounded
from .people import with_names
from .statuses import all_statuses, heading, with_all


def entries(by):
    """What tells about stays by when they began: sums that are kept or, where these cannot, the rows."""
    return entry_sums if entry_sums.can_answer(by) else entry_rows


def performance(by, query: dict, *, now, pipeline: str) -> list[dict]:
    """By status: stays begun in the range, how many ended, how long those that ended lasted."""
    rows = entries(by).durations(by, query, now=now)
    return [_performance(status, row) for status, row in with_all(rows, pipeline)]


def _performance(status: LeadStatus, row: dict) -> dict:
    entries, exits = row.get("stays", 0), row.get("ended", 0)
    return {
        "status_name": status.name,
        "status_description": status.description,
        "total_entries": entries,
        "total_exits": exits,
        "currently_in_stage": entries - exits,
        "avg_duration_hours": hours(row.get("ended_us"), exits),
        "min_duration_hours": hours(row.get("shortest_us"), min(exits, 1)),
        "max_duration_hours": hours(row.get("longest_us"), min(exits, 1)),
        "leads_exceeding_24h": row.get("beyond_24", 0),
        "leads_exceeding_48h": row.get("beyond_48", 0),
        "status_id": status.pk,
        "pipeline": status.pipeline_id,
    }


def by_user(by, query: dict) -> list[dict]:
    """Who moved leads in the range: how many, how they ended, and how long they had stayed before the move."""
    rows = sorted(entries(by).movers(by, query), key=lambda row: (-row["stays"], row["user_id"]))
    return [_user(*pair) for pair in with_names(rows)]


def _user(person: dict, row: dict) -> dict:
    return person | {
        "total_stage_changes": row["stays"],
        "leads_handled": row["handled"],
        "won_leads": row["won"],
        "lost_leads": row["lost"],
        "conversion_rate": rate(row["won"], row["handled"]),
        "avg_duration_hours": _before(row),
    }


def _before(row: dict) -> float | None:
    return rounded(row["before_hours"] / row["timed"]) if row["timed"] else None


def transitions(by, query: dict) -> list[dict]:
    """Every step taken in the range: how often, its share of all steps out of that status, the hours before it."""
    statuses = all_statuses()
    steps = [
        (statuses[row["previous_status_id"]], statuses[row["status_id"]], row) for row in entries(by).steps(by, query)
    ]
    left = Counter()
    for before, _after, row in steps:
        left[before] += row["stays"]
    steps.sort(key=lambda step: (step[0].pipeline_id, step[0].position, step[1].position))
    return [_transition(*step, left[step[0]]) for step in steps]


def _transition(before: LeadStatus, after: LeadStatus, row: dict, left: int) -> dict:
    return {
        "from_status_id": before.pk,
        "from_status": before.name,
        "to_status_id": after.pk,
        "to_status": after.name,
        "transition_count": row["stays"],
        "transition_rate": rate(row["stays"], left),
        "avg_duration_hours": _before(row),
    }


def conversion(by, query: dict, *, pipeline: str) -> list[dict]:
    """By open status: of the leads that entered it in the range, how many went on, were lost, are still there."""
    rows = entries(by).outcomes(by, query)
    return [_conversion(status, row) for status, row in with_all(rows, pipeline) if not status.is_closed]


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


def summary(by, *, now, pipeline: str) -> dict:
    """The dashboard's view: where all leads are now, what waits too long, what moved today and in the last 7 days."""
    found = sla.waits(by, {}, all_statuses(), now)
    rows = [{"status": one.status.pk, "total": one.leads, "us": one.us, "late": one.late_now} for one in found]
    stages = with_all(rows, pipeline)
    return (
        _totals(stages)
        | _recent(by, days.local(now, by.entity.zone))
        | {"stages": [_stage(status, row) for status, row in stages]}
    )


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


def _recent(by, today: date) -> dict:
    moves = entries(by).moves(by, {"date_from": today - timedelta(days=6), "date_to": today})
    return {"changes_today": moves.get(today, 0), "changes_last_7_days": sum(moves.values())}


def _stage(status: LeadStatus, row: dict) -> dict:
    return heading(status) | {
        "leads": row.get("total", 0),
        "avg_hours_in_stage": hours(row.get("us", 0), row.get("total", 0)),
        "exceeding_sla": row.get("late", 0),
    }
