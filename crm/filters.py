"""Filters of the engine's lists, the same for every face that offers them. Each takes a validated query; what it does
not name is not filtered. An id of another entity matches nothing, as one that never was."""

from datetime import timedelta

from betterside.api import ranges
from betterside.errors import Invalid

from .models import LeadStatus

# What a query may ask of a lead, and the column that answers.
LEAD_COLUMNS = {
    "platform": "platform",
    "source": "source",
    "pipeline": "pipeline_id",
    "assigned_user_id": "assigned_user_id",
    "campaign_id": "campaign_id",
    "project_id": "project_id",
    "state": "practice__state",
}


def leads(queryset, query: dict, zone):
    """`query`: what `about_leads` takes, search, date_from, date_to."""
    queryset = about_leads(queryset, query)
    if query.get("search", "").strip():
        queryset = queryset.matching(query["search"])
    return queryset.created_between(*ranges.bounds(query, zone))


def about_leads(queryset, query: dict, lead: str = ""):
    """`query`: any of status (a name, or several) and LEAD_COLUMNS; `lead` is the way from the queryset's rows to their leads, as
    `"lead__"`."""
    queryset = _equal(queryset, query, {name: lead + column for name, column in LEAD_COLUMNS.items()})
    if "status" in query:
        queryset = queryset.filter(**{f"{lead}status__in": statuses_named(query["status"])})
    return queryset


def activities(queryset, query: dict, zone):
    """`query`: any of activity_type, user_id, priority, status, date_from, date_to."""
    names = ("activity_type", "user_id", "priority", "status")
    return _equal(queryset, query, dict(zip(names, names, strict=True))).created_between(*ranges.bounds(query, zone))


def assignments(queryset, query: dict):
    """`query`: any of assigned_user_id, lead_status (a name)."""
    queryset = _equal(queryset, query, {"assigned_user_id": "assigned_user_id"})
    if "lead_status" in query:
        queryset = queryset.filter(lead__status__in=statuses_named(query["lead_status"], "lead_status"))
    return queryset


def contacts(queryset, query: dict):
    """`query`: any of owner_id, search."""
    queryset = _equal(queryset, query, {"owner_id": "owner_id"})
    return queryset.matching(query["search"]) if query.get("search", "").strip() else queryset


def tasks(queryset, query: dict, *, now, zone):
    """`query`: any of completed, priority, owner_id, due (today, overdue, week or a day), related_to_type,
    related_to_id (how a lead or campaign is looked up)."""
    names = ("completed", "priority", "owner_id")
    queryset = _equal(queryset, query, dict(zip(names, names, strict=True)))
    if "due" in query:
        queryset = _due(queryset, query["due"], now, now.astimezone(zone).date())
    if "related_to_type" in query:
        queryset = queryset.related_to(query["related_to_type"])
    if "related_to_id" in query:
        queryset = queryset.about(query["related_to_id"])
    return queryset


def _due(queryset, due, now, today):
    if due == "overdue":
        return queryset.overdue(now, today)
    first = today if due in ("today", "week") else due
    return queryset.due_between(first, first + timedelta(days=6) if due == "week" else first)


def resolved(query: dict) -> dict:
    """The query with the ids of its statuses, so that whoever uses it twice looks them up once."""
    return query | {"status": statuses_named(query["status"])} if "status" in query else query


def statuses_named(names: str | list[str] | list[int], field: str = "status") -> list[int]:
    """The statuses of these names in all pipelines, as ids, so that the lists' indexes serve the filter; ids stay.

    Raises Invalid for a word that no pipeline has.
    """
    names = {names} if isinstance(names, str) else set(names)
    if all(isinstance(name, int) for name in names):
        return list(names)
    found = dict(LeadStatus.objects.filter(name__in=names).values_list("pk", "name"))
    if names - set(found.values()):
        raise Invalid(fields={field: "There is no such status."})
    return list(found)


def _equal(queryset, query: dict, columns: dict):
    return queryset.filter(**{column: query[name] for name, column in columns.items() if name in query})
