"""Rows that migrations wrote (pipelines, statuses, the first entities) outlive a transactional test.

Django empties every table after such a test, and with them what the migrations put there. Here the rows are kept
in a schema of their own when the test database is made, and put back after each emptying.
"""

from django.db import connection, transaction

# Tables that no managed model stands for.
UNMANAGED = ["procrastinate_events", "procrastinate_periodic_defers", "procrastinate_jobs", "procrastinate_workers"]


def keep() -> None:
    """Copy what the migrations wrote; called once, when the test database has just been made or migrated."""
    with connection.cursor() as cursor:
        if _kept_migrations(cursor) == _count(cursor, "public.django_migrations"):
            return
        cursor.execute("DROP SCHEMA IF EXISTS reference CASCADE")
        cursor.execute("CREATE SCHEMA reference")
        for table in ["django_migrations", *_filled(cursor, _tables(cursor))]:
            cursor.execute(f'CREATE TABLE reference."{table}" AS TABLE public."{table}"')


def restore(_test_case=None) -> None:
    """Empty every table and put the kept rows back. In the place of TransactionTestCase._fixture_teardown."""
    with transaction.atomic(), connection.cursor() as cursor:
        # A thread that a test forgot would hold its locks for ever.
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        # Or the triggers on leads would fill the rollups again.
        cursor.execute("SET LOCAL crm.rollups = 'off'")
        # Foreign keys are deferred, so the order is free; TRUNCATE would cost ten times as much on small tables.
        for table in _filled(cursor, _tables(cursor)):
            cursor.execute(f'DELETE FROM public."{table}"')
        for table in _kept(cursor):
            cursor.execute(f'INSERT INTO public."{table}" SELECT * FROM reference."{table}"')


def _tables(cursor) -> list[str]:
    managed = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return sorted(managed) + [table for table in UNMANAGED if _exists(cursor, table)]


def _filled(cursor, tables: list[str]) -> list[str]:
    """Those that have rows."""
    cursor.execute(
        " UNION ALL ".join(f"SELECT '{table}' WHERE EXISTS (SELECT FROM public.\"{table}\")" for table in tables)
    )
    return [name for (name,) in cursor.fetchall()]


def _kept(cursor) -> list[str]:
    cursor.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'reference' AND tablename <> 'django_migrations'"
    )
    return [name for (name,) in cursor.fetchall()]


def _exists(cursor, table: str) -> bool:
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table])
    return cursor.fetchone()[0]


def _count(cursor, table: str) -> int:
    cursor.execute(f"SELECT count(*) FROM {table}")
    return cursor.fetchone()[0]


def _kept_migrations(cursor) -> int:
    return _count(cursor, "reference.django_migrations") if _exists(cursor, "reference.django_migrations") else -1
