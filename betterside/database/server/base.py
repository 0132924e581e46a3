"""Django's PostgreSQL backend, which waits for a busy pool but not for a server that is away."""

import time
from weakref import WeakKeyDictionary

from django.db.backends.postgresql import base
from psycopg import Connection, Error
from psycopg_pool import ConnectionPool, PoolTimeout

from .schema import DatabaseSchemaEditor

# Seconds that somebody waits for one of the pool's connections while they are all in use. The pool's own `timeout`
# is shorter: after it we look whether the server is away.
LONGEST_WAIT = 5
# Seconds after which a connection may have been cut without a word, as firewalls do.
FRESH = 1
# Seconds before another connection is tried in the place of one that is down.
PAUSE = 0.01


class DatabaseWrapper(base.DatabaseWrapper):
    """CONN_HEALTH_CHECKS must be off: it asks the server about a connection before every request, which takes as long
    as a query. Here one is asked about that is new or was last given out a while ago; of the others it is enough that the
    server did not hang up."""

    SchemaEditorClass = DatabaseSchemaEditor
    _given: WeakKeyDictionary[Connection, float] = WeakKeyDictionary()

    def get_new_connection(self, conn_params):
        """Raises PoolTimeout; the sooner when an attempt to connect failed meanwhile."""
        deadline = time.monotonic() + LONGEST_WAIT
        while True:
            connection = self._from_pool(conn_params, deadline)
            if not self.pool or self._is_up(connection):
                return connection
            if time.monotonic() >= deadline:
                raise PoolTimeout("The server takes connections but does not answer on them.")
            time.sleep(PAUSE)

    def _from_pool(self, conn_params, deadline: float) -> Connection:
        while True:
            failures = self._failed_attempts()
            try:
                return super().get_new_connection(conn_params)
            except PoolTimeout:
                if time.monotonic() >= deadline or self._failed_attempts() > failures:
                    raise

    def _is_up(self, connection: Connection) -> bool:
        """One that is not goes back closed, so that the pool throws it away."""
        now, up = time.monotonic(), False
        try:
            if now - self._given.get(connection, 0) > FRESH:
                ConnectionPool.check_connection(connection)
            else:
                _look_for_a_hang_up(connection)
            self._given[connection], up = now, True
        except Error:
            pass
        finally:
            if not up:
                connection.close()
                connection._pool.putconn(connection)
        return up

    def _failed_attempts(self) -> int:
        return self.pool.get_stats().get("connections_errors", 0) if self.pool else 0


def _look_for_a_hang_up(connection: Connection) -> None:
    """Without asking the server. Raises OperationalError: first comes what it said as it went, then that it is gone."""
    connection.pgconn.consume_input()
    connection.pgconn.consume_input()
