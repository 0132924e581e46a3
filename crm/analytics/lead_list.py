"""The list of leads as an export: what a report type cannot be, since it has no end that memory could hold."""

from collections.abc import Callable, Iterator

from betterside import clock, days
from betterside.sheets import Table

from . import lead_rows, reports
from .report_types import understood

TYPE = "leads"


def found(by, filters: dict):
    return reports.leads(by, understood(filters, today=days.local(clock.now(), by.entity.zone)))


def is_longer_than(count: int, *, by, filters: dict) -> bool:
    return found(by, filters).order_by()[: count + 1].count() > count


def table(leads, progress: Callable[[int], None]) -> Table:
    """`progress` is told after each page how many rows were read."""
    return Table("leads", list(lead_rows.COLUMNS), _rows(leads, progress))


def objects(leads, progress: Callable[[int], None]) -> Iterator[dict]:
    """The same rows for JSON; an empty text is null, as in the API."""
    names = list(lead_rows.COLUMNS)
    for row in _rows(leads, progress):
        yield {name: None if value == "" else value for name, value in zip(names, row, strict=True)}


def _rows(leads, progress: Callable[[int], None]) -> Iterator[tuple]:
    done = 0
    for page in lead_rows.pages(leads):
        yield from page
        done += len(page)
        progress(done)
