"""What campaigns cost and brought, for lists of campaigns: three queries, however many campaigns.

Money keeps its currency: a campaign has one, and figures of two currencies are never added up (DESIGN section 7).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Sum

from betterside import days
from crm.models import Lead

from .models import Campaign, CampaignDay

COUNTS = ("spend", "impressions", "clicks", "link_clicks", "leads", "revenue")


@dataclass(frozen=True)
class Figures:
    """One campaign in a stretch of days. `leads` is Meta's count, `crm_leads` ours; ratios are None without divisor."""

    campaign: Campaign
    spend: Decimal
    impressions: int
    clicks: int
    link_clicks: int
    leads: int
    revenue: Decimal
    crm_leads: int
    won_value: Decimal

    @property
    def cpl(self) -> float | None:
        """Spend ÷ leads; a campaign without Meta's count goes by ours."""
        return ratio(self.spend, self.leads or self.crm_leads)

    @property
    def roas(self) -> float | None:
        return ratio(self.won_value or self.revenue, self.spend)

    @property
    def roas_source(self) -> str:
        """Whose revenue `roas` is: the CRM's won value when there is any, else Meta's."""
        return "crm" if self.won_value else "meta"


def ratio(value, divisor) -> float | None:
    return round(float(value) / float(divisor), 2) if divisor else None


def of(
    campaigns: list[Campaign], *, first: date | None = None, last: date | None = None, zone: ZoneInfo
) -> list[Figures]:
    """The campaigns' figures between two days, both included; None leaves that end open.

    Meta's days are those of the ad account; our leads count by the day they were created, in `zone`, and their value
    by the day they were won.
    """
    ids = [campaign.pk for campaign in campaigns]
    spent = _days(ids, first, last)
    start, end = days.start_of(first, zone) if first else None, days.bounds(last, last, zone)[1] if last else None
    leads = Lead.objects.filter(campaign__in=ids).order_by()
    created = dict(leads.created_between(start, end).values_list("campaign").annotate(Count("pk")))
    won = leads.won()
    won = won.filter(closed_at__gte=start) if start else won
    won = won.filter(closed_at__lt=end) if end else won
    values = dict(won.values_list("campaign").annotate(Sum("value")))
    nothing = dict.fromkeys(COUNTS, 0)
    return [
        Figures(
            campaign=campaign,
            crm_leads=created.get(campaign.pk, 0),
            won_value=values.get(campaign.pk) or Decimal(0),
            **spent.get(campaign.pk, nothing),
        )
        for campaign in campaigns
    ]


def _days(ids: list[int], first: date | None, last: date | None) -> dict[int, dict]:
    """Days in another currency than the campaign has now are left out: nothing could be said of both."""
    found = CampaignDay.objects.filter(campaign__in=ids, currency=F("campaign__currency")).order_by()
    found = found.filter(date__gte=first) if first else found
    found = found.filter(date__lte=last) if last else found
    rows = found.values("campaign").annotate(**{f"total_{name}": Sum(name) for name in COUNTS})
    return {row["campaign"]: {name: row[f"total_{name}"] for name in COUNTS} for row in rows}
