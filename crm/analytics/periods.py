"""Leads by day, ISO week or month, in the entity's time zone (DESIGN section 6)."""

from datetime import date, timedelta

from django.db.models import Count, Q
from django.db.models.functions import TruncDate, TruncMonth, TruncWeek

from betterside.errors import Invalid

from .leads import LOST, WON
from .numbers import rate

CUTS = {"day": TruncDate, "week": TruncWeek, "month": TruncMonth}
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


def over_time(leads, *, first: date, last: date, bounds: tuple, group_by: str, zone) -> list[dict]:
    """New leads by the day they were created, won and lost ones by the day they closed; also periods without any.

    `leads` are not narrowed to the range; `bounds` is the range as a stretch of time.
    """
    starts = periods(first, last, group_by)
    new = _count(leads.created_between(*bounds), "created_at", group_by, zone, total=Count("pk"))
    closed = leads.filter(closed_at__gte=bounds[0], closed_at__lt=bounds[1])
    ended = _count(closed, "closed_at", group_by, zone, won=Count("pk", filter=WON), lost=Count("pk", filter=LOST))
    return [_period(label(start, group_by), new.get(start, {}), ended.get(start, {})) for start in starts]


def _period(name: str, new: dict, ended: dict) -> dict:
    return {
        "period": name,
        "new_leads": new.get("total", 0),
        "won_leads": ended.get("won", 0),
        "lost_leads": ended.get("lost", 0),
        "conversion_rate": rate(ended.get("won", 0), new.get("total", 0)),
    }


def _count(leads, field: str, group_by: str, zone, **counts) -> dict[date, dict]:
    cut = CUTS[group_by](field, tzinfo=zone)
    rows = leads.order_by().annotate(period=cut).values("period").annotate(**counts)
    return {_as_date(row["period"], zone): row for row in rows.filter(~Q(period=None))}


def _as_date(value, zone) -> date:
    return value.astimezone(zone).date() if hasattr(value, "astimezone") else value
