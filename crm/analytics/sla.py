"""Service levels (DESIGN section 6): a stay is within SLA when it lasted, or has lasted so far, at most the status's
`sla_hours`, or the hours that were asked for. A lead is within SLA when all its stays are. Won and lost run no SLA."""

from django.db.models import Avg, Count, F, Min, Q, Value

from .numbers import rate, rounded


def beyond(sla_hours: int | None) -> Q:
    """Stays longer than their SLA, of a queryset with `hours` (`StageEntryQuerySet.lasting`)."""
    return Q(hours__gt=sla_hours or F("status__sla_hours"))


def violations(stays, *, now, sla_hours: int | None = None):
    """Leads that wait longer than the SLA right now, the longest first: their open stays, with `hours` and
    `sla_hours`."""
    found = stays.open().in_open_status().lasting(now).filter(beyond(sla_hours))
    allowed = Value(sla_hours) if sla_hours else F("status__sla_hours")
    return found.annotate(sla_hours=allowed).order_by("entered_at", "pk")


def compliance(leads, stays, *, now, sla_hours: int | None = None) -> dict:
    """How many of the leads are within SLA, and the share of their stays that is, by the status's name.

    `stays` are those of the leads. `avg_exceeded_time` is in hours beyond the SLA, null when none exceeded it.
    """
    late = beyond(sla_hours)
    stays = stays.in_open_status().lasting(now)
    over = F("hours") - (sla_hours or F("status__sla_hours"))
    figures = stays.aggregate(leads=Count("lead", distinct=True, filter=late), over=Avg(over, filter=late))
    total = leads.count()
    return {
        "sla_hours": sla_hours,
        "total_leads": total,
        "within_sla": total - figures["leads"],
        "exceeded_sla": figures["leads"],
        "compliance_rate": rate(total - figures["leads"], total),
        "avg_exceeded_time": rounded(figures["over"], 1),
        "by_status": _by_status(stays, late),
    }


def _by_status(stays, late: Q) -> dict[str, float]:
    rows = stays.values("status__name").annotate(
        total=Count("pk"), late=Count("pk", filter=late), place=Min("status__position")
    )
    return {
        row["status__name"]: rate(row["total"] - row["late"], row["total"])
        for row in rows.order_by("place", "status__name")
    }
