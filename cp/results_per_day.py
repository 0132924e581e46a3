"""The daily chart of ads requests' results."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate

from crm.models import Lead
from marketing.models import CampaignDay

from .results import Results

LONGEST = 92  # days


@dataclass(frozen=True)
class Day:
    """`spent` is by currency; `spend` the one amount, None where the request's campaigns spent in several."""

    date: date
    spend: Decimal | None
    leads: int
    spent: dict[str, Decimal]


def of(found: list[Results], *, longest: int = LONGEST) -> dict[int, list[Day]]:
    """By request, each day from its first to its last, at most the newest `longest`; two queries however many requests.

    Meta's days are those of the ad account; leads count by their day in the entity's zone. The requests are of one
    entity.
    """
    if not found:
        return {}
    ids = [results.request.pk for results in found]
    zone = found[0].request.entity.zone
    spent, brought = _spent(ids), _brought(ids, zone)
    return {
        results.request.pk: _days(
            results, spent.get(results.request.pk, {}), brought.get(results.request.pk, {}), zone, longest
        )
        for results in found
    }


def _days(results: Results, spent: dict, brought: dict, zone, longest: int) -> list[Day]:
    first = min([results.request.created_at.astimezone(zone).date(), *spent, *brought])
    last = max([first, *spent, *brought])
    length = min((last - first).days + 1, longest)
    dates = [last - timedelta(days=length - 1 - n) for n in range(length)]
    return [_day(day, spent.get(day, {}), brought.get(day, 0), results.currency is None) for day in dates]


def _day(day: date, spent: dict[str, Decimal], leads: int, is_mixed: bool) -> Day:
    return Day(day, None if is_mixed else sum(spent.values(), Decimal(0)), leads, spent)


def _spent(ids: list[int]) -> dict[int, dict[date, dict[str, Decimal]]]:
    days = CampaignDay.objects.filter(campaign__ads_request__in=ids, spend__gt=0).order_by()
    rows = days.values_list("campaign__ads_request", "date", "currency").annotate(Sum("spend"))
    found: dict[int, dict] = {}
    for request_id, day, currency, spend in rows:
        found.setdefault(request_id, {}).setdefault(day, {})[currency] = spend
    return found


def _brought(ids: list[int], zone) -> dict[int, dict[date, int]]:
    leads = Lead.objects.filter(ads_request__in=ids).order_by()
    rows = leads.values_list("ads_request", TruncDate("created_at", tzinfo=zone)).annotate(Count("pk"))
    found: dict[int, dict] = {}
    for request_id, day, count in rows:
        found.setdefault(request_id, {})[day] = count
    return found
