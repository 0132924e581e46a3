"""When the jobs on the timetable are due."""

from datetime import UTC, datetime, timedelta

from procrastinate.contrib.django import app

NOON = datetime(2026, 1, 5, 12, 0, 0, tzinfo=UTC)


def pauses(task: str) -> set[timedelta]:
    """The pauses between a task's ticks over an hour."""
    (entry,) = [entry for (name, _id), entry in app.periodic_registry.periodic_tasks.items() if name == task]
    ticks, last = [], NOON.timestamp()
    while last < (NOON + timedelta(hours=1)).timestamp():
        last = entry.croniter.get_next(ret_type=float, start_time=last)
        ticks.append(last)
    return {timedelta(seconds=later - earlier) for earlier, later in zip(ticks, ticks[1:], strict=False)}


def test_what_waits_in_the_inbox_is_looked_for_every_15_seconds_of_every_minute():
    assert pauses("marketing.jobs.drain_due_pages") == {timedelta(seconds=15)}


def test_spend_is_synced_every_15_minutes():
    assert pauses("marketing.jobs.sync_insights") == {timedelta(minutes=15)}
