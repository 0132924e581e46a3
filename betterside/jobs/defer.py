"""Queueing jobs as part of the transaction: a rollback drops them, the commit wakes the worker."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.tasks import Task

WAITING = "SELECT id FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo' FOR UPDATE"


def defer(
    task: Task,
    *,
    lock: str | None = None,
    queueing_lock: str | None = None,
    at: datetime | None = None,
    wait: timedelta | None = None,
    priority: int | None = None,
    **arguments,
) -> int | None:
    """Queue a job, to run `at` a time or after a `wait`; returns its id.

    Jobs with the same `lock` run one after the other. With a `queueing_lock`, a job that waits already is enough:
    then nothing is queued and None is returned. The one that waits is held until our transaction ends, so it
    cannot start before it sees our change.
    """
    options = {"lock": lock, "queueing_lock": queueing_lock, "priority": priority, "schedule_at": at}
    if wait is not None:
        options["schedule_in"] = {"seconds": wait.total_seconds()}
    while True:
        try:
            with transaction.atomic():
                return task.configure(**options).defer(**arguments)
        except AlreadyEnqueued:
            if _hold(queueing_lock or task.queueing_lock):
                return None


def defer_many(task: Task, rows: list[dict], **options) -> list[int]:
    """Queue one job for each dict of arguments in a single statement; `options` are procrastinate's."""
    return task.configure(**options).batch_defer(*rows) if rows else []


def _hold(queueing_lock: str) -> bool:
    """Lock the waiting job, which workers then pass over. False when it was started in the meantime."""
    if not connection.in_atomic_block:
        return True
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [queueing_lock])
        return cursor.fetchone() is not None
