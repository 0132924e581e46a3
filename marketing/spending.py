"""What several campaigns spent and brought, by day and in all, for staff: two queries.

By currency: amounts of two are never added up. A lead is counted with the currency of its campaign.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate

from betterside import days
from crm.models import Lead

from .figures import ratio
from .models import CampaignDay


@dataclass
class Day:
    """`leads` by Meta's count, `crm_leads` by ours."""

    date: date
    spend: Decimal = Decimal(0)
    leads: int = 0
    crm_leads: int = 0

    @property
    def cpl(self) -> float | None:
        """Spend ÷ leads; where Meta counted none, ours, as for a campaign's cost per lead."""
        return ratio(self.spend, self.leads or self.crm_leads)


@dataclass(frozen=True)
class Spending:
    """One currency's; `currency` is empty for campaigns of which nobody has said it."""

    currency: str
    days: list[Day] = field(default_factory=list)

    @property
    def total(self) -> Day:
        counts = {name: sum(getattr(day, name) for day in self.days) for name in ("leads", "crm_leads")}
        return Day(self.days[0].date, spend=sum((day.spend for day in self.days), Decimal(0)), **counts)


def of(campaigns, *, last: date, length: int, zone: ZoneInfo) -> list[Spending]:
    """Of a queryset of campaigns, in the `length` days up to `last`, those without anything included.

    Meta's days are those of the ad accounts, leads count by their day in `zone`. Without any figure: no Spending.
    """
    ids = campaigns.order_by().values("pk")
    dates = [last - timedelta(days=length - 1 - n) for n in range(length)]
    found: dict[str, dict[date, Day]] = {}

    def day_of(currency: str, at: date) -> Day:
        return found.setdefault(currency, {day: Day(day) for day in dates})[at]

    for at, currency, spend, leads in _spent(ids, dates):
        day = day_of(currency, at)
        day.spend, day.leads = spend, leads
    for at, currency, count in _brought(ids, dates, zone):
        day_of(currency, at).crm_leads = count
    return [Spending(currency, list(of_currency.values())) for currency, of_currency in sorted(found.items())]


def _spent(ids, dates: list[date]):
    rows = CampaignDay.objects.filter(campaign__in=ids, date__range=(dates[0], dates[-1])).order_by()
    return rows.values_list("date", "currency").annotate(Sum("spend"), Sum("leads"))


def _brought(ids, dates: list[date], zone: ZoneInfo):
    start, end = days.bounds(dates[0], dates[-1], zone)
    leads = Lead.objects.filter(campaign__in=ids).created_between(start, end).order_by()
    rows = leads.values_list(TruncDate("created_at", tzinfo=zone), "campaign__currency")
    return rows.annotate(Count("pk"))
