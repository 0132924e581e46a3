"""Leads by day, ISO week or month, in the entity's time zone (DESIGN section 6)."""

from collections import Counter
from datetime import date, timedelta

from betterside.errors import Invalid

from . import tallies
from .numbers import rate
from .statuses import all_statuses

CUTS = ("day", "week", "month")
MOST_PERIODS = 1_000


def start_of(day: date, group_by: str) -> date:
    starts = {"day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1)}
    return starts[group_by]


def following(start: date, group_by: str) -> date:
    if group_by == "month":
        return (start + timedelta(days=32)).replace(day=1)
    return start + timedelta(days=7 if group_by == "week" else 1)


def label(start: date, group_by: str) -> str:
    """2024-06-10, 2024-W24 or 2024-06."""
    if group_by == "week":
        year, week, _day = start.isocalendar()
        return f"{year}-W{week:02d}"
    return f"{start:%Y-%m}" if group_by == "month" else start.isoformat()


def periods(first: date, last: date, group_by: str) -> list[date]:
    """The beginnings of all periods between two days. Raises Invalid for more than a thousand."""
    if (last - first).days > MOST_PERIODS * {"day": 1, "week": 7, "month": 28}[group_by]:
        raise Invalid(fields={"date_from": f"The range holds more than {MOST_PERIODS} {group_by}s."})
    found, start = [], start_of(first, group_by)
    while start <= last:
        found.append(start)
        start = following(start, group_by)
    return found


def over_time(by, query: dict, *, last: date, group_by: str) -> list[dict]:
    """New leads by the day they were created, won and lost ones by the day they closed, until `last`; also periods
    without any. Without the query's `date_from` the first lead's day is the first."""
    query = query | {"date_to": last}
    created = tallies.of_leads(by, query, "day")
    first = query.get("date_from") or min((row["day"] for row in created), default=last)
    starts = periods(first, last, group_by)
    closed = tallies.of_leads(by, query | {"date_from": first}, "day", "status_id", counted_by=tallies.CLOSED)
    statuses = all_statuses()
    new, won, lost = Counter(), Counter(), Counter()
    for row in created:
        new[start_of(row["day"], group_by)] += row["leads"]
    for row in closed:
        status, start = statuses[row["status_id"]], start_of(row["day"], group_by)
        won[start] += row["leads"] * status.is_won
        lost[start] += row["leads"] * status.is_lost
    return [_period(label(start, group_by), new[start], won[start], lost[start]) for start in starts]


def _period(name: str, new: int, won: int, lost: int) -> dict:
    return {
        "period": name,
        "new_leads": new,
        "won_leads": won,
        "lost_leads": lost,
        "conversion_rate": rate(won, new),
    }
