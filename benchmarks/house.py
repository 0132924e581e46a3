"""BetterSide as in production, with the floor beside it, on a database of its own."""

import base64
import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager

import httpx
import psycopg

from betterside.database.launcher import ADMIN
from faults.house import ROOT, House, free_port

from . import floors

# Seconds. Longer than any floor takes: uvicorn hangs up after five idle ones.
KEEP_ALIVE = 600
# Seconds.
LONGEST_REST = 120
TIDYING = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'"
PASSWORDS = {"admin": "admin123"}


class BenchHouse(House):
    """`with BenchHouse(leads=10_000) as house:`; a worker runs only while somebody needs it."""

    def __init__(self, leads: int):
        super().__init__()
        self.leads, self.seconds = leads, {}
        self.floor_port = free_port()

    @property
    def addresses(self) -> list[str]:
        return [*super().addresses, f"http://127.0.0.1:{self.floor_port}{floors.HEALTH_PATH}"]

    @property
    def environment(self) -> dict:
        key = base64.urlsafe_b64encode(b"benchmarks" * 4)[:43].decode() + "="
        server = self.launcher.ensure()
        return super().environment | {
            "FLOOR_DATABASE": " ".join(f"{name}={value}" for name, value in server.items()) + " dbname=betterside",
            "DEBUG": "false",
            "HTTPS": "false",
            "ALLOWED_HOSTS": "127.0.0.1",
            "FIELD_ENCRYPTION_KEYS": key,
            "MEDIA_ROOT": str(self.directory / "media"),
            "PYTHONWARNINGS": "ignore",
        }

    def __enter__(self):
        try:
            self.fill(self.leads)
            self.start_all()
            self.wait_until_up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def fill(self, leads: int) -> None:
        """Up to so many leads of the sales entity, a tenth of that of each other face's."""
        self.leads = leads
        print(f"Filling up to {leads:,} leads, and {leads // 10:,} of each other face", flush=True)
        started = time.perf_counter()
        self.python("benchmarks.prepare", "--leads", str(leads), "--faces", str(leads // 10))
        self.seconds[leads] = round(time.perf_counter() - started, 1)
        self.rest()

    def rest(self) -> None:
        """Until the database has written and tidied what a fill left, which the first cases would be measured with."""
        with psycopg.connect(**self.launcher.ensure() | {"user": ADMIN}, dbname="postgres") as admin:
            admin.execute("CHECKPOINT")
        until = time.monotonic() + LONGEST_REST
        while self.ask(TIDYING)[0][0] and time.monotonic() < until:
            time.sleep(0.5)

    def start_all(self) -> None:
        flags = ["--log-level", "error", "--no-access-log", "--timeout-keep-alive", str(KEEP_ALIVE)]
        self.start("graph", "manage.py", "fake_graph", "--port", str(self.graph_port))
        self.start("web", "-m", "uvicorn", "betterside.asgi:application", "--port", str(self.port), *flags)
        self.start("floor", "-m", "uvicorn", "benchmarks.floor:application", "--port", str(self.floor_port), *flags)

    @contextmanager
    def at_work(self):
        """With a worker."""
        self.start("worker", "manage.py", "worker")
        while not self.ask("SELECT count(*) FROM procrastinate_workers")[0][0]:
            time.sleep(0.1)
        try:
            yield
        finally:
            self.stop("worker")

    def stop(self, name: str) -> None:
        child = self.children.pop(name)
        child.terminate()
        child.wait(timeout=60)

    def python(self, module: str, *arguments: str, say: str | None = None) -> bytes:
        """Run one of our modules in the house; with `say` on its input, its output is returned."""
        command = [sys.executable, "-m", module, *arguments]
        output = None if say is None else subprocess.PIPE
        done = subprocess.run(  # noqa: S603 - our own module
            command, cwd=ROOT, env=self.environment, check=True, stdout=output, input=say and say.encode()
        )
        return done.stdout

    def token(self, username: str) -> str:
        """An access token, got by signing in."""
        body = {"email": username, "password": PASSWORDS.get(username, "BetterSide-demo-1")}
        answer = httpx.post(f"{self.url}/api/auth/login", json=body, trust_env=False, timeout=30).raise_for_status()
        return answer.json()["data"]["access_token"]

    @staticmethod
    def sid(token: str) -> str:
        """The login row that a token names: all that the floor reads of it."""
        claims = token.split(".")[1]
        return json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sid"]


def environment_is_quiet() -> bool:
    """Whether nothing else of weight runs: the load of the last minute leaves a core free."""
    return os.getloadavg()[0] < (os.cpu_count() or 1) - 0.5
