"""CSV and JSON, in UTF-8."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson

from betterside import cells
from betterside.api.renderers import OPTIONS, in_json

from .tables import Table


def write_csv(path: Path, tables: Iterable[Table], zone: ZoneInfo) -> None:
    """The first line is the first table's header; a further table follows an empty line, under its name."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        for number, table in enumerate(tables):
            if number:
                writer.writerows([[], [cells.safe(table.name)]])
            writer.writerow(map(cells.safe, table.columns))
            writer.writerows([_cell(value, zone) for value in row] for row in table.rows)


def _cell(value, zone: ZoneInfo):
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M:%S}"
    return cells.safe(value)


def write_json(path: Path, head: dict, data) -> None:
    """An object of the head's keys and `data`: an iterator becomes an array of its items, one a line."""
    with path.open("wb") as stream:
        stream.write(_dumped(head).removesuffix(b"}") + b',"data":')
        stream.writelines(_array(data) if isinstance(data, Iterator) else [_dumped(data)])
        stream.write(b"}\n")


def _array(items: Iterator) -> Iterator[bytes]:
    yield b"["
    for number, item in enumerate(items):
        yield (b",\n" if number else b"\n") + _dumped(item)
    yield b"]"


def _dumped(value) -> bytes:
    return orjson.dumps(value, default=in_json, option=OPTIONS)
