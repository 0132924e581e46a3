"""Django on the embedded server: when it starts, that it heals, and the commands around it."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from betterside.database.backend import base
from betterside.database.checks import role_is_bound_by_row_security

from .conftest import kill_server

PROJECT = Path(__file__).resolve().parents[3]
POOL = {"pool": {"min_size": 1, "max_size": 20, "timeout": 5}}


@pytest.fixture
def embedded(shared, monkeypatch):
    """The tests' server in the place of the checkout's. Stopping or killing it is fine: the next test starts it."""
    monkeypatch.setattr(base, "embedded", shared)
    monkeypatch.setitem(connection.settings_dict, "ENGINE", "betterside.database.backend")
    return shared


@pytest.fixture(params=[POOL, {}], ids=["pool", "no pool"])
def alias(request, embedded, monkeypatch, django_db_blocker):
    """The alias of a second database in the settings, which is the embedded one."""
    settings = {"ENGINE": "betterside.database.backend", "NAME": "betterside", "CONN_HEALTH_CHECKS": False}
    complete = connections.configure_settings({"default": {}, "embedded": {**settings, "OPTIONS": request.param}})
    monkeypatch.setitem(connections.settings, "embedded", complete["embedded"])
    with django_db_blocker.unblock():
        yield "embedded"
    connections["embedded"].close()
    connections["embedded"].close_pool()
    del connections["embedded"]


def answer(alias) -> int:
    """One request: it takes a connection, asks, and gives the connection back."""
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT 42")
            return cursor.fetchone()[0]
    finally:
        connections[alias].close()


def devdb(*arguments) -> str:
    out = StringIO()
    call_command("devdb", *arguments, stdout=out)
    return out.getvalue()


def test_a_killed_server_is_back_with_the_next_request(alias, embedded):
    with ThreadPoolExecutor(8) as requests:
        assert set(requests.map(lambda _: answer(alias), range(16))) == {42}
        for _ in range(2):
            kill_server(embedded)
            assert set(requests.map(lambda _: answer(alias), range(16))) == {42}


@pytest.mark.parametrize("alias", [{}], indirect=True, ids=["no pool"])
def test_the_vendor_is_still_postgresql(alias):
    assert connections[alias].vendor == "postgresql"
    assert connections[alias].pg_version >= 150000


@pytest.mark.slow
@pytest.mark.parametrize("command", ["--help", "check"])
def test_commands_without_data_start_no_server(tmp_path, command):
    (tmp_path / "elsewhere.py").write_text(
        f"from betterside.settings import *\nfrom pathlib import Path\nBASE_DIR = Path({str(tmp_path)!r})\n"
    )
    environment = {**os.environ, "DEBUG": "true", "DB_URL": "", "PYTHONPATH": str(tmp_path)}
    environment["DJANGO_SETTINGS_MODULE"] = "elsewhere"
    run = [sys.executable, "manage.py", command]
    subprocess.run(run, cwd=PROJECT, env=environment, check=True, capture_output=True)
    assert not (tmp_path / ".devdb").exists()


def test_dbshell_enters_as_the_application(embedded):
    shell = base.DatabaseClient(SimpleNamespace(settings_dict={"NAME": "betterside", "OPTIONS": {}}))
    arguments, environment = shell.settings_to_cmd_args_env(
        shell.connection.settings_dict, ["-X", "-A", "-t", "-c", "SELECT current_user"]
    )
    said = subprocess.run(arguments, env=environment, check=True, capture_output=True, text=True)
    assert said.stdout == "betterside\n"


def test_devdb_status_and_stop(embedded):
    embedded.ensure()
    assert "runs as process" in devdb("status")
    assert str(embedded.place.data) in devdb("status")
    assert devdb("stop") == "Stopped.\n"
    assert devdb("stop") == "It was not running.\n"
    assert "is stopped" in devdb("status")
    assert not embedded.is_running()


def test_devdb_reset_asks_first(embedded, monkeypatch):
    embedded.ensure()
    monkeypatch.setattr("builtins.input", lambda question: "no")
    with pytest.raises(CommandError, match="Nothing was deleted"):
        devdb("reset")
    assert embedded.is_running()
    monkeypatch.setattr("builtins.input", lambda question: "yes")
    devdb("reset")
    assert not embedded.place.data.exists()
    assert "no data yet" in devdb("status")
    devdb("reset", "--no-input")


@pytest.mark.parametrize(("debug", "name"), [(True, "betterside.W001"), (False, "betterside.E001")])
@pytest.mark.parametrize("alias", [{}], indirect=True, ids=["no pool"])
def test_a_superuser_is_reported(alias, embedded, monkeypatch, settings, debug, name):
    settings.DEBUG = debug
    assert role_is_bound_by_row_security(None, [alias]) == []
    connections[alias].close()
    superuser = {**embedded.ensure(), "user": "postgres"}
    monkeypatch.setattr(base, "embedded", SimpleNamespace(ensure=lambda: superuser))
    assert [message.id for message in role_is_bound_by_row_security(None, [alias])] == [name]
    assert role_is_bound_by_row_security(None, None) == []
