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
    return figures.summary(by, query)


def platform_performance(by, query: dict) -> list[dict]:
    return figures.by_platform(by, query)


def user_performance(by, query: dict) -> list[dict]:
    return figures.by_user(by, query, activities(by, query))


def conversion_funnel(by, query: dict) -> dict:
    pipeline = query.get("pipeline", by.entity.main_pipeline)
    return {"stages": figures.funnel(by, query, pipeline)}


def time_based(by, query: dict) -> list[dict]:
    """By `group_by`: day, week or month; from the first lead until today when no dates are named."""
    last = query.get("date_to") or days.today(by.entity.zone)
    return periods.over_time(by, query, last=last, group_by=query.get("group_by", "day"))


def activity(by, query: dict) -> dict:
    return doings.totals(activities(by, query))


def sla(by, query: dict) -> dict:
    found = leads(by, query)
    stays = StageEntry.objects.filter(lead__in=found.order_by().values("pk"))
    compliance = service_levels.compliance(found, stays, now=clock.now())
    return {name: value for name, value in compliance.items() if name != "sla_hours"}


def leads(by, query: dict):
    """What the user may see of it, filtered."""
    return filters.leads(Lead.objects.visible_to(by), query, by.entity.zone)


def activities(by, query: dict):
    """Those of the leads that the filters leave; the range is about the activities."""
    found = Activity.objects.visible_to(by).of_leads().filter(lead__is_test=False)
    return filters.about_leads(found, query, "lead__").created_between(*ranges.bounds(query, by.entity.zone))
