"""How fast leads come in: webhooks accepted per second, and the time from a webhook to its lead.

The floor is one INSERT with its commit, sent by psycopg to the same server.
"""

import hashlib
import hmac
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg

from faults.capture import PAGES, ROUTE, body
from faults.house import SECRET, House

from .house import BenchHouse

SENDERS = 4
LEAD = "SELECT received_at FROM crm_leadmeta WHERE source_lead_id = %s"


def post(client: httpx.Client, house: House, lead_id: str) -> float:
    """Seconds until one signed webhook with one change was acknowledged."""
    raw = body([lead_id])
    signature = "sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": signature, "Content-Type": "application/json"}
    started = time.perf_counter()
    client.post(f"{house.url}/api/webhooks/facebook", content=raw, headers=headers).raise_for_status()
    return time.perf_counter() - started


def accepted_per_second(house: House, first: int, count: int, senders: int) -> tuple[float, float]:
    """(webhooks a second, median seconds of one) with so many senders at once."""
    ids = [str(first + n) for n in range(count)]
    with httpx.Client(trust_env=False, timeout=30) as client, ThreadPoolExecutor(senders) as pool:
        started = time.perf_counter()
        times = list(pool.map(lambda lead_id: post(client, house, lead_id), ids))
        return count / (time.perf_counter() - started), statistics.median(times)


def to_the_lead(house: House, first: int, count: int) -> list[float]:
    """Seconds from sending a webhook until its lead is in the database, one after the other."""
    times = []
    with (
        httpx.Client(trust_env=False, timeout=30) as client,
        psycopg.connect(**house.launcher.ensure(), dbname="betterside", autocommit=True) as database,
    ):
        for n in range(count):
            lead_id = str(first + n)
            started = time.perf_counter()
            post(client, house, lead_id)
            while not database.execute(LEAD, [lead_id]).fetchone():
                time.sleep(0.005)
            times.append(time.perf_counter() - started)
    return times


def floor(house: House, count: int) -> float:
    """INSERTs a second, each with its commit, on one connection."""
    with psycopg.connect(**house.launcher.ensure(), dbname="betterside", autocommit=True) as database:
        database.execute("CREATE TABLE IF NOT EXISTS bench_floor (id bigserial primary key, body jsonb)")
        started = time.perf_counter()
        for n in range(count):
            database.execute("INSERT INTO bench_floor (body) VALUES (%s)", [f'{{"leadgen_id": {n}}}'])
        return count / (time.perf_counter() - started)


def figures(house: BenchHouse, *, webhooks: int, leads: int) -> list[list]:
    """(what, figure) pairs."""
    for page in PAGES:
        house.ask(ROUTE, page)
    with house.at_work():
        to_the_lead(house, 10**12, 3)
        delays = to_the_lead(house, 2 * 10**12, leads)
    inserts = floor(house, webhooks)
    single, median = accepted_per_second(house, 3 * 10**12, webhooks, 1)
    several, _median = accepted_per_second(house, 4 * 10**12, webhooks, SENDERS)
    late = statistics.quantiles(delays, n=20)[-1]
    return [
        ["floor: INSERTs with commit", f"{inserts:.0f} a second"],
        ["webhooks accepted, one sender", f"{single:.0f} a second; one takes {median * 1000:.1f} ms"],
        [f"webhooks accepted, {SENDERS} senders", f"{several:.0f} a second"],
        ["webhook to lead, median", f"{statistics.median(delays) * 1000:.0f} ms"],
        ["webhook to lead, 95 of 100", f"{late * 1000:.0f} ms"],
    ]
