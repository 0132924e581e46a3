"""For supervisors: `/healthz` says that the process answers, `/readyz` that it can do its work."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse

from .errors import DATABASE_AWAY


def healthz(request):
    return JsonResponse({"status": "ok"})


def readyz(request):
    """503 while the database is away or lacks a migration; `checks` says which."""
    checks = {}
    for name, check in CHECKS.items():
        try:
            checks[name] = check()
        except DATABASE_AWAY:
            checks[name] = "away"
    ready = all(value == "ok" for value in checks.values())
    return JsonResponse({"status": "ok" if ready else "unavailable", "checks": checks}, status=200 if ready else 503)


def database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def migrations() -> str:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(missing)} missing" if missing else "ok"


CHECKS = {"database": database, "migrations": migrations}
