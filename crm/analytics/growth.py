"""The growth dashboard's figures (growth.md, section A; DESIGN section 6, "Growth KPIs")."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q, Sum

from . import tallies
from .numbers import rate
from .statuses import all_statuses

QUERY = {"pipeline": "growth"}
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """Whole days, both ends included, in the entity's time zone."""

    first: date
    last: date

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    def preceding(self) -> "Span":
        """As many days, right before these."""
        return Span(self.first - timedelta(days=self.length), self.first - ONE_DAY)

    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range(self.length)]


@dataclass(frozen=True)
class Standing:
    """What an entity had at the end of a day: all leads that had come, those closed by then, and those won."""

    created: int
    closed: int
    won: int
    revenue: Decimal

    @property
    def active(self) -> int:
        return self.created - self.closed


def stats(by, span: Span) -> dict:
    """Each figure with its change against the preceding span."""
    before = span.preceding()
    statuses = all_statuses()
    first, then, now = (_standing(by, day, statuses) for day in (before.first - ONE_DAY, before.last, span.last))
    rates = (
        rate(now.won - then.won, now.created - then.created),
        rate(then.won - first.won, then.created - first.created),
    )
    return {
        "revenue": kpi(now.revenue - then.revenue, then.revenue - first.revenue),
        "active_leads": kpi(now.active, then.active),
        "conversion_rate": kpi(*rates),
        "link_clicks": kpi(*_clicks(by.entity, span, before)),
    }


def kpi(value, before) -> dict:
    """`change` is in per cent of what was before: 0 when both are 0, 100 when only that was."""
    started = 100.0 if value else 0.0
    change = round(float((value - before) / before * 100), 1) if before else started
    trend = "up" if change > 0 else "down" if change < 0 else "flat"
    return {"value": value, "change": change, "trend": trend}


def revenue_by_day(by, span: Span) -> list[dict]:
    """Every day of the span, also those without; up to a week by weekday, more by date."""
    query = QUERY | {"date_from": span.first, "date_to": span.last}
    rows = tallies.of_leads(by, query, "day", "status_id", measures=("value",), counted_by=tallies.CLOSED)
    statuses, values = all_statuses(), Counter()
    for row in rows:
        values[row["day"]] += row["value"] if statuses[row["status_id"]].is_won else 0
    name = (lambda day: WEEKDAYS[day.weekday()]) if span.length <= 7 else date.isoformat
    return [{"date": name(day), "value": values[day]} for day in span.days()]


def leads_by_source(by, span: Span) -> list[dict]:
    """Leads created in the span, the most frequent source first."""
    found = tallies.by_source(by, QUERY | {"date_from": span.first, "date_to": span.last})
    ordered = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return [{"name": source or "Unknown", "value": count} for source, count in ordered]


def _standing(by, day: date, statuses: dict) -> Standing:
    """Two queries. No lead closes before it comes, so those closed are among those that had come."""
    until = QUERY | {"date_to": day}
    rows = tallies.of_leads(by, until, "status_id", measures=("value",), counted_by=tallies.CLOSED)
    won = [row for row in rows if statuses[row["status_id"]].is_won]
    return Standing(
        created=tallies.of_leads(by, until)[0]["leads"],
        closed=sum(row["leads"] for row in rows),
        won=sum(row["leads"] for row in won),
        revenue=sum((row["value"] for row in won), Decimal()),
    )


def _clicks(entity, span: Span, before: Span) -> tuple[int, int]:
    """Clicks that Meta reports of the entity's campaigns, by its days."""
    now, then = (Q(days__date__range=(one.first, one.last)) for one in (span, before))
    found = entity.campaigns.filter(now | then)
    return tuple(
        found.aggregate(
            now=Sum("days__clicks", filter=now, default=0), before=Sum("days__clicks", filter=then, default=0)
        ).values()
    )
