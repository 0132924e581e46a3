"""The embedded PostgreSQL of a checkout: started when somebody first asks, shared by all processes, left running.

`ensure()` costs microseconds while the server that answered last is alive. Otherwise it connects, and only when that
fails it takes the lock and starts what is missing. Every step can be killed at any moment: `initdb` works in a folder
that is renamed when complete, and the lock goes with its holder.
"""

import os
import select
import shlex
import shutil
import subprocess
import time

import psycopg

from . import binaries, postmaster
from .place import Place, Unavailable

ROLE = DATABASE = "betterside"
ADMIN = "postgres"
PORT = 5432  # names the socket; the server listens on no network address
TRIES = 3
PATIENCE = 60  # seconds for a start with crash recovery
# Commits stay synchronous: what was acknowledged, a webhook for one, must survive a killed server.
SETTINGS = {"listen_addresses": "", "max_connections": "200"}


class Launcher:
    """The server of the checkout `root`. `programs` names a folder with PostgreSQL's programs, "" finds them."""

    def __init__(self, root, programs: str = ""):
        self.place = Place(root)
        self.programs = programs
        self._watch: int | None = None
        self._found: dict = {}

    def ensure(self) -> dict:
        """Start the server unless it runs, and return libpq's parameters for it. Raises Unavailable."""
        if not self._is_watched():
            self._find_or_start()
        return dict(self._found)

    def stop(self) -> bool:
        """Stop the server. Returns whether one was running."""
        with self.place.locked():
            return self._stop()

    def _stop(self) -> bool:
        if not self.is_running():
            return False
        found = binaries.find(self.place, self.programs)
        try:
            self.place.run(found / "pg_ctl", "-D", self.place.data, "-m", "fast", "-w", "-t", PATIENCE, "stop")
        except subprocess.SubprocessError as error:
            raise Unavailable(f"The embedded PostgreSQL does not stop: {self._reason(error)}") from error
        return True

    def reset(self):
        """Stop the server and delete all its data."""
        with self.place.locked():
            self._stop()
            for directory in (self.place.sockets, self.place.server):
                shutil.rmtree(directory, ignore_errors=True)
            if self.place.is_root:
                shutil.rmtree(self.place.home, ignore_errors=True)
                self.place.link.unlink(missing_ok=True)

    def is_running(self) -> bool:
        return postmaster.is_running(self.place.data)

    def program(self, name: str) -> str:
        return str(binaries.find(self.place, self.programs) / name)

    def _parameters(self, user: str = ROLE) -> dict:
        return {"host": str(self.place.sockets), "port": PORT, "user": user}

    def _is_watched(self) -> bool:
        """A pidfd becomes readable when its process ends; unlike a process id it is never reused."""
        if self._watch is None:
            return False
        poll = select.poll()
        poll.register(self._watch, select.POLLIN)
        return not poll.poll(0)

    def _find_or_start(self):
        try:
            if not self._answers():
                with self.place.locked() as lock:
                    if not self._answers():
                        self._start(lock)
        except OSError as error:  # a checkout that may not be written, a full disk
            raise Unavailable(f"The embedded PostgreSQL does not start: {error}") from error

    def _answers(self) -> bool:
        """Whether the application's role gets into its database. A server that does is watched from then on."""
        if not self.place.sockets.exists():
            return False
        self.place.check_private(self.place.sockets)
        watch, found = self._open_watch(), self._parameters()
        try:
            psycopg.connect(**found, dbname=DATABASE, connect_timeout=5).close()
        except psycopg.OperationalError:
            if watch is not None:
                os.close(watch)
            return False
        # The descriptor before it stays open: closed, its number could come back under another thread's poll.
        self._found, self._watch = found, watch
        return True

    def _open_watch(self) -> int | None:
        process = postmaster.pid(self.place.data)
        if process is None or not hasattr(os, "pidfd_open"):  # Linux only; elsewhere each call connects
            return None
        try:
            return os.pidfd_open(process)
        except OSError:
            return None

    def _start(self, lock: int):
        for attempt in range(TRIES):
            time.sleep(attempt)
            try:
                self._try_start(lock)
                if self._answers():
                    return
                failure = Unavailable(f"it runs but does not let the role {ROLE} in.")
            except Unavailable:
                raise
            except (subprocess.SubprocessError, psycopg.OperationalError) as error:
                failure = error
        raise Unavailable(f"The embedded PostgreSQL does not start: {self._reason(failure)}") from failure

    def _try_start(self, lock: int):
        self.place.create()
        found = binaries.find(self.place, self.programs)
        if not self.place.data.exists():
            self._initdb(found, lock)
        if not postmaster.is_running(self.place.data):
            postmaster.disown(self.place)
            self._pg_ctl_start(found)
        self._create_role_and_database()

    def _initdb(self, found: binaries.Binaries, lock: int):
        """initdb keeps the lock open: should we be killed, nobody starts a second one beside it."""
        unfinished = self.place.server / "data.tmp"
        shutil.rmtree(unfinished, ignore_errors=True)
        locale = ["--locale=C.UTF-8"]
        if found.major >= 17:
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        access = ["--auth-local=trust", "--auth-host=reject", f"--username={ADMIN}"]
        self.place.run(found / "initdb", "-D", unfinished, "--encoding=UTF8", *locale, *access, pass_fds=(lock,))
        unfinished.rename(self.place.data)

    def _pg_ctl_start(self, found: binaries.Binaries):
        settings = {**SETTINGS, "unix_socket_directories": f'"{self.place.sockets}"'}
        options = " ".join(f"-c {name}={shlex.quote(value)}" for name, value in settings.items())
        where = ["-D", self.place.data, "-l", self.place.log]
        self.place.run(found / "pg_ctl", *where, "-w", "-t", PATIENCE, "-o", f"-p {PORT} {options}", "start")

    def _create_role_and_database(self):
        with self._admin() as admin:
            if not admin.execute("SELECT FROM pg_roles WHERE rolname = %s", [ROLE]).rowcount:
                admin.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB")
            if not admin.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE]).rowcount:
                admin.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")

    def _admin(self) -> psycopg.Connection:
        """Waits while a server that somebody else started, or that was just killed, is still coming up."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return psycopg.connect(**self._parameters(ADMIN), dbname="postgres", autocommit=True, connect_timeout=5)
            except psycopg.OperationalError:
                if time.monotonic() > deadline or not postmaster.is_running(self.place.data):
                    raise
                time.sleep(0.1)

    def _reason(self, failure: Exception) -> str:
        said = [str(failure), getattr(failure, "stderr", None) or ""]
        if self.place.log.exists():
            said += [f"The end of {self.place.log}:", *self.place.log.read_text(errors="replace").splitlines()[-8:]]
        return "\n".join(part.strip() for part in said if part.strip())
