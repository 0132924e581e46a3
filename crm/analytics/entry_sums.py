"""Figures of the stays that began in a range, read from sums that are kept (`EntryRollup`), for a user who sees all
leads of the entity. Each function answers as its namesake in `entry_rows`.

What depends on the time of asking is worked out from who does not wait that long yet, as in `sla.waits`. Distinct
leads are sums of the leads that were in a status once; those that were there again, few, are counted.
"""

from datetime import date, timedelta

from django.db.models import Count, F, OuterRef, Q, Subquery, Sum

from betterside.api import ranges

from ..models import EntryRollup, Lead, LeadStatus
from ..models.stretches import between
from . import entry_rows, sla
from .entry_rows import ENDED
from .numbers import microseconds
from .statuses import all_statuses

MICROSECOND, HOURS, DAY = timedelta(microseconds=1), (24, 48), timedelta(days=1)


def can_answer(by) -> bool:
    return by.entity.has_rollups and by.may("leads.read_entity")


def durations(by, query: dict, *, now) -> list[dict]:
    single = ("single", "single_ended", "single_beyond_24", "single_beyond_48")
    rows = _sums(_kept(by, query), "status_id", measures=("ended", "ended_us", *single))
    statuses, extremes = all_statuses(), _extremes(by, query, [row["status_id"] for row in rows if row["ended"]])
    young, again = _young(by, query, now), _again(by, query, now)
    for row in rows:
        row["status"] = pk = row["status_id"]
        row |= extremes.get(pk, {"shortest_us": None, "longest_us": None})
        for hours in HOURS:
            late = _beyond(hours, row, young.get(pk, {}), again.get(pk, {}))
            row[f"beyond_{hours}"] = 0 if statuses[pk].is_closed else late
    return rows


