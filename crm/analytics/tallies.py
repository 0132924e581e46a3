"""Sums over leads: read from the rollups where these can answer, else counted from the rows.

Rollups answer for status, platform, owner, pipeline and days. Source, campaign, project, a practice's state and search are no dimensions of
theirs: with such a filter the leads are counted, by the index of that column where it has one, and so they are while an
entity's rollups are out of use (`Entity.has_rollups`). Either way the sums are the same to the microsecond.
"""

from django.db.models import BigIntegerField, Count, DateTimeField, Func, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from betterside.api import ranges

from .. import filters
from ..models import Lead, LeadRollup, SourceRollup
from . import kept_total
from .statuses import all_statuses

CREATED, CLOSED = LeadRollup.CountedBy.CREATED, LeadRollup.CountedBy.CLOSED
COUNTED_FROM_ROWS = {"source", "campaign_id", "project_id", "state", "search"}
COLUMNS = {"platform": "platform", "pipeline": "pipeline_id", "assigned_user_id": "assigned_user_id"}


def us_between(start, end) -> Func:
    """The microseconds between two times; null where one is missing."""
    return Func(
        end,
        start,
        template="(extract(epoch FROM %(expressions)s) * 1000000)::bigint",
        arg_joiner=" - ",
        output_field=BigIntegerField(),
    )


EPOCH = Func(template="'epoch'::timestamptz", output_field=DateTimeField())
COUNTED = {
    "leads": Count("*"),
    "assigned": Count("assigned_user"),
    "late": Count("pk", filter=Q(was_late=True)),
    "assignments": Count("first_assigned_at"),
    "assignment_us": Sum(us_between("created_at", "first_assigned_at")),
    "closes": Count("closed_at"),
    "cycle_us": Sum(us_between("created_at", "closed_at")),
    "since_us": Sum(us_between(EPOCH, "status_since")),
    "value": Sum("value"),
}


def of_leads(by, query: dict, *groups: str, measures: tuple = ("leads",), counted_by: str = CREATED) -> list[dict]:
    """The measures (LeadRollup.MEASURES) of the leads that the user may see and the query leaves, by the groups
    (LeadRollup.DIMENSIONS); without groups one row. A group without leads has no row.

    The query's days are about the moment that `counted_by` names.
    """
    measures = tuple(dict.fromkeys(("leads", *measures)))
    if _is_kept(by, query):
        rows = _kept(by, query, groups, measures, counted_by)
    else:
        rows = _counted(by, query, groups, measures, counted_by)
    found = [_plain(row, groups, measures) for row in rows]
    return [row for row in found if row["leads"] or not groups]


def total(by, found: QuerySet, query: dict) -> int:
    """How many leads `found` has, exactly. It is what the user may see of the query; of a query that the rollups cannot
    answer it is counted."""
    if not _is_kept(by, query):
        return found.count()
    if query.keys() & {"date_from", "date_to"}:
        return of_leads(by, query)[0]["leads"]
    return kept_total.of(by, query)


def by_source(by, query: dict) -> dict[str, int]:
    """Source → how many leads; the query knows `pipeline` and days. Sources without leads are left out."""
    if by.entity.has_rollups and by.may("leads.read_entity"):
        kept = SourceRollup.objects.visible_to(by).filter(pipeline_id=query["pipeline"])
        kept = kept.spanning(query.get("date_from"), query.get("date_to"))
        rows = kept.order_by().values_list("source").annotate(Sum("leads"))
    else:
        found = filters.leads(Lead.objects.visible_to(by), query, by.entity.zone)
        rows = found.order_by().values_list("source").annotate(Count("pk"))
    return {source: int(count) for source, count in rows if count}


def waiting(by, found: QuerySet, query: dict) -> int:
    """How many `found` has, of the open leads that nobody owns."""
    if not _is_kept(by, query):
        return found.count()
    rows = of_leads(by, query, "status_id", measures=("assigned",))
    statuses = all_statuses()
    return sum(row["leads"] - row["assigned"] for row in rows if not statuses[row["status_id"]].is_closed)


def _is_kept(by, query: dict) -> bool:
    return by.entity.has_rollups and not COUNTED_FROM_ROWS & query.keys()


def _kept(by, query: dict, groups: tuple, measures: tuple, counted_by: str):
    kept = LeadRollup.objects.visible_to(by).filter(counted_by=counted_by)
    kept = kept.filter(**{column: query[name] for name, column in COLUMNS.items() if name in query})
    if "status" in query:
        kept = kept.filter(status_id__in=filters.statuses_named(query["status"]))
    by_owner = "assigned_user_id" in {*groups, *query} or not by.may("leads.read_entity")
    days = query.get("date_from"), query.get("date_to")
    kept = kept.spanning(*days, by_owner=by_owner, by_day="day" in groups)
    return _summed(kept, groups, {f"sum_{name}": Sum(name) for name in measures})


def _counted(by, query: dict, groups: tuple, measures: tuple, counted_by: str):
    moment = "created_at" if counted_by == CREATED else "closed_at"
    undated = {name: value for name, value in query.items() if name not in ("date_from", "date_to")}
    found = filters.leads(Lead.objects.visible_to(by), undated, by.entity.zone).exclude(**{moment: None})
    start, end = ranges.bounds(query, by.entity.zone)
    found = found.filter(**{f"{moment}__gte": start} if start else {}, **{f"{moment}__lt": end} if end else {})
    if "day" in groups:
        found = found.annotate(day=TruncDate(moment, tzinfo=by.entity.zone))
    return _summed(found, groups, {f"sum_{name}": COUNTED[name] for name in measures})


def _summed(queryset: QuerySet, groups: tuple, sums: dict):
    if not groups:
        return [queryset.aggregate(**sums)]
    return queryset.order_by().values(*groups).annotate(**sums)


def _plain(row: dict, groups: tuple, measures: tuple) -> dict:
    sums = {name: row[f"sum_{name}"] or 0 for name in measures}
    whole = {name: value if name == "value" else int(value) for name, value in sums.items()}
    return {name: row[name] for name in groups} | whole
