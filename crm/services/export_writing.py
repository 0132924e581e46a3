"""Writing an export's file."""

from pathlib import Path

from django.db import connection, transaction

from betterside import clock
from betterside.errors import NotAllowed
from betterside.sheets import write_csv, write_json, write_xlsx

from ..analytics import lead_list, report_tables, report_types
from ..models import Export
from . import access, export_files

SHARED_GATE = "SELECT pg_advisory_xact_lock_shared(hashtext('crm.exports'), %s)"
CLOSE_GATE = "SELECT pg_advisory_xact_lock(hashtext('crm.exports'), %s)"


def write(export: Export) -> None:
    """Write the file and say so in the row. May run twice: the second run's file takes the place of none.

    Raises NotAllowed when who asked may not export any more.
    """
    unfinished = Export.objects.unfinished().filter(pk=export.pk)
    if not _begin(export):
        return
    if export.user.entity_id != export.entity_id:
        raise NotAllowed
    access.require(export.user, "exports.make")
    path = export_files.new(export.format)
    try:
        rows = _fill(path, export)
        done = {"state": Export.State.READY, "file": path.name, "size": path.stat().st_size, "error": ""}
        done |= {"rows_done": rows, "rows_total": rows, "finished_at": clock.now()}
        if unfinished.update(**done):
            path = None
    finally:
        if path:
            path.unlink(missing_ok=True)


@transaction.atomic
def _begin(export: Export) -> bool:
    """Behind the gate either we read without a person who is being erased, or the erasure sees this export running."""
    with connection.cursor() as cursor:
        cursor.execute(SHARED_GATE, [export.entity_id])
    return Export.objects.unfinished().filter(pk=export.pk).update(state=Export.State.RUNNING) == 1


def close_gate(entity_id: int) -> None:
    """No export of the entity begins until the transaction ends; one that is written inside a request has ended."""
    with connection.cursor() as cursor:
        cursor.execute(CLOSE_GATE, [entity_id])


def fail(export: Export, error: Exception) -> None:
    failed = {"state": Export.State.FAILED, "error": f"{type(error).__name__}: {error}", "finished_at": clock.now()}
    Export.objects.unfinished().filter(pk=export.pk).update(**failed)


def _fill(path: Path, export: Export) -> int:
    """Returns how many rows were written."""
    if export.report_type == lead_list.TYPE:
        return _fill_with_leads(path, export)
    figures = report_types.figures(export.report_type, by=export.user, filters=export.filters)
    tables = report_tables.tables(export.report_type, figures)
    _put(path, export, tables, figures)
    return sum(len(table.rows) for table in tables)


def _fill_with_leads(path: Path, export: Export) -> int:
    row, done = Export.objects.filter(pk=export.pk), 0
    leads = lead_list.found(export.user, export.filters)
    row.update(rows_done=0, rows_total=leads.count())

    def progress(rows: int) -> None:
        nonlocal done
        done = rows
        row.update(rows_done=rows)

    _put(path, export, [lead_list.table(leads, progress)], lead_list.objects(leads, progress))
    return done


def _put(path: Path, export: Export, tables: list, data) -> None:
    zone = export.entity.zone
    if export.format == Export.Format.JSON:
        head = {"report_type": export.report_type, "filters": export.filters, "generated_at": clock.now()}
        write_json(path, head, data)
    else:
        {Export.Format.CSV: write_csv, Export.Format.XLSX: write_xlsx}[export.format](path, tables, zone)
