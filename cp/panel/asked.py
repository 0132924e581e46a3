"""An ads request as the Run Ads tab shows it: with what it brought so far."""

from dataclasses import dataclass

from .. import results, results_per_day
from ..models import AdsRequest
from ..results import Results
from . import day_bars

Status = AdsRequest.Status


@dataclass(frozen=True)
class Asked:
    """`results` and `chart` are None before there is anything to show."""

    ads_request: AdsRequest
    results: Results | None
    chart: day_bars.Chart | None


def of(requests: list[AdsRequest]) -> list[Asked]:
    """Eight queries, however many requests."""
    found = {one.request.pk: one for one in results.of(requests) if _is_worth_showing(one)}
    days = results_per_day.of(list(found.values()))
    charts = {pk: day_bars.of(one, days[pk]) for pk, one in found.items()}
    return [Asked(request, found.get(request.pk), charts.get(request.pk)) for request in requests]


def _is_worth_showing(one: Results) -> bool:
    """Also zeros, of a request whose ads run or ran."""
    return one.has_begun or one.request.status in (Status.RUNNING, Status.COMPLETED)
