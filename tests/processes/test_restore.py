"""A dump that is taken while leads arrive is a moment's whole truth, and the product starts on it (trust F26)."""

import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import httpx
import psycopg
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("processes")]
TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"


def digests(connection) -> dict[str, tuple]:
    """By table, its rows' count and a digest of what they hold, in no order."""
    found = {}
    for (table,) in connection.execute(TABLES).fetchall():
        rows = f'SELECT count(*), sum(hashtextextended(row::text, 0)) FROM "{table}" AS row'
        found[table] = connection.execute(rows).fetchone()
    return found


@pytest.fixture
def run(scratch):
    """Run one of PostgreSQL's programs as its superuser."""
    where = scratch.database.ensure()
    place = ["--host", where["host"], "--port", str(where["port"]), "--username", "postgres"]

    def run(program: str, *arguments: str) -> None:
        subprocess.run([scratch.database.program(program), *place, *arguments], check=True, capture_output=True)

    return run


@pytest.fixture
def post(address):
    """Send an enquiry from an address of its own; whether it was taken."""

    def post(number: int) -> bool:
        body = {"entity_id": 1, "answers": {"email": f"p{number}@mail.example"}}
        origin = {"X-Forwarded-For": f"10.0.{number // 250}.{number % 250}"}
        answer = httpx.post(f"{address}/api/webhooks/website", json=body, headers=origin, trust_env=False)
        return answer.status_code == 201

    return post


@pytest.fixture
def arriving(post):
    """Enquiries that arrive while the block runs: those that were taken."""
    enough, taken = Event(), []

    def send():
        for number in range(500):
            if enough.is_set() or not post(number):
                return
            taken.append(number)

    with ThreadPoolExecutor(1) as pool:

        @contextmanager
        def arriving():
            pool.submit(send)
            yield taken
            enough.set()

        yield arriving


@pytest.fixture
def restored(run):
    run("createdb", "--owner=betterside", "restored")
    yield "restored"
    run("dropdb", "--force", "restored")


def test_a_dump_under_load_is_one_moment_and_the_product_starts_on_it(
    scratch, run, web, post, arriving, restored, tmp_path, stop
):
    first, dump = web(NUM_PROXIES="1"), str(tmp_path / "dump")
    as_superuser = scratch.database.ensure() | {"user": "postgres"}
    with arriving() as taken:
        scratch.until(lambda: len(taken) > 10, "leads arrive")
        with psycopg.connect(**as_superuser, dbname="betterside") as moment:
            moment.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            snapshot = moment.execute("SELECT pg_export_snapshot()").fetchone()[0]
            before = len(taken)
            run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={dump}", "betterside")
            assert len(taken) > before, "leads arrived meanwhile"
            then = digests(moment)
    assert stop(first) in (0, -signal.SIGTERM)
    run("pg_restore", "--exit-on-error", "--no-owner", "--role=betterside", f"--dbname={restored}", dump)
    with psycopg.connect(**as_superuser, dbname=restored) as connection:
        assert digests(connection) == then
    assert then["crm_lead"][0] >= before

    environment = on(scratch, restored)
    for command in (["migrate", "--check"], ["rollups", "verify"]):
        process = scratch.manage(*command, **environment)
        assert process.wait(60) == 0, process.log.read_text()
    web(**environment)
    assert post(1000)


def on(scratch, database: str) -> dict[str, str]:
    """The product's own settings, on a database of the server."""
    server = scratch.database.ensure()
    where = {
        "DB_URL": f"postgres:///{server['host']}/{database}",
        "PGUSER": "betterside",
        "PGPORT": str(server["port"]),
    }
    return where | {"DJANGO_SETTINGS_MODULE": "betterside.settings", "DEBUG": "true", "NUM_PROXIES": "1"}
