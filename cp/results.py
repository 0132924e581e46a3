"""What each ads request brought: the end of the loop from request to campaign, leads and cost (DESIGN section 5)."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate

from crm.models import Activity, Lead, StageEntry
from marketing.figures import ratio
from marketing.models import CampaignDay

from .models import AdsRequest

LONGEST_CHART = 92  # days


@dataclass(frozen=True)
class Results:
    """Counts of leads, and money by currency. A cost per something is None without it, or in mixed currencies.

    `interested`: leads that are or were in that status; `site_visits`: leads with a meeting that took place;
    `closed`: leads in a won status.
    """

    request: AdsRequest
    spend_by_currency: dict[str, Decimal] = field(default_factory=dict)
    leads: int = 0
    interested: int = 0
    site_visits: int = 0
    closed: int = 0

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
    """The requests' results, in five queries however many they are."""
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
    spent = _spend(ids)
    return [
        Results(
            request=request,
            spend_by_currency=spent.get(request.pk, {}),
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
        .order_by()
        .values_list("campaign__ads_request", "currency")
        .annotate(Sum("spend"))
    )
    found: dict[int, dict[str, Decimal]] = {}
    for request_id, currency, spend in rows:
        found.setdefault(request_id, {})[currency] = spend
    return found


def per_day(results: Results) -> list[dict]:
    """[{"date", "spend", "leads"}] from the request's first day to its last, at most 92 days.

    The spend is None where the campaigns spent in several currencies: they are never added up.
    """
    request = results.request
    zone = request.entity.zone
    days_of = CampaignDay.objects.filter(campaign__ads_request=request).order_by()
    spent = dict(days_of.values_list("date").annotate(Sum("spend")))
    leads = Lead.objects.filter(ads_request=request).order_by()
    brought = dict(leads.values_list(TruncDate("created_at", tzinfo=zone)).annotate(Count("pk")))
    first = min([request.created_at.astimezone(zone).date(), *spent, *brought])
    last = max([first, *spent, *brought])
    length = min((last - first).days + 1, LONGEST_CHART)
    dates = [last - timedelta(days=length - 1 - n) for n in range(length)]
    is_mixed = results.currency is None
    return [
        {"date": day, "spend": None if is_mixed else float(spent.get(day, 0)), "leads": brought.get(day, 0)}
        for day in dates
    ]
