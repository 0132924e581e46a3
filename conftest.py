"""Fixtures for every app's tests. Factories share one entity unless a test says otherwise."""

import pytest
from django.db import connection
from django.test import TransactionTestCase, override_settings
from rest_framework.test import APIClient

from betterside.accounts.services import logins
from betterside.jobs import testing
from tests import reference_rows

pytest_plugins = ["tests.browser", "tests.golden", "tests.query_counts"]
TransactionTestCase._fixture_teardown = reference_rows.restore


def pytest_addoption(parser):
    parser.addoption(
        "--update-golden", action="store_true", help="write golden answers and query counts anew (without -n)"
    )


class Client(APIClient):
    """An API client that sends JSON and signs in with a real token: `client.as_(user).get(...)`."""

    default_format = "json"

    def as_(self, user):
        """A new client with the user's token, or without one for None."""
        client = type(self)(SERVER_NAME="localhost")
        if user is not None:
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {logins.start(user=user).access}")
        return client


@pytest.fixture
def api():
    return Client(SERVER_NAME="localhost")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    # A run without any test that says so has no database of its own.
    if connection.settings_dict["NAME"].startswith("test_"):
        with django_db_blocker.unblock():
            reference_rows.keep()


@pytest.fixture(scope="session", autouse=True)
def folder_of_the_run(tmp_path_factory):
    """Files that tests make lie outside the project, and pytest removes them."""
    with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")):
        yield


@pytest.fixture
def run_jobs(db):
    """Run the jobs that the test has queued: `ran = run_jobs()`; see betterside.jobs.testing."""
    return testing.run_jobs
