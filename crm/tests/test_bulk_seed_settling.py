"""The end of a large seed. In a file of its own: VACUUM cannot run while a module's transaction is open."""

import pytest
from django.db import connection

from betterside.accounts import seed as accounts_seed

from ..services import bulk_seed


@pytest.mark.django_db(transaction=True)
def test_settling_leaves_statistics_for_the_planner():
    list(bulk_seed.fill(bulk_seed.team(accounts_seed.large()), 100))
    bulk_seed.settle()
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'crm_lead'")
        assert cursor.fetchone() == (100,)
