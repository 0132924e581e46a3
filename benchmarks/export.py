"""The whole list of leads as CSV: asked for, written (by a job when it is long), downloaded. The floor is one COPY."""

import json
import time

from . import floors
from .cases import MANAGER, Case
from .measure import Desk, Measured

CASE = Case("export of all leads, CSV", "/api/analytics/export", (), group="export")
BODY = json.dumps({"report_type": "leads", "format": "csv"}).encode()


def measure(desk: Desk) -> Measured:
    """Once: it is long. RuntimeError when product and floor do not write the same number of lines."""
    with desk.house.at_work():
        desk.floor.ask("GET", floors.EXPORT_PATH, None, {"Authorization": desk.sids[MANAGER]})
        took = desk.floor.ask("GET", floors.EXPORT_PATH, None, {"Authorization": desk.sids[MANAGER]})
        floor_lines = desk.floor.content.count(b"\n")
        started = time.perf_counter()
        fetch(desk)
        measured = Measured((time.perf_counter() - started) * 1000, took, 1)
    lines = desk.product.content.count(b"\n")
    if lines != floor_lines:
        raise RuntimeError(f"The export has {lines} lines, the floor's {floor_lines}.")
    return measured


def fetch(desk: Desk) -> None:
    """Ask for it, wait until it is written, download it."""
    headers = {"Authorization": f"Bearer {desk.tokens[MANAGER]}"}
    desk.product.ask("POST", CASE.path, BODY, headers | {"Content-Type": "application/json"})
    asked = json.loads(desk.product.content)["data"]
    state = asked["state"]
    while state not in ("ready", "failed"):
        time.sleep(0.05)
        desk.product.ask("GET", asked["state_url"], None, headers)
        state = json.loads(desk.product.content)["data"]["state"]
    desk.product.ask("GET", asked["download_url"], None, headers)
