"""The growth dashboard's figures (growth.md, section A; DESIGN section 6, "Growth KPIs")."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate

from betterside import days

from ..models import Lead
from .numbers import rate

PIPELINE = "growth"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Span:
    """Whole days, both ends included, in the entity's time zone."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def start(self) -> datetime:
        return days.start_of(self.first, self.zone)

    @property
    def end(self) -> datetime:
        return days.bounds(self.last, self.last, self.zone)[1]

    def preceding(self) -> "Span":
        """As many days, right before these."""
        return Span(self.first - timedelta(days=self.length), self.first - timedelta(days=1), self.zone)

    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range(self.length)]


def stats(entity, span: Span) -> dict:
    """Each figure with its change against the preceding span, in four queries."""
    before = span.preceding()
    (revenue, won), (revenue_before, won_before) = _closed(entity, span, before)
    created, created_before = _created(entity, span, before)
    return {
        "revenue": kpi(revenue, revenue_before),
        "active_leads": kpi(*_active(entity, span, before)),
        "conversion_rate": kpi(rate(won, created), rate(won_before, created_before)),
        "link_clicks": kpi(*_clicks(entity, span, before)),
    }


def kpi(value, before) -> dict:
    """`change` is in per cent of what was before: 0 when both are 0, 100 when only that was."""
    started = 100.0 if value else 0.0
    change = round(float((value - before) / before * 100), 1) if before else started
    trend = "up" if change > 0 else "down" if change < 0 else "flat"
    return {"value": value, "change": change, "trend": trend}


def revenue_by_day(entity, span: Span) -> list[dict]:
    """Every day of the span, also those without; up to a week by weekday, more by date."""
    found = _won(entity, span.start, span.end).annotate(day=TruncDate("closed_at", tzinfo=span.zone))
    values = dict(found.order_by().values_list("day").annotate(Sum("value")))
    name = (lambda day: WEEKDAYS[day.weekday()]) if span.length <= 7 else date.isoformat
    return [{"date": name(day), "value": values.get(day, 0)} for day in span.days()]


def leads_by_source(entity, span: Span) -> list[dict]:
    """Leads created in the span, the most frequent source first."""
    found = _leads(entity).created_between(span.start, span.end).order_by()
    counted = found.values_list("source").annotate(count=Count("pk")).order_by("-count", "source")
    return [{"name": source or "Unknown", "value": count} for source, count in counted]


def _leads(entity):
    return Lead.objects.filter(entity=entity).in_pipeline(PIPELINE)


def _won(entity, start: datetime, end: datetime):
    return _leads(entity).won().filter(closed_at__gte=start, closed_at__lt=end)


def _closed(entity, span: Span, before: Span) -> tuple[tuple, tuple]:
    """((value, count), the same before) of leads won in each."""
    now = Q(closed_at__gte=span.start)
    found = _won(entity, before.start, span.end).aggregate(
        revenue=Sum("value", filter=now, default=0),
        won=Count("pk", filter=now),
        revenue_before=Sum("value", filter=~now, default=0),
        won_before=Count("pk", filter=~now),
    )
    return (found["revenue"], found["won"]), (found["revenue_before"], found["won_before"])


def _created(entity, span: Span, before: Span) -> tuple[int, int]:
    now = Q(created_at__gte=span.start)
    found = _leads(entity).created_between(before.start, span.end)
    return tuple(found.aggregate(now=Count("pk", filter=now), before=Count("pk", filter=~now)).values())


def _active(entity, span: Span, before: Span) -> tuple[int, int]:
    """Leads created up to the end of each that were open then: a lead closed since was active before."""
    found = _leads(entity).created_between(None, span.end).filter(Q(closed_at=None) | Q(closed_at__gte=before.end))
    return tuple(
        found.aggregate(
            now=Count("pk", filter=Q(closed_at=None) | Q(closed_at__gte=span.end)),
            before=Count("pk", filter=Q(created_at__lt=before.end)),
        ).values()
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
