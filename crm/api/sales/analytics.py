"""/api/analytics (sales.md, "Analytics & Reporting Endpoints"). Ranges are about leads created in them."""

from rest_framework import serializers

from betterside import clock
from betterside.api.ranges import RangeQuery
from betterside.api.sales import success
from betterside.api.schema import documented
from crm.analytics import periods, reports
from crm.models import Activity, Lead

from .analytics_shapes import (
    ActivityTotalsShape,
    DashboardShape,
    FunnelShape,
    LeadFiguresShape,
    PeriodShape,
    PlatformShape,
    SlaShape,
    UserFiguresShape,
)
from .base import SalesViewSet, list_of, one_of
from .fields import IdField, PipelineField
from .shapes import ActivityRowShape

RECENT = 10


class AnalyticsQuery(RangeQuery):
    """Filters combine; an id of another entity matches nothing."""

    status = serializers.CharField(max_length=50, required=False)
    platform = serializers.ChoiceField(choices=Lead.Platform.values, required=False)
    assigned_user_id = IdField(required=False)
    source = serializers.CharField(max_length=255, required=False)
    campaign_id = IdField(required=False)
    project_id = IdField(required=False)
    pipeline = PipelineField()


class PeriodQuery(AnalyticsQuery):
    group_by = serializers.ChoiceField(choices=list(periods.CUTS), default="day")


class AnalyticsViewSet(SalesViewSet):
    right = "analytics.read"

    @documented(query=AnalyticsQuery, answer=one_of(DashboardShape), summary="Totals, and what was and what is next")
    def dashboard(self, request):
        query = self.query(AnalyticsQuery)
        seen = Activity.objects.visible_to(request.user).select_related("lead", "user")
        upcoming = seen.upcoming(clock.now()).order_by("next_follow_up_date", "pk")
        return success(
            reports.lead_analytics(request.user, query)
            | {
                "recent_activities": ActivityRowShape.many(seen[:RECENT]),
                "upcoming_follow_ups": ActivityRowShape.many(upcoming[:RECENT]),
            }
        )

    @documented(query=AnalyticsQuery, answer=one_of(LeadFiguresShape), summary="Totals of the filtered leads")
    def totals(self, request):
        return success(reports.lead_analytics(request.user, self.query(AnalyticsQuery)))

    @documented(query=AnalyticsQuery, answer=list_of(PlatformShape), summary="By platform")
    def platforms(self, request):
        return success(reports.platform_performance(request.user, self.query(AnalyticsQuery)))

    @documented(query=AnalyticsQuery, answer=list_of(UserFiguresShape), summary="By owner")
    def users(self, request):
        return success(reports.user_performance(request.user, self.query(AnalyticsQuery)))

    @documented(query=AnalyticsQuery, answer=one_of(FunnelShape), summary="How far leads of the main pipeline came")
    def funnel(self, request):
        return success(reports.conversion_funnel(request.user, self.query(AnalyticsQuery)))

    @documented(query=PeriodQuery, answer=list_of(PeriodShape), summary="By day, week or month")
    def time_based(self, request):
        return success(reports.time_based(request.user, self.query(PeriodQuery)))

    @documented(query=AnalyticsQuery, answer=one_of(ActivityTotalsShape), summary="What people did")
    def activity_totals(self, request):
        return success(reports.activity(request.user, self.query(AnalyticsQuery)))

    @documented(query=AnalyticsQuery, answer=one_of(SlaShape), summary="How many leads are within their service levels")
    def sla_compliance(self, request):
        return success(reports.sla(request.user, self.query(AnalyticsQuery)))
