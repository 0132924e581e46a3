import pytest
from django.db import transaction

from .access import registry  # noqa: F401 - the world builds what the rows name
from .access.world import World


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """The matrix's people and objects, built once; every test's savepoint lies inside this transaction."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)
