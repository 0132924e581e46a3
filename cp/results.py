"""What each ads request brought: the end of the loop from request to campaign, leads and cost (DESIGN section 5)."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Max, Min, Sum

from crm.models import Activity, Lead, LeadStatus, StageEntry
from marketing.figures import ratio
from marketing.models import Campaign, CampaignDay

from .models import AdsRequest


@dataclass(frozen=True)
class Results:
    """Counts of leads, and money by currency. A cost per something is None without it, or in mixed currencies.

    `interested`: leads that are or were in that status; `site_visits`: leads with a meeting that took place;
    `closed`: leads in a won status. `spend_as_of`: when Meta was last asked for the spend of all its campaigns.
    """

    request: AdsRequest
    spend_by_currency: dict[str, Decimal] = field(default_factory=dict)
    leads: int = 0
    interested: int = 0
    site_visits: int = 0
    closed: int = 0
    spend_as_of: datetime | None = None

    @property
    def has_begun(self) -> bool:
        """Whether there is anything to show: spend, or a lead."""
        return bool(self.spend_by_currency or self.leads)

    @property
    def currency(self) -> str | None:
        """The one currency of the spend; INR, the budget's, when nothing was spent; None when there are several."""
        return next(iter(self.spend_by_currency), "INR") if len(self.spend_by_currency) < 2 else None

    @property
    def spend(self) -> Decimal | None:
        return sum(self.spend_by_currency.values(), Decimal(0)) if self.currency else None

    @property
    def budget_used_percent(self) -> float | None:
        """Spend against the budget, which is in INR."""
        return round(float(self.spend / self.request.budget_inr * 100), 1) if self.currency == "INR" else None

    @property
    def cost_per_lead(self) -> float | None:
        return ratio(self.spend, self.leads) if self.spend else None

    @property
    def cost_per_closed(self) -> float | None:
        return ratio(self.spend, self.closed) if self.spend else None


def of(requests: list[AdsRequest]) -> list[Results]:
    """The requests' results, in six queries however many they are."""
    ids = [request.pk for request in requests]
    leads = Lead.objects.filter(ads_request__in=ids).order_by()
    counts = {
        "leads": _count(leads, "ads_request"),
        "closed": _count(leads.won(), "ads_request"),
        "interested": _count_leads(
            StageEntry.objects.filter(status__pipeline="channel", status__name="interested"), leads
        ),
        "site_visits": _count_leads(Activity.objects.site_visits(), leads),
    }
    spent, asked = _spend(ids), _last_asked(ids)
    return [
        Results(
            request=request,
            spend_by_currency=spent.get(request.pk, {}),
            spend_as_of=asked.get(request.pk),
            **{name: found.get(request.pk, 0) for name, found in counts.items()},
        )
        for request in requests
    ]


def _count(leads, by: str) -> dict[int, int]:
    return dict(leads.values_list(by).annotate(Count("pk")))


def _count_leads(rows, leads) -> dict[int, int]:
    """How many leads of each request have such a row."""
    found = rows.filter(lead__in=leads.values("pk")).order_by()
    return dict(found.values_list("lead__ads_request").annotate(Count("lead", distinct=True)))


def _spend(ids: list[int]) -> dict[int, dict[str, Decimal]]:
    rows = (
        CampaignDay.objects.filter(campaign__ads_request__in=ids, spend__gt=0)
        .order_by("currency")
        .values_list("campaign__ads_request", "currency")
        .annotate(Sum("spend"))
    )
    found: dict[int, dict[str, Decimal]] = {}
    for request_id, currency, spend in rows:
        found.setdefault(request_id, {})[currency] = spend
    return found


def _last_asked(ids: list[int]) -> dict[int, datetime | None]:
    """By the ad account that was asked longest ago; of campaigns without an account, when a day was last written."""
    rows = Campaign.objects.filter(ads_request__in=ids).order_by().values_list("ads_request")
    asked = rows.annotate(synced=Min("account__synced_at"), written=Max("days__updated_at"))
    return {request_id: synced or written for request_id, synced, written in asked}


def by_status(request: AdsRequest) -> list[tuple[str, int]]:
    """(status, leads that are in it now), in the order of the pipeline, with those that nobody is in."""
    found = dict(Lead.objects.filter(ads_request=request).order_by().values_list("status").annotate(Count("pk")))
    statuses = LeadStatus.objects.of("channel").order_by("position").values_list("pk", "name")
    return [(name, found.get(pk, 0)) for pk, name in statuses]
