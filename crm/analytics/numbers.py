"""Rates and averages as DESIGN section 6 writes them."""

from datetime import UTC, datetime, timedelta

US_PER_HOUR = 3_600_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def rate(part: int, whole: int, digits: int = 1) -> float:
    """Per cent; 0 when there is nothing to take a share of."""
    return round(part * 100 / whole, digits) if whole else 0.0


def mean(total: float, count: int) -> float:
    return round(total / count, 1) if count else 0.0


def rounded(value, digits: int = 2) -> float | None:
    """None stays None: an average of nothing is not 0."""
    return None if value is None else round(float(value), digits)


def microseconds(moment: datetime) -> int:
    """Of Unix."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def hours(us: int, count: int, digits: int = 2) -> float | None:
    """The average of so many microseconds, in hours; None of none."""
    return round(us / (count * US_PER_HOUR), digits) if count else None
