"""The channel lists' filters, the same for the API and the panel."""

from betterside import days
from crm.services import phones


def leads(queryset, query: dict, zone):
    """`query`: any of project_id, status (a name), date ("today" in `zone`), search; empty ones are ignored."""
    if query.get("project_id"):
        queryset = queryset.filter(project_id=query["project_id"])
    if query.get("status"):
        queryset = queryset.filter(status__pipeline="channel", status__name=query["status"])
    if query.get("date") == "today":
        today = days.today(zone)
        queryset = queryset.created_between(*days.bounds(today, today, zone))
    if query.get("search", "").strip():
        queryset = queryset.matching(query["search"])
    return queryset


def own_with_phone(queryset, user, phone: str):
    """The user's own among them that have this phone, however it was typed; nobody else's, not even for managers."""
    mine = queryset.in_entity_of(user).filter(assigned_user=user)
    return mine.with_phone(e164=phones.e164(phone, user.entity.default_region), digits=phones.digits(phone))


def ads_requests(queryset, query: dict):
    """`query`: any of project_id, status; empty ones are ignored."""
    return _equal(queryset, query, "project_id", "status")


def marketing_requests(queryset, query: dict):
    """`query`: any of project_id, type, status; empty ones are ignored."""
    return _equal(queryset, query, "project_id", "type", "status")


def _equal(queryset, query: dict, *names: str):
    return queryset.filter(**{name: query[name] for name in names if query.get(name)})
