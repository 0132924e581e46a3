"""Where the embedded server lives, and as which operating-system user it runs.

PostgreSQL refuses to run as root, so for root the server steps down to an existing unprivileged user and lives in a
directory of its own under /var/tmp, which `.devdb/root` in the checkout points at. Anybody else's server lives in
`.devdb/` itself. The server trusts whoever reaches its socket, so the socket stands in a directory of mode 0700 that
belongs to the server's user: only that user and root get there, and each connection checks that this is still so.
"""

import fcntl
import hashlib
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path

import psycopg

TEMPORARY = Path("/var/tmp")  # noqa: S108 - survives a reboot, and does not move with TMPDIR
LONGEST_SOCKET_DIRECTORY = 90  # bytes; the system's limit for the whole socket path is 103 to 107
UNPRIVILEGED = ("postgres", "nobody")


class Unavailable(psycopg.OperationalError):
    """The embedded server cannot be had. An OperationalError, so Django and its callers treat it as a database away."""


class Place:
    """The directories of one checkout's server. Nothing is created before `create()`."""

    def __init__(self, checkout):
        self.checkout = Path(checkout).resolve()
        self.local = self.checkout / ".devdb"
        self.is_root = os.geteuid() == 0
        self.link = self.local / "root"
        self._mark = f"betterside-{hashlib.sha256(os.fsencode(self.checkout)).hexdigest()[:12]}-"

    @cached_property
    def account(self) -> pwd.struct_passwd:
        known = [(pwd.getpwnam, name) for name in UNPRIVILEGED] if self.is_root else [(pwd.getpwuid, os.geteuid())]
        for look_up, key in known:
            with suppress(KeyError):
                return look_up(key)
        raise Unavailable(
            "PostgreSQL runs neither as root nor as a user without a name, and this machine has no user postgres or "
            "nobody to run it as. Work as an ordinary user, or name a server in DB_URL."
        )

    @property
    def home(self) -> Path:
        """For root a directory that does not exist until `create()`; a moved or copied checkout gets its own."""
        if not self.is_root:
            return self.local
        target = self.link.readlink() if self.link.is_symlink() else Path()
        return target if target.name.startswith(self._mark) else self.local / "none"

    @property
    def server(self) -> Path:
        return self.home / "server"

    @property
    def data(self) -> Path:
        return self.server / "data"

    @property
    def log(self) -> Path:
        return self.server / "log"

    @property
    def sockets(self) -> Path:
        """Elsewhere when the path is too long, or odd: libpq reads a comma in a host as a list."""
        inside = self.server / "run"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_DIRECTORY and re.fullmatch(r"[\w/. -]+", str(inside), re.ASCII):
            return inside
        return TEMPORARY / f"betterside-{hashlib.sha256(os.fsencode(inside)).hexdigest()[:16]}"

    def create(self):
        if self.is_root and not self.home.exists():
            self._make_home_for_root()
        for directory in (self.server, self.sockets):
            self._make_private(directory)

    def _make_home_for_root(self):
        for forgotten in TEMPORARY.glob(f"{self._mark}*"):  # of an earlier checkout on the same path
            shutil.rmtree(forgotten, ignore_errors=True)
        home = Path(tempfile.mkdtemp(prefix=self._mark, dir=TEMPORARY))
        home.chmod(0o711)  # the server's user passes through, nobody lists it
        self.link.unlink(missing_ok=True)
        self.link.symlink_to(home)

    def _make_private(self, directory: Path):
        try:
            directory.mkdir(mode=0o700)
        except FileExistsError:
            pass
        else:
            os.chown(directory, self.account.pw_uid, self.account.pw_gid)
        self.check_private(directory)

    def check_private(self, directory: Path):
        state = directory.lstat()
        if not stat.S_ISDIR(state.st_mode) or state.st_uid != self.account.pw_uid or state.st_mode & 0o077:
            raise Unavailable(
                f"{directory} must be a directory of mode 0700 that belongs to {self.account.pw_name}. Remove it."
            )

    @contextmanager
    def locked(self):
        """The lock of all starts and stops. The kernel drops it when its holder is killed. Yields its descriptor."""
        if not self.local.exists():
            self._make_local()
        descriptor = os.open(self.local / ("root.lock" if self.is_root else "lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)

    def _make_local(self):
        self.local.mkdir(exist_ok=True)
        if self.is_root:  # so the checkout's owner can have a server here as well
            owner = self.checkout.stat()
            os.chown(self.local, owner.st_uid, owner.st_gid)

    def run(self, *command, **options) -> str:
        """Run a command as the server's user and return its output. Raises subprocess.SubprocessError."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
        if self.is_root:
            options |= {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}
        done = subprocess.run(  # noqa: S603 - the launcher's own commands
            [str(part) for part in command],
            env={**environment, "LC_ALL": "C"},
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
            timeout=180,
            **options,
        )
        return done.stdout
