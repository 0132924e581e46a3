"""Django's PostgreSQL backend, which waits for a busy pool but not for a server that is away."""

import time

from django.db.backends.postgresql import base
from psycopg_pool import PoolTimeout

from .schema import DatabaseSchemaEditor

# Seconds that somebody waits for one of the pool's connections while they are all in use. The pool's own `timeout`
# is shorter: after it we look whether the server is away.
LONGEST_WAIT = 5


class DatabaseWrapper(base.DatabaseWrapper):
    SchemaEditorClass = DatabaseSchemaEditor

    def get_new_connection(self, conn_params):
        """Raises PoolTimeout; the sooner when an attempt to connect failed meanwhile."""
        deadline = time.monotonic() + LONGEST_WAIT
        while True:
            failures = self._failed_attempts()
            try:
                return super().get_new_connection(conn_params)
            except PoolTimeout:
                if time.monotonic() >= deadline or self._failed_attempts() > failures:
                    raise

    def _failed_attempts(self) -> int:
        return self.pool.get_stats().get("connections_errors", 0) if self.pool else 0
