"""Keeping the rollups (crm.models.rollup): folding changes into cells, rebuilding, verifying. Triggers write the changes.

None of it makes writers wait. Whatever is read and replaced is so in one snapshot: changes that are committed meanwhile
are neither in what is read nor in what is removed, and stay beside the new cells.
"""

import time
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import F

from betterside.accounts.models import Entity

from ..models import Activity, Grain, Lead, StageEntry
from . import rollup_sql as sql

MODELS = tuple(sql.FACTS)
COUNTED = tuple(model._meta.db_table for model in (Lead, StageEntry, Activity))
KEY = "hashtext('crm.rollups'), %(entity)s"
REBUILDING = "rebuilding"
BATCH = 2_000
# Differences of one table that `verify` names.
SHOWN = 20


def keep() -> None:
    """Fold every entity's changes, and rebuild what is out of use unless somebody is at it."""
    for entity in Entity.objects.filter(pk__in=_changed()).order_by("pk"):
        fold(entity.pk)
    for entity in Entity.objects.exclude(rollup_zone=F("timezone")).order_by("pk"):
        with _alone(entity.pk, wait=False) as is_alone:
            if is_alone:
                rebuild(entity.pk)


def fold(entity_id: int) -> bool:
    """Add the changes to the cells. False when somebody else is at it."""
    with transaction.atomic():
        if not _ask(f"SELECT pg_try_advisory_xact_lock({KEY})", entity_id)[0][0]:
            return False
        for model in MODELS:
            _run(sql.statement(sql.FOLD, model), entity=entity_id)
            _run(sql.statement(sql.TIDY, model), entity=entity_id)
        return True


def rebuild(entity_id: int) -> bool:
    """Make the cells anew, and first what leads know of their stays. Safe while others write.

    False when the entity's time zone or a status's definition changed meanwhile: the rollups are out of use until they
    are rebuilt again.
    """
    with _alone(entity_id):
        seen = _begin(entity_id)
        if seen == REBUILDING:
            _wait_for_writers()
        correct(entity_id)
        with transaction.atomic():
            zone = Entity.objects.select_for_update(no_key=True).get(pk=entity_id).timezone
            for model in MODELS:
                _run(sql.statement(sql.REBUILD, model), entity=entity_id)
            return bool(Entity.objects.filter(pk=entity_id, rollup_zone=seen).update(rollup_zone=zone))


@contextmanager
def rebuilt_after(entity_id: int):
    """Around a load whose transactions are `silent`: the rollups are out of use meanwhile. When it breaks off, the worker
    rebuilds them."""
    with _alone(entity_id):
        Entity.objects.filter(pk=entity_id).update(rollup_zone="")
        yield
        # Expecting the few rows of before, PostgreSQL would choose plans that do not end with many.
        _ask_nothing(f"ANALYZE {', '.join(COUNTED)}")
        rebuild(entity_id)


@contextmanager
def silent():
    """What the transaction writes meanwhile is not counted by the triggers, which are made for a few leads at a time."""
    _ask_nothing("SET LOCAL crm.rollups = 'off'")
    yield
    _ask_nothing("SET LOCAL crm.rollups = ''")


def correct(entity_id: int) -> int:
    """Write what leads know of their stays where it is wrong, as after a load past the services. How many rows."""
    corrected = 0
    for wrong, correction in ((sql.WRONG_LEADS, sql.CORRECT_LEADS), (sql.WRONG_STAYS, sql.CORRECT_STAYS)):
        leads = sorted({lead for _id, lead, *_rest in _ask(wrong.format(narrowed=""), entity_id)})
        for start in range(0, len(leads), BATCH):
            with transaction.atomic():
                some = leads[start : start + BATCH]
                list(Lead.with_deleted.filter(pk__in=some).order_by("pk").select_for_update().values_list("pk"))
                corrected += _run(correction, entity=entity_id, leads=some)
    return corrected


def verify(entity_id: int) -> list[str]:
    """Sentences about what differs from a slow count of the rows; empty when all is well."""
    entity = Entity.objects.get(pk=entity_id)
    if not entity.has_rollups:
        kept = entity.rollup_zone or "no zone"
        return [f"The rollups are of {kept}, the entity is in {entity.timezone}: they are out of use. Rebuild them."]
    said = []
    for model in MODELS:
        rows = _ask(sql.statement(sql.COMPARE, model, limit=SHOWN), entity_id)
        said += [_sentence(model, row) for row in rows]
    for what, wrong in (("lead", sql.WRONG_LEADS), ("stay", sql.WRONG_STAYS)):
        rows = _ask(wrong.format(narrowed="") + f" LIMIT {SHOWN}", entity_id)
        said += [f"{what} {row[0]}: what is written on it about its stays is wrong" for row in rows]
    return said


def _changed() -> set[int]:
    return {pk for model in MODELS for pk in model.objects.changes().values_list("entity_id", flat=True).distinct()}


def _sentence(model, row: tuple) -> str:
    names = ["grain", *model.DIMENSIONS, *model.MEASURES]
    values = dict(zip(names, row, strict=True))
    cell = ", ".join(f"{name} {values[name]}" for name in model.DIMENSIONS)
    off = ", ".join(f"{name} off by {-values[name]}" for name in model.MEASURES if values[name])
    return f"{model._meta.db_table}, {Grain(values['grain']).label}, {cell}: {off}"


@contextmanager
def _alone(entity_id: int, *, wait: bool = True):
    """One rebuild of an entity at a time, and no folding meanwhile. Yields whether that is so: always, when it waits."""
    if wait:
        _ask(f"SELECT pg_advisory_lock({KEY})", entity_id)
    is_alone = wait or _ask(f"SELECT pg_try_advisory_lock({KEY})", entity_id)[0][0]
    try:
        yield is_alone
    finally:
        if is_alone:
            _ask(f"SELECT pg_advisory_unlock({KEY})", entity_id)


def _begin(entity_id: int) -> str:
    """The mark that must still be there at the end: whatever makes rollups stale takes it away."""
    entity = Entity.objects.get(pk=entity_id)
    if entity.has_rollups:
        return entity.rollup_zone
    Entity.objects.filter(pk=entity_id).update(rollup_zone=REBUILDING)
    return REBUILDING


def _wait_for_writers() -> None:
    """Until every transaction has ended that may have written days of the zone before. Not inside a transaction, which
    would wait for itself."""
    if connection.in_atomic_block:
        return
    newest = _ask("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")[0][0]
    while _ask("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")[0][0] < newest:
        time.sleep(0.05)


def _ask(statement: str, entity_id: int | None = None) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"entity": entity_id})
        return cursor.fetchall()


def _ask_nothing(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _run(statement: str, **parameters) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.rowcount
