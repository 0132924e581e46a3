"""XLSX by openpyxl's write-only mode: rows go to a temporary file as they come."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from betterside import cells

from .tables import Table

# A sheet ends at 1,048,576 rows; more go on on the next.
MOST_ROWS = 1_000_000


def write_xlsx(path: Path, tables: Iterable[Table], zone: ZoneInfo) -> None:
    """One sheet for each table, with its header in the first row."""
    book = Workbook(write_only=True)
    for table in tables:
        for number, rows in enumerate(_parts(table.rows), start=1):
            _fill(book, table.name if number == 1 else f"{table.name} {number}", chain([table.columns], rows), zone)
    book.save(path)


def _fill(book: Workbook, name: str, rows: Iterable[list], zone: ZoneInfo) -> None:
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for row in rows:
        sheet.append([_cell(value, zone) for value in row])


def _parts(rows: Iterable[list]) -> Iterator[Iterator[list]]:
    """As many rows as a sheet holds, again and again; one part, of no rows, when there are none."""
    rows = iter(rows)
    yield islice(rows, MOST_ROWS)
    for first in rows:
        yield chain([first], islice(rows, MOST_ROWS - 1))


def _cell(value, zone: ZoneInfo):
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(tzinfo=None, microsecond=0)
    return cells.safe(ILLEGAL_CHARACTERS_RE.sub("", value)) if isinstance(value, str) else value
