"""Migrations beside a product at work: they wait for a lock shortly, and give way."""

from django.db.backends.postgresql import schema

# Less than PostgreSQL's deadlock_timeout (1s): in a circle of waits it is the migration that gives up, not a request.
# Requests queue behind a waiting migration, so this is also how long one of them may hold them up.
LOCK_TIMEOUT = "500ms"


class DatabaseSchemaEditor(schema.DatabaseSchemaEditor):
    """A migration that is no transaction waits as long as it takes: what it builds concurrently would be left invalid."""

    def __enter__(self):
        editor = super().__enter__()
        if self.atomic_migration and not self.collect_sql:
            with self.connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        return editor
