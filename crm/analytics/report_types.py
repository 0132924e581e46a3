"""The types of reports, as sales.md names them, made from filters that can be stored."""

from datetime import date

from betterside import clock, days

from . import reports
from .spans import SPANS


def lead_performance(by, query: dict) -> dict:
    """What `lead_analytics` says, and how far the leads came."""
    return reports.lead_analytics(by, query) | {"conversion_funnel": reports.conversion_funnel(by, query)}


TYPES = {
    "lead_performance": lead_performance,
    "lead_analytics": reports.lead_analytics,
    "platform_performance": reports.platform_performance,
    "user_performance": reports.user_performance,
    "conversion_funnel": reports.conversion_funnel,
    "time_based": reports.time_based,
    "activity": reports.activity,
    "sla": reports.sla,
}
# What the two reports about leads can hold besides: filter → key and maker.
SECTIONS = {
    "group_by": ("time_based", reports.time_based),
    "include_platforms": ("platforms", reports.platform_performance),
    "include_users": ("users", reports.user_performance),
    "include_conversion_funnel": ("conversion_funnel", reports.conversion_funnel),
    "include_activities": ("activities", reports.activity),
    "include_sla": ("sla", reports.sla),
}
WITH_SECTIONS = ("lead_performance", "lead_analytics")


def figures(report_type: str, *, by, filters: dict) -> dict | list[dict]:
    """The report as JSON can hold it, as of now, of what the user may see. `filters` are as they are stored."""
    query = understood(filters, today=days.local(clock.now(), by.entity.zone))
    found = TYPES[report_type](by, query)
    if report_type in WITH_SECTIONS:
        wanted = [SECTIONS[name] for name in SECTIONS if query.get(name)]
        found |= {key: make(by, query) for key, make in wanted}
    return found


def storable(filters: dict) -> dict:
    """Validated filters as JSON: days as texts."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in filters.items()}


def understood(filters: dict, *, today: date) -> dict:
    """Stored filters as a query; `period` becomes the days that it means on this one."""
    query = {name: value for name, value in filters.items() if name != "period"}
    query |= {name: date.fromisoformat(query[name]) for name in ("date_from", "date_to") if name in query}
    if "period" in filters:
        query["date_from"], query["date_to"] = SPANS[filters["period"]](today)
    return query
