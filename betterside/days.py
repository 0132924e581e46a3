"""Whole days in a time zone, as half-open stretches of UTC."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone


def today(zone: ZoneInfo) -> date:
    return timezone.localdate(timezone=zone)


def local(moment: datetime, zone: ZoneInfo) -> date:
    """The day that the moment belongs to there."""
    return moment.astimezone(zone).date()


def start_of(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def bounds(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From the first day's beginning up to, not including, the beginning of the day after the last."""
    return start_of(first, zone), start_of(last + timedelta(days=1), zone)
