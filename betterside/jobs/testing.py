"""Running queued jobs inside a test, on the test's own connection: it sees what the test has not committed."""

import inspect
from datetime import datetime
from typing import NamedTuple

from asgiref.sync import async_to_sync
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import UniqueViolation
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job

NEXT = """
UPDATE procrastinate_jobs SET status = 'doing' WHERE id = (
    SELECT id FROM procrastinate_jobs WHERE status = 'todo' AND coalesce(scheduled_at, %(until)s) <= %(until)s
    ORDER BY priority DESC, id LIMIT 1
) RETURNING id
"""

ENOUGH = 1000


class Ran(NamedTuple):
    task: str
    arguments: dict
    error: Exception | None = None


def run_jobs(*, until: datetime | None = None, may_fail: bool = False) -> list[Ran]:
    """Run what is due (by `until`, default now), also what that queues, and say what ran.

    A job that fails is put back as its retry strategy says; with nothing left to retry its exception is raised,
    unless it `may_fail`. Nothing on the timetable is queued.
    """
    until, ran = until or timezone.now(), []
    while job := _next(until):
        ran.append(_run(job, may_fail))
        assert len(ran) < ENOUGH, "Jobs queue one another without end."
    return ran


def _next(until: datetime) -> Job | None:
    with connection.cursor() as cursor:
        cursor.execute(NEXT, {"until": until})
        row = cursor.fetchone()
    return ProcrastinateJob.objects.get(pk=row[0]).procrastinate_job if row else None


def _run(job: Job, may_fail: bool) -> Ran:
    task = app.tasks[job.task_name]
    try:
        _call(task, job)
    except Exception as error:  # noqa: BLE001 - as the worker does
        retry = task.get_retry_exception(error, job)
        if retry:
            _put_back(job, retry.retry_decision)
        else:
            _finish(job, "failed")
            if not may_fail:
                raise
        return Ran(job.task_name, job.task_kwargs, error)
    _finish(job, "succeeded")
    return Ran(job.task_name, job.task_kwargs)


def _call(task, job: Job) -> None:
    context = [JobContext(app=app, job=job, start_timestamp=0, abort_reason=lambda: None)] if task.pass_context else []
    call = async_to_sync(task.func) if inspect.iscoroutinefunction(task.func) else task.func
    call(*context, **job.task_kwargs)


def _put_back(job: Job, decision) -> None:
    try:
        with transaction.atomic():
            when = {"retry_at": decision.retry_at or timezone.now()}
            app.job_manager.retry_job_by_id(job.id, **when, lock=decision.lock, priority=decision.priority)
    except UniqueViolation:
        _finish(job, "aborted")


def _finish(job: Job, status: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT procrastinate_finish_job_v1(%s, %s, false)", [job.id, status])
