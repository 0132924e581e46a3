"""Every migration has a way back, none is missing, and no two of an app share a number."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from psycopg.errors import DeadlockDetected

from betterside.accounts.models import Entity
from betterside.database.server import schema
from crm.models import LeadStatus, Pipeline, StatusTransition

from .source import ROOT


@pytest.fixture
def scratch(django_db_setup, django_db_blocker):
    """The default connection, led to a copy of the test database for this test."""
    name = connection.settings_dict["NAME"]
    copy = f"{name}_scratch"
    with django_db_blocker.unblock():
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')
        connection.settings_dict["NAME"] = copy
        yield
        connection.close()
        connection.settings_dict["NAME"] = name
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')


def reference_rows() -> dict:
    models = (Entity, LeadStatus, Pipeline, StatusTransition)
    return {model.__name__: sorted(map(str, model.objects.values_list())) for model in models}


def our_tables() -> list[str]:
    ours = ("accounts_", "api_", "realtime_", "crm_", "marketing_", "cp_")
    return [name for name in connection.introspection.table_names() if name.startswith(ours)]


def timeless(rows: dict) -> dict:
    """Counts and keys; the rows' times are those of the migration run."""
    return {name: len(found) for name, found in rows.items()}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_every_app_goes_back_to_nothing_and_comes_again(scratch):
    before, tables = reference_rows(), our_tables()
    assert len(tables) > 20

    for app in ("cp", "marketing", "crm", "realtime", "api", "accounts"):
        call_command("migrate", app, "zero", verbosity=0)
    assert our_tables() == []

    call_command("migrate", verbosity=0)
    assert our_tables() == tables
    assert timeless(reference_rows()) == timeless(before)
    sales = LeadStatus.objects.filter(pipeline="sales").order_by("pk")
    assert list(sales.values_list("pk", flat=True)) == list(range(1, 9))
    first = dict(Entity.objects.order_by("pk").values_list("pk", "name")[:4])
    assert first == {1: "fxcareers", 2: "yamarkets", 3: "nxgmarkets", 4: "betterside"}


def somebody_writes(began: Event) -> None:
    """A transaction that changes a lead, takes its time, and changes a stay: it holds one lock and wants the other."""
    with psycopg.connect(**connection.get_connection_params()) as writer:
        writer.execute("UPDATE crm_lead SET score = 1 WHERE false")
        began.set()
        _wait_until_blocking(writer)
        time.sleep(1.2)  # until PostgreSQL has looked for a circle, and found none yet
        writer.execute("UPDATE crm_stageentry SET notes = '' WHERE false")


def _wait_until_blocking(writer) -> None:
    waiting = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid)))"
    until = time.monotonic() + 60
    while not writer.execute(waiting, [writer.info.backend_pid]).fetchone()[0]:
        assert time.monotonic() < until, "Nobody waits for the writer."
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("lock_timeout", ["500ms", "0"], ids=["gives way", "control: waits on"])
def test_a_migration_gives_way_to_who_is_at_work(scratch, monkeypatch, lock_timeout):
    """The triggers of 0025 need the stays' table, then the leads'; whoever moves a lead takes them the other way round."""
    call_command("migrate", "crm", "0024", verbosity=0)
    monkeypatch.setattr(schema, "LOCK_TIMEOUT", lock_timeout)
    began = Event()
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(somebody_writes, began)
        began.wait(10)
        call_command("migrate", "crm", verbosity=0)

    assert type(writing.exception()) is (DeadlockDetected if lock_timeout == "0" else type(None))
    call_command("migrate", check_unapplied=True, verbosity=0)


@pytest.mark.django_db
def test_no_change_of_a_model_lacks_its_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_no_two_migrations_of_an_app_share_a_number():
    for folder in ROOT.glob("**/migrations"):
        if ".venv" not in folder.parts:
            numbers = Counter(path.name[:4] for path in folder.glob("[0-9]*.py"))
            assert not [number for number, count in numbers.items() if count > 1], folder
