"""For supervisors: `/healthz` says that the process answers, `/readyz` that the whole can do its work."""

from functools import cache

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import JsonResponse

from betterside.api.errors import DATABASE_AWAY
from betterside.jobs import state

WORKER_SILENT = 60  # seconds without a heartbeat; workers give one every ten


def healthz(request):
    return JsonResponse({"status": "ok"})


def readyz(request):
    """503 and "unavailable" while the database is away or lacks a migration; 503 and "degraded" while only the
    worker is missing: then pages and webhooks go on, and jobs wait. `checks` says which, `jobs` how many."""
    try:
        checks = {"database": database(), "migrations": migrations()}
        if checks["migrations"] != "ok":  # the tables of jobs may be among the missing
            return _answer("unavailable", checks)
        checks["worker"], jobs = worker(), state.waiting()
    except DATABASE_AWAY:
        return _answer("unavailable", {"database": "away"})
    return _answer("ok" if checks["worker"] == "ok" else "degraded", checks, jobs=jobs._asdict())


def _answer(status: str, checks: dict, **more) -> JsonResponse:
    return JsonResponse({"status": status, "checks": checks, **more}, status=200 if status == "ok" else 503)


def database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def migrations() -> str:
    missing = _known_migrations() - set(MigrationRecorder(connection).applied_migrations())
    return f"{len(missing)} missing" if missing else "ok"


@cache
def _known_migrations() -> set[tuple[str, str]]:
    """Those in the code; reading them takes long, and they change with the process only."""
    return set(MigrationLoader(None).disk_migrations)


def worker() -> str:
    age = state.heartbeat_age()
    if age is None:
        return "missing"
    return "ok" if age < WORKER_SILENT else f"silent for {age:.0f} s"
