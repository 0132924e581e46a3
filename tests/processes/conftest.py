import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psycopg
import pytest
from psycopg.types.json import Jsonb

from betterside.database.launcher import Launcher

ROOT = Path(__file__).resolve().parent.parent.parent
ENVIRONMENT = {"DJANGO_SETTINGS_MODULE": "tests.processes.settings", "PYTHONUNBUFFERED": "1"}


# README, "Production".
OPTIONS = ["--no-proxy-headers", "--lifespan", "off", "--no-access-log", "--timeout-graceful-shutdown", "20"]


class Scratch:
    """A migrated database in a folder of its own, and the product's processes on it."""

    def __init__(self, folder: Path):
        self.folder, self.notes = folder, folder / "notes"
        self.database = Launcher(folder)
        self.environment = {**os.environ, **ENVIRONMENT, "SCRATCH": str(folder)}
        self.processes: list[subprocess.Popen] = []

    def manage(self, *arguments: str, **environment: str) -> subprocess.Popen:
        return self.start(str(ROOT / "manage.py"), *arguments, **environment)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen:
        """Start Python with these arguments; its output goes to a file, since nobody reads a pipe meanwhile."""
        number = len(list(self.folder.glob("log*")))
        with (self.folder / f"log{number}").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                env={**self.environment, **environment},
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
        process.log = self.folder / f"log{number}"
        self.processes.append(process)
        return process

    def worker(self, *arguments: str) -> subprocess.Popen:
        process = self.manage("worker", *arguments)
        self.until(lambda: "Working on" in process.log.read_text(), "the worker starts")
        return process

    def defer(self, task: str, **arguments) -> int:
        return self.sql(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('default', %s, %s) RETURNING id",
            f"tests.processes.jobs.{task}",
            Jsonb(arguments),
        )[0][0]

    def status(self, job: int) -> str:
        return self.sql("SELECT status::text FROM procrastinate_jobs WHERE id = %s", job)[0][0]

    def sql(self, statement: str, *values) -> list[tuple]:
        with psycopg.connect(**self.database.ensure(), dbname="betterside", autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def noted(self, word: str) -> list[str]:
        lines = self.notes.read_text().splitlines() if self.notes.exists() else []
        return [line for line in lines if line.split()[0] == word]

    def until(self, condition, what: str, seconds: float = 60):
        """Wait until the condition holds; says what did not happen, and what the processes said."""
        deadline = time.monotonic() + seconds
        while not (result := condition()):
            if time.monotonic() > deadline:
                said = "\n".join(process.log.read_text()[-2000:] for process in self.processes)
                pytest.fail(f"Waited {seconds} s in vain until {what}. The processes said:\n{said}")
            time.sleep(0.05)
        return result

    def clear(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
        self.processes.clear()
        self.notes.unlink(missing_ok=True)
        self.sql("TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers CASCADE")


@pytest.fixture(scope="session")
def scratch_database(tmp_path_factory):
    scratch = Scratch(tmp_path_factory.mktemp("scratch"))
    try:
        migrate = scratch.manage("migrate", "--verbosity=0")
        assert migrate.wait(120) == 0, migrate.log.read_text()
        yield scratch
    finally:
        scratch.database.reset()


@pytest.fixture
def scratch(scratch_database):
    yield scratch_database
    scratch_database.clear()


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def address(port):
    return f"http://127.0.0.1:{port}"


def listens(address) -> bool:
    try:
        return httpx.get(f"{address}/healthz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture
def web(scratch, address, port):
    """Start a web process on the port; it is there when this returns."""

    def start(**environment):
        command = ["-m", "uvicorn", "betterside.asgi:application", "--port", str(port), *OPTIONS]
        process = scratch.start(*command, **environment)
        scratch.until(lambda: listens(address), "the web process listens")
        return process

    return start


@pytest.fixture
def stop():
    def stop(process: subprocess.Popen, number: int = signal.SIGTERM, seconds: float = 15) -> int:
        """Send the signal and return the exit code."""
        process.send_signal(number)
        return process.wait(seconds)

    return stop