def _extremes(by, query: dict, statuses: list[int]) -> dict[int, dict]:
    """The shortest and the longest stay of each status, found from the ends of an index: the more of the status's stays
    began in the range, the sooner."""
    ended = entry_rows.stays(by, query).filter(ENDED, status=OuterRef("pk"))
    ended = ended.annotate(lasted=F("exited_at") - F("entered_at")).values("lasted")
    found = LeadStatus.objects.filter(pk__in=statuses).values_list(
        "pk", Subquery(ended.order_by("lasted")[:1]), Subquery(ended.order_by("-lasted")[:1])
    )
    return {
        pk: {"shortest_us": shortest // MICROSECOND, "longest_us": longest // MICROSECOND}
        for pk, shortest, longest in found
    }


def _young(by, query: dict, now) -> dict[int, dict]:
    """By status: the open leads that are in it 24 and 48 hours at most."""
    since = {hours: Q(status_since__gte=now - timedelta(hours=hours)) for hours in HOURS}
    found = _waiting(by, query).filter(since[max(HOURS)])
    return _by_status(found, **{f"within_{hours}": Count("pk", filter=since[hours]) for hours in HOURS})


def _again(by, query: dict, now) -> dict[int, dict]:
    """By status, of the leads that were in it more than once: those beyond the hours, and those in it that are not."""
    counts = {f"beyond_{hours}": entry_rows.beyond(hours) for hours in HOURS}
    counts |= {f"within_{hours}": Count("pk", filter=~ENDED & Q(hours__lte=hours)) for hours in HOURS}
    return _by_status(_repeats(by, query).lasting(now), **counts)


def _beyond(hours: int, row: dict, young: dict, again: dict) -> int:
    """Leads with a stay beyond the hours: of the leads that were there once those that left, those that are there, then
    the other leads."""
    within = young.get(f"within_{hours}", 0) - again.get(f"within_{hours}", 0)
    waiting = row["single"] - row["single_ended"] - within
    return row[f"single_beyond_{hours}"] + waiting + again.get(f"beyond_{hours}", 0)


def delays(by, query: dict, *, now) -> list[dict]:
    statuses = all_statuses()
    rows = _sums(_kept(by, query), "status_id", measures=("ended", "ended_us", "since_us", "late", "lost"))
    within = _by_status(_waiting(by, query).filter(sla.within(statuses, now)), leads=Count("pk"))
    for row in rows:
        row["status"] = pk = row["status_id"]
        waiting = row["stays"] - row["ended"]
        row["us"] = row["ended_us"] + waiting * microseconds(now) - row["since_us"]
        row["late"] += waiting - within.get(pk, {"leads": 0})["leads"]
    return [row for row in rows if not statuses[row["status"]].is_closed]


def outcomes(by, query: dict) -> list[dict]:
    rows = _sums(_kept(by, query), "status_id", measures=("ended", "single", "single_advanced", "single_lost"))
    again = _by_status(_repeats(by, query), **entry_rows.OUTCOMES)
    found = {"entered": "single", "advanced": "single_advanced", "lost": "single_lost"}
    for row in rows:
        row["status"] = row["status_id"]
        row |= {name: row[sum] + again.get(row["status"], {}).get(name, 0) for name, sum in found.items()}
        row["waiting"] = row["stays"] - row["ended"]
    return rows


def moves(by, query: dict) -> dict[date, int]:
    rows = _moves(_kept(by, query, by_day=True)).order_by().values_list("day").annotate(Sum("stays"))
    return {day: int(count) for day, count in rows if count}


def _moves(kept):
    return kept.filter(previous_status_id__isnull=False)


def steps(by, query: dict) -> list[dict]:
    return _sums(_moves(_kept(by, query)), "previous_status_id", "status_id", measures=("timed", "before_hours"))


def movers(by, query: dict) -> list[dict]:
    """A lead that somebody moved in the range counts once. Up to now that is their last move of it, from the beginning
    their first; of a range that moves came before and after, the leads are counted from its rows."""
    moves = _moves(_kept(by, query, by_owner=True)).filter(user_id__isnull=False)
    turn, before = _turn(by, query), ("timed", "before_hours")
    if turn is None:
        counted = entry_rows.handled(by, query)
        rows = _sums(moves, "user_id", measures=before)
        return [row | counted.get(row["user_id"], {"handled": 0, "won": 0, "lost": 0}) for row in rows]
    statuses = all_statuses()
    ends = {name: Q(status_id__in=_of_kind(statuses, f"is_{name}")) for name in ("won", "lost")}
    counts = {name: Sum(f"{turn}_of_kind", filter=kind, default=0) for name, kind in ends.items()}
    return _sums(moves, "user_id", measures=before, handled=Sum(f"{turn}_moves"), **counts)


def _turn(by, query: dict) -> str | None:
    first, last = query.get("date_from"), query.get("date_to")
    if not last or _is_empty(by, query, last + DAY, None):
        return "last"
    return "first" if not first or _is_empty(by, query, None, first - DAY) else None


def _of_kind(statuses: dict[int, LeadStatus], flag: str) -> list[int]:
    return [pk for pk, status in statuses.items() if getattr(status, flag)]


def _is_empty(by, query: dict, first: date | None, last: date | None) -> bool:
    days = {"date_from": first, "date_to": last}
    return not _kept(by, query | days).aggregate(stays=Sum("stays"))["stays"]


def _kept(by, query: dict, *, by_owner: bool = False, by_day: bool = False):
    kept = EntryRollup.objects.visible_to(by)
    if "pipeline" in query:
        kept = kept.filter(pipeline_id=query["pipeline"])
    if "user_id" in query and by_owner:
        kept = kept.filter(user_id=query["user_id"])
    return kept.spanning(query.get("date_from"), query.get("date_to"), by_owner=by_owner, by_day=by_day)


def _sums(kept, *groups: str, measures: tuple, **more) -> list[dict]:
    sums = {f"sum_{name}": Sum(name) for name in ("stays", *measures)} | {
        f"sum_{name}": sum for name, sum in more.items()
    }
    rows = kept.order_by().values(*groups).annotate(**sums).filter(sum_stays__gt=0)
    return [{name.removeprefix("sum_"): _plain(name, value) for name, value in row.items()} for row in rows]


def _plain(name: str, value):
    return value if name == "sum_before_hours" else int(value)


def _waiting(by, query: dict):
    """Open leads, each for its open stay, that came into their status in the range."""
    leads = Lead.objects.visible_to(by).open()
    leads = leads.filter(pipeline=query["pipeline"]) if "pipeline" in query else leads
    return between(leads, "status_since", *ranges.bounds(query, by.entity.zone))


def _repeats(by, query: dict):
    return entry_rows.stays(by, query).filter(is_repeat=True)


def _by_status(found, **counts) -> dict[int, dict]:
    return {row["status"]: row for row in found.order_by().values("status").annotate(**counts)}
