"""The whole list of leads as a file: asked for, written (by a job when it is long), downloaded. The floor is one COPY;
that of XLSX, which SQL cannot write, is that of CSV.
"""

import io
import json
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from . import floors
from .cases import MANAGER, Case
from .measure import Desk, Measured

PATH = "/api/analytics/export"
# A sheet takes too long to write, and to open, with more.
MOST_IN_A_SHEET = 100_000


def lines(content: bytes) -> int:
    return content.count(b"\n")


def rows_of_sheet(content: bytes) -> int:
    """Its header is one of them, as in CSV."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return book.read("xl/worksheets/sheet1.xml").count(b"<row")


@dataclass(frozen=True)
class Form:
    """`lines` counts those of the product's file, which has `more` than the floor's answer."""

    name: str
    floor: str
    lines: Callable[[bytes], int] = lines
    more: int = 0
    most: int | None = None

    @property
    def case(self) -> Case:
        return Case(f"export of all leads, {self.name.upper()}", PATH, (), group="export")


FORMS = [
    Form("csv", floors.CSV_PATH),
    Form("json", floors.JSON_PATH, more=1),  # its end has a line of its own
    Form("xlsx", floors.CSV_PATH, lines=rows_of_sheet, most=MOST_IN_A_SHEET),
]


def forms(size: int) -> list[Form]:
    return [form for form in FORMS if form.most is None or size <= form.most]


def measure(desk: Desk, form: Form) -> Measured:
    """Once: it is long. RuntimeError when product and floor do not write the same number of rows."""
    with desk.house.at_work():
        desk.floor.ask("GET", form.floor, None, {"Authorization": desk.sids[MANAGER]})
        took = desk.floor.ask("GET", form.floor, None, {"Authorization": desk.sids[MANAGER]})
        floor_lines = lines(desk.floor.content)
        started = time.perf_counter()
        fetch(desk, form)
        measured = Measured((time.perf_counter() - started) * 1000, took, 1)
    written = form.lines(desk.product.content) - form.more
    if written != floor_lines:
        raise RuntimeError(f"The export has {written} lines, the floor's {floor_lines}.")
    return measured


def fetch(desk: Desk, form: Form) -> None:
    """Ask for it, wait until it is written, download it."""
    headers = {"Authorization": f"Bearer {desk.tokens[MANAGER]}"}
    body = json.dumps({"report_type": "leads", "format": form.name}).encode()
    desk.product.ask("POST", PATH, body, headers | {"Content-Type": "application/json"})
    asked = json.loads(desk.product.content)["data"]
    state = asked["state"]
    while state not in ("ready", "failed"):
        time.sleep(0.05)
        desk.product.ask("GET", asked["state_url"], None, headers)
        state = json.loads(desk.product.content)["data"]["state"]
    desk.product.ask("GET", asked["download_url"], None, headers)
