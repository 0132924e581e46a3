"""How well the work flows: what becomes of leads, and where they get stuck."""

from django.db.models import Avg, Count, F, Q

from ..models import LeadStatus
from ..models.stretches import hours_between
from . import sla
from .numbers import mean, rate, rounded
from .statuses import heading, with_all

BACKWARD = Q(status__is_lost=False, previous__status__position__gt=F("status__position"))


def workflow(leads, stays) -> dict:
    """What became of the leads and what it took; `stays` are theirs. `avg_cycle_time` is in days, created to closed."""
    figures = leads.aggregate(
        total=Count("pk"),
        won=Count("pk", filter=Q(status__is_won=True)),
        lost=Count("pk", filter=Q(status__is_lost=True)),
        cycle=Avg(hours_between("created_at", "closed_at") / 24.0, filter=Q(closed_at__isnull=False)),
    )
    steps = stays.aggregate(
        stays=Count("pk"),
        changes=Count("previous"),
        backward=Count("pk", filter=BACKWARD),
        hours=Avg(hours_between("entered_at", "exited_at"), filter=Q(exited_at__isnull=False)),
    )
    total, closed = figures["total"], figures["won"] + figures["lost"]
    return {
        "total_leads": total,
        "completed_leads": closed,
        "in_progress_leads": total - closed,
        "won_leads": figures["won"],
        "lost_leads": figures["lost"],
        "completion_rate": rate(closed, total),
        "conversion_rate": rate(figures["won"], total),
        "avg_cycle_time": rounded(figures["cycle"], 1),
        "avg_stage_duration_hours": rounded(steps["hours"]),
        "avg_stages_per_lead": mean(steps["stays"], total),
        "total_stage_changes": steps["changes"],
        "backward_stage_changes": steps["backward"],
    }


def bottlenecks(stays, *, now, pipeline: str) -> list[dict]:
    """By open status, the slowest first: how long stays begun in the range lasted, or have lasted so far, and how
    many were too long. A bottleneck is a status whose average stay breaks its SLA."""
    rows = (
        stays.in_open_status()
        .lasting(now)
        .values("status")
        .annotate(
            entries=Count("pk"),
            exits=Count("exited_at"),
            average=Avg("hours"),
            late=Count("pk", filter=sla.beyond(None)),
            lost=Count("pk", filter=Q(next__status__is_lost=True)),
        )
        .order_by()
    )
    found = [_bottleneck(status, row) for status, row in with_all(list(rows), pipeline) if not status.is_closed]
    return sorted(found, key=lambda row: -(row["avg_duration_hours"] or 0))


def _bottleneck(status: LeadStatus, row: dict) -> dict:
    entries, late, lost = (row.get(name, 0) for name in ("entries", "late", "lost"))
    average = rounded(row.get("average"))
    return heading(status) | {
        "sla_hours": status.sla_hours,
        "total_entries": entries,
        "currently_in_stage": entries - row.get("exits", 0),
        "avg_duration_hours": average,
        "exceeding_sla": late,
        "exceeding_rate": rate(late, entries),
        "leads_lost": lost,
        "drop_off_rate": rate(lost, entries),
        "is_bottleneck": average is not None and average > status.sla_hours,
    }
