"""Sums over what happened to leads: read from the rollups where these can answer, else counted from the rows.

These rollups know the pipeline and the days, no other filter of leads: with a status, platform, owner, source, campaign
or project the rows are counted. So they are for a user who sees only their own leads, and while an entity's rollups are
out of use.
"""

from datetime import date

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncDate

from betterside import days
from betterside.api import ranges

from .. import filters
from ..models import Activity, ActivityRollup, ContactedRollup, Lead, StageEntry, StayRollup
from .numbers import US_PER_HOUR
from .tallies import us_between

OF_LEADS = {"status", *filters.LEAD_COLUMNS} - {"pipeline"}
COUNTED = {
    "activities": Count("pk"),
    "follow_ups": Count("pk", filter=Q(status=Activity.Status.PENDING, next_follow_up_date__isnull=False)),
}

LASTED = us_between("entered_at", "exited_at")
ALLOWED = F("status__sla_hours") * US_PER_HOUR
LATE = Q(lasted__gt=ALLOWED, status__is_won=False, status__is_lost=False)
STAYS = {
    "stays": Count("pk"),
    "ended": Count("exited_at"),
    "ended_us": Sum("lasted"),
    "late": Count("pk", filter=LATE),
    "late_us": Sum(F("lasted") - ALLOWED, filter=LATE),
    "changes": Count("previous"),
    "backward": Count("pk", filter=Q(status__is_lost=False, previous__status__position__gt=F("status__position"))),
}


def is_kept(by, query: dict) -> bool:
    return by.entity.has_rollups and by.may("leads.read_entity") and not OF_LEADS & query.keys()


def _sees_all(by) -> bool:
    return by.is_approved and by.may("leads.read_entity")


def of_activities(by, query: dict, *groups: str, measures: tuple = ("activities",)) -> list[dict]:
    """The measures (ActivityRollup.MEASURES) of what people did with leads that the user may see and the query leaves,
    by the groups. The query's days are those of the activities."""
    if is_kept(by, query):
        by_owner = "user_id" in {*groups, *query}
        rows = _kept(ActivityRollup, by, query, groups, measures, by_owner=by_owner)
    else:
        sums = {f"sum_{name}": COUNTED[name] for name in measures}
        found = activities(by, query)
        if "day" in groups:
            found = found.annotate(day=TruncDate("created_at", tzinfo=by.entity.zone))
        rows = found.order_by().values(*groups).annotate(**sums)
    found = [_plain(row, groups, measures) for row in rows]
    return [row for row in found if row["activities"]]


def activities(by, query: dict):
    """What people did with leads that count, as rows. A query's `user_id` is who did it."""
    return _of_people(counted(by, query).by_people(), query)


def counted(by, query: dict):
    """What happened to leads that count, as rows, also what changes recorded. For whoever sees every lead, activities
    alone tell it, so that an index can."""
    if _sees_all(by) and not OF_LEADS & query.keys() and "pipeline" not in query:
        gone = Lead.with_deleted.in_entity_of(by).gone().order_by()
        found = Activity.objects.filter(entity_id=by.entity_id).of_leads().exclude(lead__in=gone.values("pk"))
    else:
        found = filters.about_leads(Activity.objects.visible_to(by).filter(lead__is_test=False), query, "lead__")
    return found.created_between(*ranges.bounds(query, by.entity.zone))


def contacted(by, query: dict) -> dict[int, int]:
    """Person → with how many leads they did something."""
    found, leads = _contacted(by, query), Sum("leads")
    if found is None:
        found, leads = activities(by, query).exclude(user=None), Count("lead", distinct=True)
    rows = found.order_by().values("user_id").annotate(sum_leads=leads)
    return {row["user_id"]: int(row["sum_leads"]) for row in rows}


def _contacted(by, query: dict):
    """The kept rows that tell it, or None. Of a stretch with a beginning that ends before the last activity there are
    none: whether a lead contacted before and after it was so in it too is not kept."""
    first, last = query.get("date_from"), query.get("date_to")
    if not is_kept(by, query) or (first and last and _is_followed(by, last)):
        return None
    found = _of_people(_of_pipeline(ContactedRollup.objects.visible_to(by), query), query)
    if first:
        return found.filter(counted_by=ContactedRollup.CountedBy.LAST).spanning(first, None)
    return found.filter(counted_by=ContactedRollup.CountedBy.FIRST).spanning(None, last)


def _is_followed(by, day: date) -> bool:
    """Whether anything was done after the day."""
    _start, end = days.bounds(day, day, by.entity.zone)
    return Activity.objects.filter(entity_id=by.entity_id).created_between(end, None).exists()


def overdue(by, query: dict, *, now) -> dict[int | None, int]:
    """Person → how many of the follow-ups that they planned are overdue."""
    rows = activities(by, query).overdue(now).order_by().values("user_id").annotate(count=Count("*"))
    return {row["user_id"]: row["count"] for row in rows}


def _of_pipeline(kept, query: dict):
    return kept.filter(pipeline_id=query["pipeline"]) if "pipeline" in query else kept


def _of_people(found, query: dict):
    """`user_id` in a query is who did it."""
    return found.filter(user_id=query["user_id"]) if "user_id" in query else found


def of_stays(by, query: dict, *groups: str) -> list[dict]:
    """The measures (StayRollup.MEASURES) of the leads' stays, by the groups; without groups one row. The query's days
    are those of the leads' creation."""
    if is_kept(by, query):
        rows = _kept(StayRollup, by, query, groups, StayRollup.MEASURES)
    else:
        leads = filters.leads(Lead.objects.visible_to(by), query, by.entity.zone)
        stays = StageEntry.objects.filter(lead__in=leads.order_by().values("pk"))
        rows = _summed(stays.annotate(lasted=LASTED), groups, {f"sum_{name}": sum for name, sum in STAYS.items()})
    return [_plain(row, groups, StayRollup.MEASURES) for row in rows]


def _kept(model, by, query: dict, groups: tuple, measures: tuple, *, by_owner: bool = False):
    kept = _of_people(_of_pipeline(model.objects.visible_to(by), query), query)
    kept = kept.spanning(query.get("date_from"), query.get("date_to"), by_owner=by_owner, by_day="day" in groups)
    return _summed(kept, groups, {f"sum_{name}": Sum(name) for name in measures})


def _summed(queryset, groups: tuple, sums: dict):
    return queryset.order_by().values(*groups).annotate(**sums) if groups else [queryset.aggregate(**sums)]


def _plain(row: dict, groups: tuple, measures: tuple) -> dict:
    return {name: row[name] for name in groups} | {name: int(row[f"sum_{name}"] or 0) for name in measures}
