import os
import select
import shutil
import signal
from pathlib import Path

import psycopg
import pytest

from betterside.database import place, postmaster
from betterside.database.launcher import DATABASE, Launcher


@pytest.fixture(scope="session", autouse=True)
def in_memory():
    """Root's servers live in memory if there is room: on some disks the thousand files of one take a second."""
    memory = Path("/dev/shm")
    with pytest.MonkeyPatch.context() as patch:
        if memory.is_dir() and shutil.disk_usage(memory).free > 2_000_000_000:
            patch.setattr(place, "TEMPORARY", memory)
        yield


@pytest.fixture
def empty(tmp_path):
    """A launcher of a checkout that has no data yet. Whatever the test left is stopped and deleted."""
    launcher = Launcher(tmp_path)
    yield launcher
    launcher.reset()


@pytest.fixture(scope="session")
def shared(in_memory, tmp_path_factory):
    """A running server for tests that leave it as it was."""
    launcher = Launcher(tmp_path_factory.mktemp("shared"))
    launcher.ensure()
    yield launcher
    launcher.reset()


@pytest.fixture(scope="session")
def made(in_memory, tmp_path_factory):
    """Fills a launcher's checkout with a stopped server's data: a copy, since initdb is what takes the time."""
    template = Launcher(tmp_path_factory.mktemp("template"))
    template.ensure()
    template.stop()

    def made(launcher):
        with launcher.place.locked():
            launcher.place.create()
        launcher.place.run("cp", "-R", template.place.data, launcher.place.data)
        return launcher

    yield made
    template.reset()


@pytest.fixture
def launcher(empty, made):
    """A launcher that had been used and stopped."""
    return made(empty)


@pytest.fixture
def connect(launcher):
    return connector(launcher)


def connector(launcher):
    def connect(**options):
        return psycopg.connect(**{**launcher.ensure(), "dbname": DATABASE, "autocommit": True, **options})

    return connect


def kill_server(launcher) -> int:
    """SIGKILL, and wait until the process is gone. Returns what its id was."""
    killed = postmaster.pid(launcher.place.data)
    end = os.pidfd_open(killed)
    os.kill(killed, signal.SIGKILL)
    assert select.select([end], [], [], 10)[0]
    os.close(end)
    return killed
