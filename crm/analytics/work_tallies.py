"""Sums over what happened to leads: read from the rollups where these can answer, else counted from the rows.

These rollups know the pipeline and the days, no other filter of leads: with a status, platform, owner, source, campaign
or project the rows are counted. So they are for a user who sees only their own leads, and while an entity's rollups are
out of use.
"""

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncDate

from betterside.api import ranges

from .. import filters
from ..models import Activity, ActivityRollup, Lead, StageEntry, StayRollup
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


def of_activities(by, query: dict, *groups: str, measures: tuple = ("activities",)) -> list[dict]:
    """The measures (ActivityRollup.MEASURES) of what people did with leads that the user may see and the query leaves,
    by the groups. The query's days are those of the activities."""
    if is_kept(by, query):
        rows = _kept(ActivityRollup, by, query, groups, measures)
    else:
        sums = {f"sum_{name}": COUNTED[name] for name in measures}
        found = activities(by, query)
        if "day" in groups:
            found = found.annotate(day=TruncDate("created_at", tzinfo=by.entity.zone))
        rows = found.order_by().values(*groups).annotate(**sums)
    found = [_plain(row, groups, measures) for row in rows]
    return [row for row in found if row["activities"]]


def activities(by, query: dict):
    """What people did with leads that count, as rows."""
    found = Activity.objects.visible_to(by).by_people().filter(lead__is_test=False)
    return filters.about_leads(found, query, "lead__").created_between(*ranges.bounds(query, by.entity.zone))


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


def _kept(model, by, query: dict, groups: tuple, measures: tuple):
    kept = model.objects.visible_to(by)
    if "pipeline" in query:
        kept = kept.filter(pipeline_id=query["pipeline"])
    days = query.get("date_from"), query.get("date_to")
    kept = kept.spanning(*days, by_owner=model.OWNER in groups, by_day="day" in groups)
    return _summed(kept, groups, {f"sum_{name}": Sum(name) for name in measures})


def _summed(queryset, groups: tuple, sums: dict):
    return queryset.order_by().values(*groups).annotate(**sums) if groups else [queryset.aggregate(**sums)]


def _plain(row: dict, groups: tuple, measures: tuple) -> dict:
    return {name: row[name] for name in groups} | {name: int(row[f"sum_{name}"] or 0) for name in measures}
