"""/api/dashboard (growth.md, section A)."""

from datetime import timedelta

from rest_framework import serializers
from rest_framework.response import Response

from betterside import clock, days
from betterside.api.ranges import DayField
from betterside.api.schema import documented
from betterside.errors import Invalid
from crm.analytics import growth

from .base import GrowthViewSet

DEFAULT_DAYS = 30
LONGEST_CHART = 1100  # days: three years


class DashboardQuery(serializers.Serializer):
    startDate = DayField(help_text="YYYY-MM-DD; by default the last 30 days.")  # noqa: N815 - the contract's names
    endDate = DayField(help_text="YYYY-MM-DD, included; by default today.")  # noqa: N815


class KpiShape(serializers.Serializer):
    value = serializers.FloatField()
    change = serializers.FloatField(help_text="Per cent, against the preceding range of the same length.")
    trend = serializers.ChoiceField(choices=["up", "down", "flat"])


class StatsShape(serializers.Serializer):
    revenue = KpiShape(help_text="Value of the leads closed in the range.")
    active_leads = KpiShape(help_text="Leads created up to the range's end and open then.")
    conversion_rate = KpiShape(help_text="Per cent: closed in the range of created in the range.")
    link_clicks = KpiShape(help_text="Clicks of the campaigns.")


class DayShape(serializers.Serializer):
    date = serializers.CharField(help_text="Of at most a week the weekday (Mon), else YYYY-MM-DD.")
    value = serializers.FloatField()


class SourceShape(serializers.Serializer):
    name = serializers.CharField()
    value = serializers.IntegerField()


class DashboardViewSet(GrowthViewSet):
    right = "analytics.read"

    def span(self) -> growth.Span:
        query = self.query(DashboardQuery)
        last = query.get("endDate") or days.local(clock.now(), self.entity.zone)
        first = query.get("startDate") or last - timedelta(days=DEFAULT_DAYS - 1)
        if first > last:
            raise Invalid(fields={"startDate": "startDate is after endDate."})
        return growth.Span(first, last)

    def chart_span(self) -> growth.Span:
        span = self.span()
        if span.length > LONGEST_CHART:
            raise Invalid(fields={"startDate": f"A chart shows at most {LONGEST_CHART} days."})
        return span

    @documented(query=DashboardQuery, answer=StatsShape(), summary="The figures at the top")
    def stats(self, request):
        return Response(growth.stats(request.user, self.span()))

    @documented(query=DashboardQuery, answer=DayShape(many=True), summary="Revenue by day")
    def revenue(self, request):
        return Response(growth.revenue_by_day(request.user, self.chart_span()))

    @documented(query=DashboardQuery, answer=SourceShape(many=True), summary="New leads by source")
    def sources(self, request):
        return Response(growth.leads_by_source(request.user, self.span()))
