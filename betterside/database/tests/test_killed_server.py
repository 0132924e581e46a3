"""A server that is killed comes back with the next question, with all that was committed."""

import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from betterside.database import launcher as module
from betterside.database import postmaster
from betterside.database.place import Unavailable

from .conftest import kill_server


def write_pid(launcher, process: int):
    file = launcher.place.data / "postmaster.pid"
    file.write_text("\n".join([str(process), *file.read_text().split("\n")[1:]]))


@contextmanager
def stranger(launcher):
    """A living process of the server's own user, as PostgreSQL itself takes it for a running server."""
    account = launcher.place.account
    identity = {"user": account.pw_uid, "group": account.pw_gid} if launcher.place.is_root else {}
    process = subprocess.Popen(["sleep", "60"], cwd="/", **identity)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_what_was_committed_is_still_there(launcher, connect):
    connect().execute("CREATE TABLE kept (number int)")
    for number in range(3):
        connect().execute("INSERT INTO kept VALUES (%s)", [number])
        killed = kill_server(launcher)
        assert connect().execute("SELECT count(*) FROM kept").fetchone() == (number + 1,)
        assert postmaster.pid(launcher.place.data) != killed


def test_threads_that_meet_it_all_get_in(launcher, connect):
    connect()
    kill_server(launcher)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: connect().execute("SELECT 1").fetchone(), range(16)))
    assert answers == [(1,)] * 16


def test_its_id_now_belongs_to_a_stranger(launcher, connect):
    """After a reboot or a container's restart. PostgreSQL alone would refuse to start."""
    connect()
    kill_server(launcher)
    with stranger(launcher) as process:
        write_pid(launcher, process.pid)
        (launcher.place.sockets / ".s.PGSQL.5432.lock").write_text(f"{process.pid}\n{launcher.place.data}\n")
        assert not launcher.is_running()
        assert connect().execute("SELECT 1").fetchone() == (1,)
        assert process.poll() is None


def test_its_id_still_belongs_to_a_zombie(launcher, connect):
    connect()
    kill_server(launcher)
    zombie = subprocess.Popen(["true"])
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
    write_pid(launcher, zombie.pid)
    assert connect().execute("SELECT 1").fetchone() == (1,)
    zombie.wait()


@pytest.mark.parametrize("text", ["", "no number\n", "999999999\n"])
def test_a_pid_file_with_nonsense(launcher, connect, text):
    file = launcher.place.data / "postmaster.pid"
    launcher.place.run("touch", file)
    file.write_text(text)
    os.utime(file, (0, 0))
    assert connect().execute("SELECT 1").fetchone() == (1,)


def test_its_last_children_are_not_overrun(launcher, connect, monkeypatch):
    """One of them still computes and may write. By the pid file's other lines PostgreSQL sees that and refuses."""
    monkeypatch.setattr(module, "TRIES", 1)
    busy = connect()
    busy.pgconn.send_query(b"DO $$ BEGIN LOOP PERFORM 1; END LOOP; END $$")
    busy.pgconn.flush()
    state = "SELECT state FROM pg_stat_activity WHERE pid = %s"
    while connect().execute(state, [busy.info.backend_pid]).fetchone() != ("active",):
        time.sleep(0.01)
    kill_server(launcher)
    try:
        with stranger(launcher) as process:
            write_pid(launcher, process.pid)
            with pytest.raises(Unavailable, match="shared memory block"):
                launcher.ensure()
    finally:
        os.kill(busy.info.backend_pid, signal.SIGKILL)
    assert connect().execute("SELECT 1").fetchone() == (1,)
