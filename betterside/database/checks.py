"""The application's role must be bound by row-level security. Superusers and BYPASSRLS roles are not, even by FORCE."""

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections

HINT = """Let DB_URL name another role: CREATE ROLE betterside LOGIN CREATEDB PASSWORD '...'; and make it the owner
of the database and its tables: ALTER DATABASE ... OWNER TO betterside; REASSIGN OWNED BY ... TO betterside;"""


@register(Tags.database)
def role_is_bound_by_row_security(app_configs, databases, **kwargs) -> list[CheckMessage]:
    """Runs before migrate and with `check --database default`: an error in production, in development a warning."""
    return [message for alias in databases or [] for message in _messages(connections[alias])]


def _messages(connection) -> list[CheckMessage]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        role, is_superuser, bypasses = cursor.fetchone()
    if not (is_superuser or bypasses):
        return []
    reason = "is a superuser" if is_superuser else "has BYPASSRLS"
    text = f"The database role {role} {reason}, so row-level security does not bind it."
    if settings.DEBUG:
        return [Warning(text, hint=HINT, id="betterside.W001")]
    return [Error(text, hint=HINT, id="betterside.E001")]
