"""When something that comes again comes next, on the clock of a time zone."""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)


def next_run(schedule, *, after: datetime, zone: ZoneInfo) -> datetime:
    """The first time after the moment. A schedule has `frequency`, `time` and, by it, `day_of_week` (1 is Monday) or
    `day_of_month` (in shorter months the last day)."""
    start = after.astimezone(zone).date() - ONE_DAY
    days = (start + n * ONE_DAY for n in count())
    moments = (moment_of(day, schedule.time, zone) for day in days if falls_on(schedule, day))
    return next(moment for moment in moments if moment > after)


def falls_on(schedule, day: date) -> bool:
    if schedule.frequency == "weekly":
        return day.isoweekday() == schedule.day_of_week
    if schedule.frequency == "monthly":
        last = calendar.monthrange(day.year, day.month)[1]
        return day.day == min(schedule.day_of_month, last)
    return True


def moment_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A time that the clock shows twice that day is the first of both; one that it leaves out is as long after
    midnight as on other days: 02:30 becomes 03:30."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
