"""The promise of capture: whatever dies, each lead that Meta sent is there, and there once.

    python -m faults.capture --changes 10000 --kills 20

Signed changes, each sent one to three times in random order, while web, worker and database are killed and the
stand-in fails one call in ten. At the end every lead must be there exactly once, with one open stage entry, and the
inbox without unfinished work.
"""

import argparse
import hashlib
import hmac
import json
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from .house import SECRET, House

PAGES = ["PAGE_A", "PAGE_B", "PAGE_C"]
SENDERS = 4
UNHEARD = 240  # seconds without an acknowledgement after which a sender gives up
PATIENCE = 900  # seconds that the inbox may take to drain after the last delivery

ROUTE = """
INSERT INTO marketing_captureroute (page_id, form_id, campaign_id, entity_id, pipeline_id, strategy, is_active, created_at)
VALUES (%s, '', '', 1, 'sales', 'manual', true, now())
"""
# What is wrong at the end, each as a count that must be 0.
FAULTS = {
    "missing": "SELECT %(changes)s - count(DISTINCT source_lead_id) FROM crm_leadmeta",
    "doubled": "SELECT count(*) - count(DISTINCT source_lead_id) FROM crm_leadmeta",
    "leads without meta": "SELECT count(*) FROM crm_lead l LEFT JOIN crm_leadmeta m ON m.lead_id = l.id WHERE m.id IS NULL",
    "without one open stage": """SELECT count(*) FROM (SELECT l.id FROM crm_lead l LEFT JOIN crm_stageentry s
        ON s.lead_id = l.id AND s.exited_at IS NULL GROUP BY l.id HAVING count(s.id) <> 1) wrong""",
    "status differs from stage": """SELECT count(*) FROM crm_lead l JOIN crm_stageentry s
        ON s.lead_id = l.id AND s.exited_at IS NULL WHERE s.status_id <> l.status_id""",
    "unfinished in the inbox": "SELECT count(*) FROM marketing_inboxentry WHERE state IN ('received','failed','unrouted')",
}
WAITING = "SELECT count(*) FROM marketing_inboxentry WHERE state = 'received'"


def body(ids: list[str]) -> bytes:
    entries = []
    for lead_id in ids:
        page = PAGES[int(lead_id) % len(PAGES)]
        value = {"leadgen_id": lead_id, "page_id": page, "form_id": "F", "created_time": 1_718_032_990}
        entries.append({"id": page, "time": 1_718_033_000, "changes": [{"field": "leadgen", "value": value}]})
    return json.dumps({"object": "page", "entry": entries}).encode()


def send(house: House, ids: list[str]) -> None:
    """Deliver as Meta does: again and again until it is acknowledged. TimeoutError when nobody does for minutes."""
    until = time.monotonic() + UNHEARD
    raw = body(ids)
    signature = "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": signature, "Content-Type": "application/json"}
    while time.monotonic() < until:
        try:
            url = f"{house.url}/api/webhooks/facebook"
            if httpx.post(url, content=raw, headers=headers, timeout=20, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(random.uniform(0.1, 0.5))  # noqa: S311
    raise TimeoutError(f"No acknowledgement for {UNHEARD} s; see {house.directory}/web.log.")


def deliveries(changes: int) -> list[list[str]]:
    """Each change one to three times, shuffled, in batches of one to twenty."""
    ids = [str(10**12 + n) for n in range(changes) for _ in range(random.randint(1, 3))]  # noqa: S311
    random.shuffle(ids)
    batches = []
    while ids:
        size = random.randint(1, 20)  # noqa: S311
        batches.append(ids[:size])
        ids = ids[size:]
    return batches


def run(*, changes: int, kills: int, pause: float, patience: float, house: House, console: Console) -> dict[str, int]:
    """What was found wrong, by name: all 0 when the promise held."""
    random.seed(changes)
    with house, Progress(console=console) as progress, ThreadPoolExecutor(SENDERS) as pool:
        for page in PAGES:
            house.ask(ROUTE, page)
        house.order_graph(mode="500", one_in=10)
        batches = deliveries(changes)
        sent = progress.add_task("deliveries acknowledged", total=len(batches))
        sending = [pool.submit(send, house, ids) for ids in batches]
        for delivery in sending:
            delivery.add_done_callback(lambda _sent: progress.advance(sent))
        for n in range(kills):
            time.sleep(pause)
            progress.console.print(f"kill {n + 1}: {house.kill_one()}")
        for delivery in sending:
            delivery.result()
        _drain(house, changes, patience, progress)
        wrong = {name: house.ask(sql % {"changes": changes})[0][0] for name, sql in FAULTS.items()}
        return wrong | {"rollups that differ from the leads": 0 if house.succeeds("rollups", "verify") else 1}


def _drain(house: House, changes: int, patience: float, progress: Progress) -> None:
    task = progress.add_task("leads captured", total=changes)
    until = time.monotonic() + patience
    while time.monotonic() < until:
        waiting = house.ask(WAITING)[0][0]
        progress.update(task, completed=changes - waiting)
        if waiting == 0:
            return
        time.sleep(1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changes", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--pause", type=float, default=5.0, help="seconds between kills")
    options = parser.parse_args()
    console = Console()
    started = time.monotonic()
    orders = {"changes": options.changes, "kills": options.kills, "pause": options.pause, "patience": PATIENCE}
    wrong = run(**orders, house=House(), console=console)
    table = Table(
        "what",
        "how many",
        title=f"{options.changes} changes, {options.kills} kills, {time.monotonic() - started:.0f} s",
    )
    for name, count in wrong.items():
        table.add_row(name, str(count), style="red" if count else "")
    console.print(table)
    return 1 if any(wrong.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
