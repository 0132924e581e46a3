"""The embedded server's first start and its later ones, and what may be in their way."""

import subprocess
import sys
import time

import psycopg
import pytest

from betterside.database import binaries
from betterside.database import launcher as module
from betterside.database.launcher import Launcher
from betterside.database.place import Unavailable

from .conftest import connector

STARTS = "import sys; from betterside.database.launcher import Launcher; print(Launcher(sys.argv[1]).ensure()['host'])"


def start_in_another_process(checkout) -> subprocess.Popen:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([sys.executable, "-c", STARTS, str(checkout)], **pipes)


def answers(launcher) -> bool:
    with connector(launcher)() as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def test_nothing_happens_before_the_first_question(tmp_path):
    Launcher(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_application_gets_an_ordinary_role(shared):
    row = "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    assert connector(shared)().execute(row).fetchone() == ("betterside", False, False, True)


def test_the_role_makes_test_databases_with_extensions(shared):
    connector(shared)().execute("CREATE DATABASE test_betterside_gw0")
    with connector(shared)(dbname="test_betterside_gw0") as test_database:
        for name in ("pg_trgm", "unaccent", "btree_gist", "btree_gin", "citext"):
            test_database.execute(f"CREATE EXTENSION {name}")
    connector(shared)().execute("DROP DATABASE test_betterside_gw0")


def test_the_server_is_set_up_alike_on_every_machine(shared):
    columns = "string_agg(word, '' ORDER BY word), upper('é'), current_setting('server_encoding')"
    words = "unnest(ARRAY['a', 'B', 'é', 'z']) word"
    assert connector(shared)().execute(f"SELECT {columns} FROM {words}").fetchone() == ("Bazé", "É", "UTF8")
    names = ("listen_addresses", "max_connections", "synchronous_commit")
    values = [connector(shared)().execute("SELECT current_setting(%s)", [name]).fetchone()[0] for name in names]
    assert values == ["", "200", "on"]


def test_a_running_server_costs_next_to_nothing(shared):
    shared.ensure()
    began = time.perf_counter()
    for _ in range(1000):
        shared.ensure()
    assert time.perf_counter() - began < 1


def test_data_survives_a_restart(launcher, connect):
    connect().execute("CREATE TABLE kept AS SELECT 42 AS answer")
    assert launcher.stop()
    assert not launcher.is_running()
    assert not launcher.stop()
    assert connect().execute("SELECT answer FROM kept").fetchone() == (42,)


def test_reset_deletes_everything(launcher, connect):
    connect().execute("CREATE TABLE gone ()")
    launcher.reset()
    assert not launcher.place.data.exists()
    assert connect().execute("SELECT to_regclass('gone')").fetchone() == (None,)


@pytest.mark.slow
def test_six_processes_at_once_share_one_server(empty):
    children = [start_in_another_process(empty.place.checkout) for _ in range(6)]
    said = [child.communicate(timeout=60) for child in children]
    assert [errors for _, errors in said] == [""] * 6
    assert {host.strip() for host, _ in said} == {empty.ensure()["host"]}
    assert empty.place.log.read_text().count("starting PostgreSQL") == 1


@pytest.mark.slow
@pytest.mark.parametrize("moment", [0.2, 0.6])
def test_a_first_start_can_be_killed_at_any_moment(empty, moment):
    child = start_in_another_process(empty.place.checkout)
    time.sleep(moment)
    child.kill()
    child.communicate()
    assert answers(empty)


@pytest.mark.slow
@pytest.mark.parametrize("step", ["data.tmp/base", "data/postmaster.pid"])
def test_a_first_start_can_be_killed_at_any_step(empty, step):
    child = start_in_another_process(empty.place.checkout)
    while not (empty.place.server / step).exists():
        time.sleep(0.002)
    child.kill()
    child.communicate()
    assert answers(empty)
    assert not (empty.place.server / "data.tmp").exists()


def test_a_database_dropped_by_hand_comes_back(shared):
    connector(shared)(dbname="postgres").execute("DROP DATABASE betterside WITH (FORCE)")
    assert answers(Launcher(shared.place.checkout))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["x" * 130, "a,b ünï"], ids=["130 characters", "odd characters"])
def test_paths(tmp_path, name):
    checkout = tmp_path / name
    checkout.mkdir()
    launcher = Launcher(checkout)
    try:
        assert answers(launcher)
        launcher.stop()
        assert answers(launcher)
    finally:
        launcher.reset()
    assert not launcher.place.sockets.exists()


def test_a_socket_directory_that_others_may_enter_is_refused(shared):
    shared.place.sockets.chmod(0o755)
    try:
        with pytest.raises(Unavailable, match="mode 0700"):
            Launcher(shared.place.checkout).ensure()
    finally:
        shared.place.sockets.chmod(0o700)


def test_no_programs(empty):
    empty.programs = "/nowhere"
    with pytest.raises(Unavailable, match="No PostgreSQL programs .* in /nowhere"):
        empty.ensure()


def test_data_of_another_version(shared, monkeypatch):
    monkeypatch.setattr(binaries, "_major", lambda place, directory: 99)
    with pytest.raises(Unavailable, match=r"made by PostgreSQL \d+, and only 99"):
        binaries.find(shared.place)


def test_a_checkout_that_cannot_be_written(tmp_path):
    (tmp_path / ".devdb").write_text("a file in the way")
    with pytest.raises(Unavailable, match="does not start: .*devdb"):
        Launcher(tmp_path).ensure()


def test_a_start_that_fails_says_why(launcher, monkeypatch):
    monkeypatch.setattr(module, "TRIES", 1)
    with (launcher.place.data / "postgresql.conf").open("a") as settings:
        settings.write("shared_buffers = nonsense\n")
    with pytest.raises(psycopg.OperationalError, match="shared_buffers"):
        launcher.ensure()
