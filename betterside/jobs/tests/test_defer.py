"""Queueing inside transactions, and the in-process runner that every app's tests use."""

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from procrastinate import RetryDecision
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from betterside.jobs import Backoff, Later, defer, defer_many, task
from betterside.jobs.testing import Ran

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    """A job that notes its arguments, taken off the register afterwards."""
    before, notes = dict(app.tasks), []

    @task(name="note", retry=Backoff(attempts=2, first=10, never=(ZeroDivisionError,)))
    def note(**arguments):
        notes.append(arguments)
        if error := FAILURES.get(arguments.get("fail")):
            raise error

    note.notes = notes
    yield note
    app.tasks.clear()
    app.tasks.update(before)


FAILURES = {
    "value": ValueError("no"),
    "zero": ZeroDivisionError(),
    "later": Later(600),
    "away": OperationalError("gone"),
}


def statuses():
    return list(ProcrastinateJob.objects.order_by("id").values_list("status", flat=True))


def test_a_rollback_drops_the_job(made, run_jobs):
    with transaction.atomic():
        defer(made, number=1)
        transaction.set_rollback(True)
    defer(made, number=2)
    assert run_jobs() == [Ran("note", {"number": 2})]
    assert made.notes == [{"number": 2}]
    assert statuses() == ["succeeded"]


def test_one_that_waits_is_enough(made, run_jobs):
    with transaction.atomic():
        assert defer(made, queueing_lock="one", number=1)
        assert defer(made, queueing_lock="one", number=2) is None
        assert connection.needs_rollback is False
    run_jobs()
    assert defer(made, queueing_lock="one", number=3)
    assert made.notes == [{"number": 1}]


def test_many_at_once_and_one_for_tomorrow(made, run_jobs):
    assert len(defer_many(made, [{"number": 1}, {"number": 2}])) == 2
    assert defer_many(made, []) == []
    defer(made, wait=timedelta(days=1), number=3)
    assert len(run_jobs()) == 2
    assert [ran.arguments for ran in run_jobs(until=timezone.now() + timedelta(days=2))] == [{"number": 3}]


def test_failures_are_retried_with_growing_waits_then_raised(made, run_jobs):
    defer(made, fail="value")
    assert str(run_jobs()[0].error) == "no"
    assert statuses() == ["todo"]
    assert run_jobs() == []
    with pytest.raises(ValueError, match="no"):
        run_jobs(until=timezone.now() + timedelta(hours=1))
    assert len(made.notes) == 3
    assert statuses() == ["failed"]


def test_a_failure_without_cure_is_not_retried(made, run_jobs):
    defer(made, fail="zero")
    assert len(run_jobs(may_fail=True)) == 1
    assert statuses() == ["failed"]


@pytest.mark.parametrize(("fail", "least", "most"), [("later", 595, 605), ("away", 600, 1200)])
def test_being_asked_to_wait_and_a_lost_database_use_up_no_attempt(made, fail, least, most):
    job = ProcrastinateJob(attempts=99, queue_name="default", task_name="note", args={}).procrastinate_job
    decision = made.get_retry_exception(FAILURES[fail], job).retry_decision
    assert isinstance(decision, RetryDecision)
    assert least <= (decision.retry_at - timezone.now()).total_seconds() <= most


def test_a_retry_gives_way_to_a_successor(made, run_jobs):
    """A failed job may not wait beside one with its queueing_lock, nor stay `doing` for ever."""
    work = made.func

    def fail_and_queue_again(**arguments):
        made.func = work
        defer(made, queueing_lock="one", number=2)
        raise ValueError

    made.func = fail_and_queue_again
    defer(made, queueing_lock="one", number=1)
    run_jobs()
    assert statuses() == ["aborted", "succeeded"]
    assert made.notes == [{"number": 2}]


@pytest.mark.django_db(transaction=True)
def test_a_waiting_job_starts_only_after_the_change_it_was_queued_for(made):
    """The second transaction adds nothing to the queue, but holds the waiting job until it has committed."""
    defer(made, queueing_lock="one")
    seen = []

    def fetch():
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM procrastinate_fetch_job_v2(NULL, NULL)")
            seen.append(cursor.fetchone()[0])
        connection.close()

    def in_a_thread():
        thread = threading.Thread(target=fetch)
        thread.start()
        thread.join(10)

    with transaction.atomic():
        assert defer(made, queueing_lock="one") is None
        in_a_thread()
    in_a_thread()
    assert seen[0] is None
    assert seen[1] is not None
