"""/api/analytics (sales.md, "Analytics & Reporting Endpoints"). Ranges are about leads created in them."""

from rest_framework import serializers

from betterside import clock, days
from betterside.api.ranges import RangeQuery
from betterside.api.sales import success
from betterside.api.schema import documented
from crm import filters
from crm.analytics import activities, periods, sla
from crm.analytics import leads as figures
from crm.models import Activity, Lead, StageEntry

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

    def leads(self, query: dict, *, in_range: bool = True):
        """What the user may see of it, filtered; all of it without `in_range`."""
        found = Lead.objects.visible_to(self.request.user)
        found = filters.leads(found, query if in_range else _without_range(query), self.entity.zone)
        for name in ("campaign_id", "project_id"):
            found = found.filter(**{name: query[name]}) if name in query else found
        return found

    def activities(self, query: dict):
        return Activity.objects.visible_to(self.request.user).created_between(*self.range(query))

    @documented(query=AnalyticsQuery, answer=one_of(DashboardShape), summary="Totals, and what was and what is next")
    def dashboard(self, request):
        query = self.query(AnalyticsQuery)
        seen = Activity.objects.visible_to(request.user).select_related("lead", "user")
        upcoming = seen.upcoming(clock.now()).order_by("next_follow_up_date", "pk")
        return success(
            figures.summary(self.leads(query))
            | {
                "recent_activities": ActivityRowShape.many(seen[:RECENT]),
                "upcoming_follow_ups": ActivityRowShape.many(upcoming[:RECENT]),
            }
        )

    @documented(query=AnalyticsQuery, answer=one_of(LeadFiguresShape), summary="Totals of the filtered leads")
    def totals(self, request):
        return success(figures.summary(self.leads(self.query(AnalyticsQuery))))

    @documented(query=AnalyticsQuery, answer=list_of(PlatformShape), summary="By platform")
    def platforms(self, request):
        return success(figures.by_platform(self.leads(self.query(AnalyticsQuery))))

    @documented(query=AnalyticsQuery, answer=list_of(UserFiguresShape), summary="By owner")
    def users(self, request):
        query = self.query(AnalyticsQuery)
        return success(figures.by_user(self.leads(query), self.activities(query)))

    @documented(query=AnalyticsQuery, answer=one_of(FunnelShape), summary="How far leads of the main pipeline came")
    def funnel(self, request):
        query = self.query(AnalyticsQuery)
        pipeline = query.get("pipeline", self.entity.main_pipeline)
        return success({"stages": figures.funnel(self.leads(query), pipeline)})

    @documented(query=PeriodQuery, answer=list_of(PeriodShape), summary="By day, week or month")
    def time_based(self, request):
        query = self.query(PeriodQuery)
        zone, leads = self.entity.zone, self.leads(query, in_range=False)
        last = query.get("date_to") or days.today(zone)
        first = query.get("date_from") or self._first_day(leads, last)
        bounds = days.bounds(first, last, zone)
        found = periods.over_time(leads, first=first, last=last, bounds=bounds, group_by=query["group_by"], zone=zone)
        return success(found)

    def _first_day(self, leads, last):
        oldest = leads.order_by("created_at").values_list("created_at", flat=True).first()
        return min(oldest.astimezone(self.entity.zone).date(), last) if oldest else last

    @documented(query=AnalyticsQuery, answer=one_of(ActivityTotalsShape), summary="What people did")
    def activity_totals(self, request):
        return success(activities.totals(self.activities(self.query(AnalyticsQuery))))

    @documented(query=AnalyticsQuery, answer=one_of(SlaShape), summary="How many leads are within their service levels")
    def sla_compliance(self, request):
        leads = self.leads(self.query(AnalyticsQuery))
        stays = StageEntry.objects.filter(lead__in=leads.order_by().values("pk"))
        found = sla.compliance(leads, stays, now=clock.now())
        return success({name: value for name, value in found.items() if name != "sla_hours"})


def _without_range(query: dict) -> dict:
    return {name: value for name, value in query.items() if name not in ("date_from", "date_to")}
