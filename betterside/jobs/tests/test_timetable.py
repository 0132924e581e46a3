"""When jobs come round, by the clock that the worker reads."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from procrastinate.contrib.django import app

MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
TIMETABLE = {task.task.name: task for task in app.periodic_registry.periodic_tasks.values()}


def gaps(name: str, count: int = 200) -> set[int]:
    """Seconds between two ticks."""
    times = TIMETABLE[name].croniter
    times.set_current(MIDNIGHT)
    ticks = [times.get_next(ret_type=float) for _ in range(count)]
    return {round(after - before) for before, after in pairwise(ticks)}


@pytest.mark.parametrize("name", sorted(name for name in TIMETABLE if not name.startswith("tests.")))
def test_no_job_comes_round_every_second(name):
    """Cron's sixth field stands last: with seconds written first, a job runs each second of one minute and then rests."""
    assert min(gaps(name)) >= 10
