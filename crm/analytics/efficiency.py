"""How well the work flows: what becomes of leads, and where they get stuck."""

from collections import Counter

from ..models import LeadStatus
from . import tallies, work_tallies
from .numbers import hours, mean, rate
from .stages import entries
from .statuses import all_statuses, heading, with_all


def workflow(by, query: dict) -> dict:
    """What became of the leads and what it took. `avg_cycle_time` is in days, created to closed."""
    sums, statuses = Counter(), all_statuses()
    for row in tallies.of_leads(by, query, "status_id", measures=("closes", "cycle_us")):
        status = statuses[row.pop("status_id")]
        sums.update(row | {"won": row["leads"] * status.is_won, "lost": row["leads"] * status.is_lost})
    steps, total, closed = _steps(by, query), sums["leads"], sums["won"] + sums["lost"]
    return {
        "total_leads": total,
        "completed_leads": closed,
        "in_progress_leads": total - closed,
        "won_leads": sums["won"],
        "lost_leads": sums["lost"],
        "completion_rate": rate(closed, total),
        "conversion_rate": rate(sums["won"], total),
        "avg_cycle_time": hours(sums["cycle_us"], sums["closes"] * 24, 1),
        "avg_stage_duration_hours": hours(steps["ended_us"], steps["ended"]),
        "avg_stages_per_lead": mean(steps["stays"], total),
        "total_stage_changes": steps["changes"],
        "backward_stage_changes": steps["backward"],
    }


def _steps(by, query: dict) -> Counter:
    """The leads' stays; the query's days are those of the leads' creation."""
    return Counter(work_tallies.of_stays(by, query)[0])


def bottlenecks(by, query: dict, *, now, pipeline: str) -> list[dict]:
    """By open status, the slowest first: how long stays begun in the range lasted, or have lasted so far, and how
    many were too long. A bottleneck is a status whose average stay breaks its SLA."""
    rows = with_all(entries(by).delays(by, query, now=now), pipeline)
    found = [_bottleneck(status, row) for status, row in rows if not status.is_closed]
    return sorted(found, key=lambda row: -(row["avg_duration_hours"] or 0))


def _bottleneck(status: LeadStatus, row: dict) -> dict:
    count, late, lost = (row.get(name, 0) for name in ("stays", "late", "lost"))
    average = hours(row.get("us"), count)
    return heading(status) | {
        "sla_hours": status.sla_hours,
        "total_entries": count,
        "currently_in_stage": count - row.get("ended", 0),
        "avg_duration_hours": average,
        "exceeding_sla": late,
        "exceeding_rate": rate(late, count),
        "leads_lost": lost,
        "drop_off_rate": rate(lost, count),
        "is_bottleneck": average is not None and average > status.sla_hours,
    }
