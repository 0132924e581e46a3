"""Django's PostgreSQL backend on the embedded server, which is started when a connection is first asked for.

With DB_URL set this module is not loaded: settings name betterside.database.server.
"""

from django.conf import settings
from django.db.backends.postgresql import client

from ..launcher import Launcher
from ..server import base

embedded = Launcher(settings.BASE_DIR, settings.DEVDB_BIN)


class DatabaseClient(client.DatabaseClient):
    @classmethod
    def settings_to_cmd_args_env(cls, settings_dict, parameters):
        where = {name.upper(): value for name, value in embedded.ensure().items()}
        args, env = super().settings_to_cmd_args_env({**settings_dict, **where}, parameters)
        return [embedded.program("psql"), *args[1:]], env


class DatabaseWrapper(base.DatabaseWrapper):
    client_class = DatabaseClient

    def get_connection_params(self):
        """Asked before each connection, a pooled one too, so a killed server is started again by the next request."""
        return {**super().get_connection_params(), **embedded.ensure()}
