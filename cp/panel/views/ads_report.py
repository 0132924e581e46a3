"""What an ads request brought, on one page to print, and its days as a file."""

import csv

from django.http import HttpResponse
from django.utils.functional import cached_property
from django.views.generic import TemplateView, View

from ... import results, results_per_day
from ...models import AdsRequest
from .. import day_bars, export
from .base import PanelMixin


class ResultsMixin(PanelMixin):
    """For the CP, and for managers, who look on."""

    @cached_property
    def results(self) -> results.Results:
        found = AdsRequest.objects.select_related("entity", "project", "cp").prefetch_related("steps")
        return results.of([found.seen_by(self.request.user, pk=self.kwargs["pk"])])[0]

    def days(self, longest: int = results_per_day.LONGEST) -> list[results_per_day.Day]:
        return results_per_day.of([self.results], longest=longest)[self.results.request.pk]


class ReportView(ResultsMixin, TemplateView):
    template_name = "panel/ads_report.html"

    def get_context_data(self, **kwargs):
        days, request = self.days(), self.results.request
        return super().get_context_data(
            results=self.results,
            ads_request=request,
            chart=day_bars.of(self.results, days),
            first=days[0].date,
            last=days[-1].date,
            statuses=results.by_status(request),
            **kwargs,
        )


class DaysView(ResultsMixin, View):
    """A line per day, with a column per currency."""

    LONGEST = 3660

    def get(self, request, pk):
        currencies = sorted(self.results.spend_by_currency) or ["INR"]
        answer = HttpResponse(export.BOM, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="ads-request-{pk}.csv"'
        lines = csv.writer(answer)
        lines.writerow(["Date", "Leads", *(f"Spend {currency}".strip() for currency in currencies)])
        for day in self.days(self.LONGEST):
            lines.writerow([day.date, day.leads, *(day.spent.get(currency, 0) for currency in currencies)])
        return answer
