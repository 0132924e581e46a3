"""Service levels (DESIGN section 6): a stay is within SLA when it lasted, or has lasted so far, at most the status's
`sla_hours`, or the hours that were asked for. A lead is within SLA when all its stays are. Won and lost run no SLA."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, Sum, Value
from django.db.models.functions import Coalesce

from .. import filters
from ..models import Lead, LeadStatus, StageEntry
from . import tallies, work_tallies
from .numbers import US_PER_HOUR, hours, microseconds, rate
from .statuses import all_statuses


def beyond(sla_hours: int | None) -> Q:
    """Stays longer than their SLA, of a queryset with `hours` (`StageEntryQuerySet.lasting`)."""
    return Q(hours__gt=sla_hours or F("status__sla_hours"))


def violations(stays, *, now, sla_hours: int | None = None):
    """Leads that wait longer than the SLA right now, the longest first: their open stays, with `hours` and
    `sla_hours`. They are found by the index of open leads: stays in won and lost never end, and outnumber them."""
    stays = stays.open().in_open_status().filter(lead__closed_at=None, lead__entity=F("entity"))
    found = stays.lasting(now).filter(beyond(sla_hours))
    allowed = Value(sla_hours) if sla_hours else F("status__sla_hours")
    return found.annotate(sla_hours=allowed).order_by("lead__status_since", "pk")


def violating(by, query: dict, *, now: datetime, sla_hours: int | None = None) -> int:
    """How many leads wait longer than the SLA right now; the query is one of leads."""
    statuses = all_statuses()
    for status in statuses.values():
        status.sla_hours = sla_hours or status.sla_hours
    return sum(found.late_now for found in waits(by, query, statuses, now))


@dataclass
class Levels:
    """Leads, those with a stay beyond the SLA, and by status its stays, those beyond it and their microseconds beyond."""

    leads: int = 0
    late_leads: int = 0
    stays: Counter = field(default_factory=Counter)
    late: Counter = field(default_factory=Counter)
    late_us: Counter = field(default_factory=Counter)


def compliance(by, query: dict, *, now: datetime, sla_hours: int | None = None) -> dict:
    """How many of the leads are within SLA, and the share of their stays that is, by the status's name.

    `avg_exceeded_time` is in hours beyond the SLA, null when none exceeded it. Read from the rollups when these know
    the filters (`work_tallies`) and the SLA asked for is the statuses' own, else counted.
    """
    statuses = all_statuses()
    own = sla_hours is None or all(one.sla_hours == sla_hours for one in statuses.values() if not one.is_closed)
    kept = own and work_tallies.is_kept(by, query)
    found = _kept(by, query, statuses, now) if kept else _counted(by, query, now, sla_hours)
    within = found.leads - found.late_leads
    return {
        "sla_hours": sla_hours,
        "total_leads": found.leads,
        "within_sla": within,
        "exceeded_sla": found.late_leads,
        "compliance_rate": rate(within, found.leads),
        "avg_exceeded_time": hours(found.late_us.total(), found.late.total(), 1),
        "by_status": _by_name(found, statuses),
    }


def _by_name(found: Levels, statuses: dict[int, LeadStatus]) -> dict[str, float]:
    """Statuses of one name in several pipelines count together."""
    stays, late, place = Counter(), Counter(), {}
    for pk, count in found.stays.items():
        status = statuses[pk]
        stays[status.name] += count
        late[status.name] += found.late[pk]
        place[status.name] = min(place.get(status.name, status.position), status.position)
    names = sorted((name for name in stays if stays[name]), key=lambda name: (place[name], name))
    return {name: rate(stays[name] - late[name], stays[name]) for name in names}


def _counted(by, query: dict, now: datetime, sla_hours: int | None) -> Levels:
    leads = filters.leads(Lead.objects.visible_to(by), query, by.entity.zone)
    stays = StageEntry.objects.filter(lead__in=leads.order_by().values("pk")).in_open_status().lasting(now)
    late = beyond(sla_hours)
    found = Levels(leads.count(), stays.filter(late).aggregate(leads=Count("lead", distinct=True))["leads"])
    lasted = tallies.us_between("entered_at", Coalesce("exited_at", Value(now)))
    rows = stays.order_by().values("status", allowed=Value(sla_hours) if sla_hours else F("status__sla_hours"))
    for row in rows.annotate(total=Count("pk"), late=Count("pk", filter=late), us=Sum(lasted, filter=late)):
        status = row["status"]
        found.stays[status], found.late[status] = row["total"], row["late"]
        found.late_us[status] = int(row["us"] or 0) - row["late"] * row["allowed"] * US_PER_HOUR
    return found


def _kept(by, query: dict, statuses: dict[int, LeadStatus], now: datetime) -> Levels:
    found = Levels()
    for row in work_tallies.of_stays(by, query, "status_id"):
        if not statuses[row["status_id"]].is_closed:
            found.stays[row["status_id"]] = row["stays"]
            found.late[row["status_id"]], found.late_us[row["status_id"]] = row["late"], row["late_us"]
    for waiting in waits(by, query, statuses, now):
        found.leads += waiting.leads
        found.late_leads += waiting.late_before + waiting.late_only_now
        found.late[waiting.status.pk] += waiting.late_now
        found.late_us[waiting.status.pk] += waiting.late_now_us
    return found


@dataclass(frozen=True)
class Wait:
    """Leads that are in a status now: in all, of those late in an earlier status, and those beyond this status's SLA,
    with the microseconds beyond it. `us` is how long all of them have been there."""

    status: LeadStatus
    leads: int
    assigned: int
    us: int
    late_before: int
    late_now: int = 0
    late_only_now: int = 0
    late_now_us: int = 0


def waits(by, query: dict, statuses: dict[int, LeadStatus], now: datetime) -> list[Wait]:
    """By status. Who waits too long is worked out by who does not yet: those came in during the last hours, and are
    read by an index; the others are sums."""
    measures = ("assigned", "late", "since_us")
    rows = tallies.of_leads(by, query, "status_id", measures=measures)
    young = _young(by, query, statuses, now)
    return [_wait(statuses[row["status_id"]], row, young.get(row["status_id"]), now) for row in rows]


NONE_YOUNG = {"leads": 0, "spotless": 0, "since_us": 0}


def _wait(status: LeadStatus, row: dict, young: dict | None, now: datetime) -> Wait:
    leads, moment = row["leads"], microseconds(now)
    us = leads * moment - row["since_us"]
    common = {"status": status, "leads": leads, "assigned": row["assigned"], "us": us, "late_before": row["late"]}
    if status.is_closed:
        return Wait(**common)
    young = young or NONE_YOUNG
    late = leads - young["leads"]
    late_us = us - (young["leads"] * moment - int(young["since_us"])) - late * status.sla_hours * US_PER_HOUR
    late_only_now = leads - row["late"] - young["spotless"]
    return Wait(**common, late_now=late, late_only_now=late_only_now, late_now_us=late_us)


def _young(by, query: dict, statuses: dict[int, LeadStatus], now: datetime) -> dict[int, dict]:
    """By status: the open leads within its SLA."""
    leads = filters.leads(Lead.objects.visible_to(by).open(), query, by.entity.zone).filter(within(statuses, now))
    rows = (
        leads.order_by()
        .values("status")
        .annotate(
            leads=Count("pk"),
            spotless=Count("pk", filter=Q(was_late=False)),
            since_us=tallies.COUNTED["since_us"],
        )
    )
    return {row["status"]: row for row in rows}


def within(statuses: dict[int, LeadStatus], now: datetime) -> Q:
    """Leads that are in an open status for no longer than its SLA."""
    found = Q()
    for sla_hours in {status.sla_hours for status in statuses.values()}:
        same = [pk for pk, status in statuses.items() if status.sla_hours == sla_hours and not status.is_closed]
        found |= Q(status__in=same, status_since__gte=now - timedelta(hours=sla_hours))
    return found
