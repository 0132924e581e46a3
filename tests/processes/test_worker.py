"""The worker outlives its database, and jobs outlive their worker (trust F2, F5, F23, F25)."""

import os
import signal
import time
from collections import Counter

import pytest
from django.core.management import CommandError, call_command

from betterside.database import postmaster

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("processes")]


def kill_database(scratch):
    """It is dead when this returns, or a worker was so quick that it lives again, as another process."""
    data = scratch.database.place.data
    process = postmaster.pid(data)
    os.kill(process, signal.SIGKILL)
    scratch.until(lambda: not postmaster.is_running(data) or postmaster.pid(data) != process, "the database is dead")


def test_the_worker_goes_on_after_the_database_was_killed(scratch, stop):
    worker = scratch.worker("quick")
    kill_database(scratch)
    scratch.until(scratch.database.is_running, "the worker starts the database again")
    job = scratch.defer("say", word="again")
    scratch.until(lambda: scratch.noted("again"), "a job runs")
    scratch.until(lambda: scratch.status(job) == "succeeded", "the job is ticked off")
    assert worker.poll() is None
    assert stop(worker) == 0
    assert scratch.sql("SELECT * FROM procrastinate_workers") == []
    assert "never retrieved" not in worker.log.read_text()


def test_a_job_that_ran_while_the_database_died_is_ticked_off_in_the_end(scratch):
    worker = scratch.worker("quick")
    job = scratch.defer("work", seconds=1)
    scratch.until(lambda: scratch.noted("begin"), "the job begins")
    kill_database(scratch)
    scratch.until(lambda: scratch.noted("end"), "the job ends without a database")
    scratch.until(lambda: scratch.status(job) == "succeeded", "it is ticked off")
    assert "never retrieved" not in worker.log.read_text()


@pytest.fixture
def unwritable_outcome(scratch):
    """The first end of a job cannot be written down, although the database lives and so does the worker."""
    scratch.sql("""
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
        CREATE TRIGGER refuse BEFORE UPDATE ON procrastinate_jobs FOR EACH ROW
        WHEN (NEW.status = 'succeeded' AND OLD.attempts = 0 AND starts_with(OLD.task_name, 'tests.'))
        EXECUTE FUNCTION refuse()""")
    yield
    scratch.sql("DROP TRIGGER refuse ON procrastinate_jobs; DROP FUNCTION refuse()")


def test_a_job_whose_end_was_not_written_down_does_not_wait_for_its_worker_to_die(scratch, unwritable_outcome):
    worker = scratch.worker("quick")
    job = scratch.defer("work", seconds=0)
    scratch.until(lambda: scratch.status(job) == "succeeded", "it is run again and ticked off")
    assert len(scratch.noted("begin")) == 2
    assert "could not be written down" in worker.log.read_text()
    assert worker.poll() is None


def test_the_job_of_a_killed_worker_comes_back(scratch):
    worker = scratch.worker("quick")
    job = scratch.defer("work", seconds=30)
    scratch.until(lambda: scratch.noted("begin"), "the job begins")
    worker.kill()
    assert scratch.status(job) == "doing"
    scratch.worker("quick")
    began = time.monotonic()
    scratch.until(lambda: len(scratch.noted("begin")) == 2, "the job begins again")
    assert time.monotonic() - began < 2 + 0.5 + 1 + 3  # stalled, swept, polled, and slow machines
    assert scratch.sql("SELECT attempts FROM procrastinate_jobs WHERE id = %s", job) == [(1,)]


def test_a_stop_lets_the_running_job_end(scratch, stop):
    worker = scratch.worker("quick")
    job = scratch.defer("work", seconds=1.5)
    scratch.until(lambda: scratch.noted("begin"), "the job begins")
    assert stop(worker) == 0
    assert scratch.noted("end")
    assert scratch.status(job) == "succeeded"


def test_a_job_that_does_not_end_is_handed_back(scratch, stop):
    worker = scratch.worker("quick", "--grace=0.5")
    job = scratch.defer("work", seconds=60)
    scratch.until(lambda: scratch.noted("begin"), "the job begins")
    assert stop(worker, signal.SIGINT, seconds=5) == 0
    assert scratch.status(job) == "todo"
    assert "handed back" in worker.log.read_text()


def test_a_second_signal_does_not_wait(scratch, stop):
    worker = scratch.worker("quick", "--grace=60")
    job = scratch.defer("work", seconds=60)
    scratch.until(lambda: scratch.noted("begin"), "the job begins")
    worker.terminate()
    time.sleep(0.5)
    assert stop(worker, seconds=5) == 0
    assert scratch.status(job) == "todo"


def test_two_workers_keep_one_timetable_also_when_one_is_killed(scratch):
    first, second = scratch.worker("quick"), scratch.worker("quick")
    scratch.until(lambda: len(scratch.noted("tick")) >= 3, "the clock ticks")
    first.kill()
    scratch.until(lambda: len(scratch.noted("tick")) >= 7, "it ticks on")
    ticks = Counter(
        timestamp
        for (timestamp,) in scratch.sql(
            "SELECT args->>'timestamp' FROM procrastinate_jobs WHERE task_name = 'tests.processes.jobs.tick'"
        )
    )
    assert set(ticks.values()) == {1}
    assert max(map(int, ticks)) - min(map(int, ticks)) <= len(ticks)  # at most one was left out
    assert second.poll() is None


def test_an_unknown_lane_is_refused():
    with pytest.raises(CommandError, match="There is no lane nowhere; choose among quick, capture, slow."):
        call_command("worker", "nowhere")
