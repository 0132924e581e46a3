"""Figures by report: the same for /api/analytics, custom reports, exports and schedules.

Every function takes the user for whom it is made (they see what they may see) and a validated query: any of the filters
of `crm.filters.leads`; dates are days in the entity's time zone.
"""

from betterside import clock, days

from .. import filters
from ..models import Lead
from . import activities as doings
from . import leads as figures
from . import periods
from . import sla as service_levels


def lead_analytics(by, query: dict) -> dict:
    return figures.summary(by, query)


def platform_performance(by, query: dict) -> list[dict]:
    return figures.by_platform(by, query)


def user_performance(by, query: dict) -> list[dict]:
    return figures.by_user(by, query)


def conversion_funnel(by, query: dict) -> dict:
    pipeline = query.get("pipeline", by.entity.main_pipeline)
    return {"stages": figures.funnel(by, query, pipeline)}


def time_based(by, query: dict) -> list[dict]:
    """By `group_by`: day, week or month; from the first lead until today when no dates are named."""
    last = query.get("date_to") or days.today(by.entity.zone)
    return periods.over_time(by, query, last=last, group_by=query.get("group_by", "day"))


def activity(by, query: dict) -> dict:
    return doings.totals(by, query)


def sla(by, query: dict) -> dict:
    compliance = service_levels.compliance(by, query, now=clock.now())
    return {name: value for name, value in compliance.items() if name != "sla_hours"}


def leads(by, query: dict):
    """The leads that such figures are about, as rows: what the user may see, filtered."""
    return filters.leads(Lead.objects.visible_to(by), query, by.entity.zone)
