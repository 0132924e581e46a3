"""Figures by report: the same for /api/analytics, custom reports, exports and schedules.

Every function takes the user for whom it is made (they see what they may see) and a validated query: any of the filters
of `crm.filters.leads`; dates are days in the entity's time zone.
"""

from betterside import clock, days
from betterside.api import ranges

from .. import filters
from ..models import Activity, Lead, StageEntry
from . import activities as doings
from . import leads as figures
from . import periods
from . import sla as service_levels


def lead_analytics(by, query: dict) -> dict:
    return figures.summary(leads(by, query))


def platform_performance(by, query: dict) -> list[dict]:
    return figures.by_platform(leads(by, query))


def user_performance(by, query: dict) -> list[dict]:
    return figures.by_user(leads(by, query), activities(by, query))


def conversion_funnel(by, query: dict) -> dict:
    pipeline = query.get("pipeline", by.entity.main_pipeline)
    return {"stages": figures.funnel(leads(by, query), pipeline)}


def time_based(by, query: dict) -> list[dict]:
    """By `group_by`: day, week or month; from the first lead until today when no dates are named."""
    zone, found = by.entity.zone, leads(by, query, in_range=False)
    last = query.get("date_to") or days.today(zone)
    first = query.get("date_from") or _first_day(found, last, zone)
    bounds, group_by = days.bounds(first, last, zone), query.get("group_by", "day")
    return periods.over_time(found, first=first, last=last, bounds=bounds, group_by=group_by, zone=zone)


def activity(by, query: dict) -> dict:
    return doings.totals(activities(by, query))


def sla(by, query: dict) -> dict:
    found = leads(by, query)
    stays = StageEntry.objects.filter(lead__in=found.order_by().values("pk"))
    compliance = service_levels.compliance(found, stays, now=clock.now())
    return {name: value for name, value in compliance.items() if name != "sla_hours"}


def leads(by, query: dict, *, in_range: bool = True):
    """What the user may see of it, filtered; of all time without `in_range`."""
    return filters.leads(Lead.objects.visible_to(by), query if in_range else _without_range(query), by.entity.zone)


def activities(by, query: dict):
    """Those of the leads that the filters leave; the range is about the activities."""
    found = Activity.objects.visible_to(by).of_leads().filter(lead__is_test=False)
    return filters.about_leads(found, query, "lead__").created_between(*ranges.bounds(query, by.entity.zone))


def _first_day(found, last, zone):
    oldest = found.order_by("created_at").values_list("created_at", flat=True).first()
    return min(oldest.astimezone(zone).date(), last) if oldest else last


def _without_range(query: dict) -> dict:
    return {name: value for name, value in query.items() if name not in ("date_from", "date_to")}
