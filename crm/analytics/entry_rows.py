"""Figures of the stays that began in a range, counted from the rows (`StageEntry`).

`entry_sums` reads the same from sums that are kept, to the microsecond. The query: pipeline, date_from, date_to.
"""

from datetime import date

from django.db.models import Count, F, Max, Min, Q, Sum, Value
from django.db.models.functions import Coalesce, TruncDate

from betterside.api import ranges

from ..models import Lead, StageEntry
from . import sla
from .tallies import us_between

ENDED = Q(exited_at__isnull=False)
IN_OPEN_STATUS = Q(status__is_won=False, status__is_lost=False)
LOST = Q(next__status__is_lost=True)
ADVANCED = Q(next__status__is_lost=False, next__status__position__gt=F("status__position"))
LASTED = us_between("entered_at", "exited_at")


def stays(by, query: dict):
    """Stays of leads that count, that the user may see, of the pipeline asked for, that began in the range."""
    found = StageEntry.objects.visible_to(by).filter(lead__is_test=False)
    if "pipeline" in query:
        found = found.filter(lead__pipeline=query["pipeline"])
    return found.entered_between(*ranges.bounds(query, by.entity.zone))


def leads(condition: Q) -> Count:
    """Leads of whose stays one meets the condition."""
    return Count("lead", distinct=True, filter=condition)


def beyond(hours: int) -> Count:
    """Leads that stayed, or have stayed so far, more than so many hours, of a queryset with `hours`."""
    return leads(Q(hours__gt=hours) & IN_OPEN_STATUS)


def durations(by, query: dict, *, now) -> list[dict]:
    """By status: stays, how many ended and how long those lasted, and leads beyond 24 and 48 hours."""
    return _by_status(
        stays(by, query).lasting(now),
        stays=Count("pk"),
        ended=Count("exited_at"),
        ended_us=Sum(LASTED),
        shortest_us=Min(LASTED),
        longest_us=Max(LASTED),
        beyond_24=beyond(24),
        beyond_48=beyond(48),
    )


def delays(by, query: dict, *, now) -> list[dict]:
    """By open status: stays, how many ended, how long all have lasted, how many broke the status's SLA or were lost."""
    return _by_status(
        stays(by, query).in_open_status().lasting(now),
        stays=Count("pk"),
        ended=Count("exited_at"),
        us=Sum(us_between("entered_at", Coalesce("exited_at", Value(now)))),
        late=Count("pk", filter=sla.beyond(None)),
        lost=Count("pk", filter=LOST),
    )


def outcomes(by, query: dict) -> list[dict]:
    """By open status: leads that entered it, went on from it, were lost from it, and are in it."""
    return _by_status(stays(by, query).in_open_status(), **OUTCOMES, waiting=leads(~ENDED))


OUTCOMES = {"entered": Count("lead", distinct=True), "advanced": leads(ADVANCED), "lost": leads(LOST)}


def moves(by, query: dict) -> dict[date, int]:
    """Day → how often a lead came from one status into another; days without are left out."""
    found = stays(by, query).changes().annotate(day=TruncDate("entered_at", tzinfo=by.entity.zone))
    return dict(found.order_by().values_list("day").annotate(Count("pk")))


def steps(by, query: dict) -> list[dict]:
    """By status and the one before: moves, and of those with a known stay before them the hours of all such stays."""
    moves = stays(by, query).changes().values("status_id", previous_status_id=F("previous__status"))
    return list(moves.annotate(stays=Count("pk"), **BEFORE).order_by())


BEFORE = {"timed": Count("previous__duration_hours"), "before_hours": Sum("previous__duration_hours")}


def movers(by, query: dict) -> list[dict]:
    """By person: their moves, the hours before these (as `steps`), the leads they moved, and to won and to lost."""
    moves = _of_person(stays(by, query).changes(), query)
    return list(moves.values("user_id").annotate(stays=Count("pk"), **BEFORE, **HANDLED).order_by())


HANDLED = {
    "handled": Count("lead", distinct=True),
    "won": leads(Q(status__is_won=True)),
    "lost": leads(Q(status__is_lost=True)),
}


def handled(by, query: dict) -> dict[int, dict]:
    """The leads of `movers`, for a user who sees all leads of the entity. Few of these do not count: they are left out
    by their index, so that no lead is read."""
    gone = Lead.with_deleted.in_entity_of(by).gone().order_by().values("pk")
    found = stays(by, query) if "pipeline" in query else StageEntry.objects.filter(entity_id=by.entity_id)
    moves = _of_person(found.changes().entered_between(*ranges.bounds(query, by.entity.zone)), query)
    rows = moves.exclude(lead__in=gone).values("user_id").annotate(**HANDLED).order_by()
    return {row["user_id"]: row for row in rows}


def _of_person(moves, query: dict):
    return moves.filter(user_id=query["user_id"]) if "user_id" in query else moves.exclude(user=None)


def _by_status(found, **figures) -> list[dict]:
    rows = found.values("status").annotate(**figures).order_by()
    return [{name: value if value is None else int(value) for name, value in row.items()} for row in rows]
