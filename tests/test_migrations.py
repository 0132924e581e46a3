"""Every migration has a way back, none is missing, and no two of an app share a number."""

from collections import Counter

import pytest
from django.core.management import call_command
from django.db import connection

from betterside.accounts.models import Entity
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


@pytest.mark.django_db
def test_no_change_of_a_model_lacks_its_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_no_two_migrations_of_an_app_share_a_number():
    for folder in ROOT.glob("**/migrations"):
        if ".venv" not in folder.parts:
            numbers = Counter(path.name[:4] for path in folder.glob("[0-9]*.py"))
            assert not [number for number, count in numbers.items() if count > 1], folder
