"""Stretches of days that move with the calendar, for reports that are made again and again."""

from datetime import date, timedelta


def _week(today: date) -> date:
    return today - timedelta(days=today.weekday())


def _month_before(today: date) -> date:
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


ONE = timedelta(days=1)
# Name → first and last day, both included, as seen from today. Weeks begin on Monday.
SPANS = {
    "today": lambda today: (today, today),
    "yesterday": lambda today: (today - ONE, today - ONE),
    "last_7_days": lambda today: (today - timedelta(days=7), today - ONE),
    "last_30_days": lambda today: (today - timedelta(days=30), today - ONE),
    "this_week": lambda today: (_week(today), today),
    "last_week": lambda today: (_week(today) - timedelta(days=7), _week(today) - ONE),
    "this_month": lambda today: (today.replace(day=1), today),
    "last_month": lambda today: (_month_before(today), today.replace(day=1) - ONE),
    "this_year": lambda today: (today.replace(month=1, day=1), today),
    "last_year": lambda today: (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
}
