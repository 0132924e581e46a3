"""How the jobs are doing, for /readyz and the staff's home page."""

from typing import NamedTuple

from django.db import connection

HEARTBEAT = "SELECT extract(epoch FROM now() - max(last_heartbeat))::float FROM procrastinate_workers"
# A job without a time of its own waits since it was queued, which its first event says; ids grow with time.
WAITING = """
WITH due AS (
    SELECT id, scheduled_at FROM procrastinate_jobs WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now()
), oldest AS (
    SELECT min(scheduled_at) AS since FROM due
    UNION ALL
    SELECT min(at) FROM procrastinate_events
    WHERE type = 'deferred' AND job_id = (SELECT min(id) FROM due WHERE scheduled_at IS NULL)
)
SELECT (SELECT count(*) FROM due), coalesce((SELECT extract(epoch FROM now() - min(since))::float FROM oldest), 0),
    (SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed')
"""


class Waiting(NamedTuple):
    """Jobs that are due, the age of the oldest in seconds, and jobs that failed for good in the last month."""

    waiting: int
    oldest_seconds: float
    failed: int


def heartbeat_age() -> float | None:
    """Seconds since a worker last gave a sign of life; None when there is no worker."""
    with connection.cursor() as cursor:
        cursor.execute(HEARTBEAT)
        return cursor.fetchone()[0]


def waiting() -> Waiting:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        count, oldest, failed = cursor.fetchone()
    return Waiting(count, round(max(oldest, 0), 1), failed)
