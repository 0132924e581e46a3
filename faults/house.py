"""A whole BetterSide of its own, on loopback, whose parts can be killed: database, web, worker, Graph stand-in."""

import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from signal import SIGKILL

import httpx
import psycopg

from betterside.database import postmaster
from betterside.database.launcher import Launcher

ROOT = Path(__file__).resolve().parent.parent
SECRET = "fault-app-secret"  # noqa: S105 - of a product that lives for minutes


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class House:
    """`with House() as house:` migrates, starts everything and stops it at the end, its data deleted.

    `settings` names the settings module of its processes.
    """

    def __init__(self, settings: str = "betterside.settings"):
        self.settings = settings
        self.directory = Path(tempfile.mkdtemp(prefix="betterside-fault-"))
        self.launcher = Launcher(self.directory)
        self.port, self.graph_port = free_port(), free_port()
        self.children: dict[str, subprocess.Popen] = {}
        self.kills = dict.fromkeys(["web", "worker", "database"], 0)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def graph_url(self) -> str:
        return f"http://127.0.0.1:{self.graph_port}"

    @property
    def addresses(self) -> list[str]:
        """Each answers 200 once its part is up."""
        return [f"{self.url}/healthz", f"{self.graph_url}/_calls"]

    @property
    def environment(self) -> dict:
        server = self.launcher.ensure()
        return os.environ | {
            # Nothing of the settings, or of the .env, of whoever started this: the doors stand open here.
            "DJANGO_SETTINGS_MODULE": self.settings,
            "DB_POOL_SIZE": "20",
            "EMAIL_URL": f"filemail:///{self.directory / 'mail'}",
            "FIELD_ENCRYPTION_KEYS": "",
            "META_GRAPH_VERSION": "v25.0",
            "NUM_PROXIES": "0",
            "DB_URL": f"postgres:///{server['host']}/betterside",
            "PGUSER": "betterside",
            "PGPORT": str(server["port"]),
            "DEBUG": "true",
            "SECRET_KEY": SECRET * 3,
            "JWT_SECRET": SECRET * 3,
            "FB_APP_SECRET": SECRET,
            "FB_PAGE_ACCESS_TOKEN": "fault-token",
            "META_GRAPH_URL": self.graph_url,
            "CAPTURE_BACKOFF_MAX": "3",
            "LOG_LEVEL": "ERROR",
        }

    def __enter__(self):
        self.manage("migrate", "-v", "0")
        self.start_all()
        self.wait_until_up()
        return self

    def __exit__(self, *_failure):
        for child in self.children.values():
            child.kill()
            child.wait()
        self.launcher.reset()
        shutil.rmtree(self.directory, ignore_errors=True)

    def manage(self, *arguments: str) -> None:
        self._run(*arguments).check_returncode()

    def succeeds(self, *arguments: str) -> bool:
        """Whether the command of manage.py ends without complaint."""
        return self._run(*arguments).returncode == 0

    def _run(self, *arguments: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.environment, check=False, stdout=subprocess.DEVNULL)  # noqa: S603

    def start_all(self) -> None:
        uvicorn = ["-m", "uvicorn", "betterside.asgi:application", "--port", str(self.port), "--no-access-log"]
        self.start("graph", "manage.py", "fake_graph", "--port", str(self.graph_port))
        self.start("web", *uvicorn)
        self.start("worker", "manage.py", "worker")

    def start(self, name: str, *arguments: str) -> None:
        """From the main thread: a part ends with the thread that started it, so that a killed run leaves none behind."""
        command = [sys.executable, "-m", "betterside.serving.tethered", str(os.getpid()), sys.executable, *arguments]
        log = (self.directory / f"{name}.log").open("ab")
        environment = self.environment
        self.children[name] = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)  # noqa: S603
        self.children[name].command = arguments

    def kill(self, name: str, pause: float) -> None:
        """SIGKILL one part and start it again after a pause; as a supervisor would."""
        self.kills[name] += 1
        if name == "database":
            pid = postmaster.pid(self.launcher.place.data)
            if pid:
                os.kill(pid, SIGKILL)
            time.sleep(pause)
            self.launcher.ensure()
            return
        child = self.children[name]
        child.kill()
        child.wait()
        time.sleep(pause)
        self.start(name, *child.command)

    def kill_one(self) -> str:
        """Each part once, in random order, before any is killed again."""
        least = min(self.kills.values())
        name = random.choice([name for name, count in self.kills.items() if count == least])  # noqa: S311
        self.kill(name, pause=random.uniform(0.1, 1.0))  # noqa: S311
        return name

    def wait_until_up(self, seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        for address in self.addresses:
            while not _answers(address):
                if time.monotonic() > until:
                    raise TimeoutError(f"Nothing answers at {address}; see the logs in {self.directory}.")
                time.sleep(0.2)

    def order_graph(self, **order) -> None:
        httpx.post(f"{self.graph_url}/_order", json=order, trust_env=False).raise_for_status()

    def ask(self, sql: str, *parameters):
        """The rows of one query; the database is waited for."""
        until = time.monotonic() + 60
        while True:
            try:
                with psycopg.connect(**self.launcher.ensure(), dbname="betterside") as connection:
                    cursor = connection.execute(sql, parameters)
                    return cursor.fetchall() if cursor.description else []
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.3)
