"""Leads as a CSV file, written while they are read."""

import csv as csv_module
import io
from collections.abc import Iterable, Iterator
from itertools import islice

from betterside import cells
from betterside.ui import in_words

HEAD = ["Name", "Phone", "E-mail", "Project", "Source", "Status", "Next follow-up", "Added", "Notes"]
BATCH = 500
BOM = "\ufeff"  # without it Excel takes UTF-8 for its own code page


def csv(found, zone) -> Iterator[bytes]:
    """Times in `zone`; no cell can run as a formula (betterside.cells)."""
    yield _encode([HEAD], BOM)
    leads = found.iterator(chunk_size=BATCH)
    while rows := [_row(lead, zone) for lead in islice(leads, BATCH)]:
        yield _encode(rows)


def _encode(rows: Iterable[list], prefix: str = "") -> bytes:
    text = io.StringIO(prefix)
    text.seek(0, io.SEEK_END)
    csv_module.writer(text).writerows(rows)
    return text.getvalue().encode()


def _row(lead, zone) -> list[str]:
    project = lead.project.title if lead.project else ""
    said = [str(lead), lead.phone, lead.email, project, in_words(lead.source), in_words(lead.status.name)]
    times = [_time(lead.follow_up_at, zone), _time(lead.created_at, zone)]
    return [cells.safe(value) for value in [*said, *times, lead.notes]]


def _time(moment, zone) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else ""
