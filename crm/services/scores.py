"""Keeping PerformanceScore in step with the leads' history.

A change of a practice lead queues a job with the change, so that whoever is reassigned, deleted, moved or worked on
counts anew as soon as it is committed. Days are counted from the history, longer periods are sums of days.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Sum

from betterside.accounts.models import Entity
from betterside.jobs import defer

from .. import jobs
from ..analytics.performance import PIPELINE, stretch, tallies
from ..models import Activity, Assignment, Lead, PerformanceScore, StageEntry

Period = PerformanceScore.Period
LOCK = "SELECT pg_advisory_xact_lock(hashtext('crm.scores'), %s)"
# Leads that one job counts again, and days that one statement does.
LEADS_AT_ONCE, DAYS_AT_ONCE = 500, 30


def changed(leads: list[Lead]) -> None:
    """Queue the counting of what changed, as part of the caller's transaction. Leads of other pipelines earn nothing."""
    ids = sorted({lead.pk for lead in leads if lead.pipeline_id == PIPELINE})
    if len(ids) == 1:
        defer(jobs.recount_leads, queueing_lock=f"points of lead {ids[0]}", lead_ids=ids)
        return
    for some in _batches(ids, LEADS_AT_ONCE):
        defer(jobs.recount_leads, lead_ids=some)


def recount_leads(lead_ids: list[int]) -> None:
    """Count the days on which anything happened to the leads, deleted ones too."""
    by_entity: dict[int, list[int]] = {}
    for pk, entity_id in Lead.with_deleted.filter(pk__in=lead_ids).values_list("pk", "entity_id"):
        by_entity.setdefault(entity_id, []).append(pk)
    for entity in Entity.objects.filter(pk__in=by_entity):
        recount(entity, _days_of(by_entity[entity.pk], entity))


def recount_all() -> None:
    practice = Lead.with_deleted.filter(entity=OuterRef("pk")).in_pipeline(PIPELINE)
    for entity in Entity.objects.filter(Exists(practice)):
        recount(entity)


@transaction.atomic
def recount(entity: Entity, only: Iterable[date] | None = None) -> None:
    """Count the days, or all there are, and add up the periods they lie in. One at a time for an entity."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [entity.pk])
    if only is None:
        PerformanceScore.objects.filter(entity=entity).delete()
        touched = _store_days(entity, tallies(entity))
    else:
        touched = set(only)
        for some in _batches(sorted(touched), DAYS_AT_ONCE):
            PerformanceScore.objects.filter(entity=entity, period=Period.DAY, starts_on__in=some).delete()
            _store_days(entity, tallies(entity, some))
    for period in Period.values[1:]:
        for first, last in sorted({stretch(period, day) for day in touched}, key=lambda ends: ends[0]):
            _add_up(entity, period, first, last)


def _store_days(entity: Entity, found: dict[tuple[int, date], dict]) -> set[date]:
    rows = [
        PerformanceScore(entity=entity, user_id=user_id, period=Period.DAY, starts_on=day, **figures)
        for (user_id, day), figures in found.items()
    ]
    PerformanceScore.objects.bulk_create(rows, batch_size=1000)
    return {row.starts_on for row in rows}


def _add_up(entity: Entity, period: str, first: date, last: date | None) -> None:
    PerformanceScore.objects.of(entity, period, first).delete()
    in_it = PerformanceScore.objects.filter(entity=entity, period=Period.DAY, starts_on__gte=first)
    in_it = in_it.filter(starts_on__lte=last) if last else in_it
    sums = in_it.order_by().values("user").annotate(**{f"sum_{name}": Sum(name) for name in PerformanceScore.FIGURES})
    PerformanceScore.objects.bulk_create(
        PerformanceScore(
            entity=entity,
            user_id=row["user"],
            period=period,
            starts_on=first,
            **{name: row[f"sum_{name}"] for name in PerformanceScore.FIGURES},
        )
        for row in sums
    )


def _days_of(lead_ids: list[int], entity: Entity) -> set[date]:
    """The days, in the entity's time zone, that the leads' history names. Completing a follow-up and taking that back
    are activities themselves, so the day of a completion that is no more is among them."""
    moments: set[datetime | None] = set()
    for model, fields in (
        (Activity, ("created_at", "completed_at")),
        (Assignment, ("assigned_at",)),
        (StageEntry, ("entered_at",)),
    ):
        for row in model.objects.filter(lead__in=lead_ids).order_by().values_list(*fields):
            moments.update(row)
    return {moment.astimezone(entity.zone).date() for moment in moments if moment}


def _batches(items: list, size: int) -> list[list]:
    return [items[start : start + size] for start in range(0, len(items), size)]
