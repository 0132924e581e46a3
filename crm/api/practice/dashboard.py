"""/api/v1/analytics/dashboard (practice.md, "Analytics dashboard endpoints")."""

from rest_framework import serializers
from rest_framework.response import Response

from betterside import clock
from betterside.api import ranges
from betterside.api.ranges import RangeQuery
from betterside.api.schema import documented
from betterside.api.shapes import Shape
from crm.analytics import performance, practice
from crm.models import Activity, Lead, PerformanceScore

from .base import PracticeViewSet
from .performance import FiguresShape, PlaceShape

TOP = 5


class SummaryShape(Shape):
    total_leads = serializers.IntegerField()
    open_leads = serializers.IntegerField()
    won_leads = serializers.IntegerField()
    lost_leads = serializers.IntegerField()
    conversion_rate = serializers.FloatField(help_text="Won leads in per cent of all.")
    overdue_follow_ups = serializers.IntegerField(help_text="Now, whatever the range.")


class TotalsShape(SummaryShape):
    unassigned_leads = serializers.IntegerField(help_text="Open leads that nobody owns.")


class StatusRowShape(Shape):
    status = serializers.CharField()
    total = serializers.IntegerField()
    mine = serializers.IntegerField()


class StateRowShape(Shape):
    state = serializers.CharField(allow_null=True, help_text="Null: not known.")
    total = serializers.IntegerField()
    won = serializers.IntegerField()
    conversion_rate = serializers.FloatField()


class RecentShape(Shape):
    id = serializers.IntegerField()
    lead_id = serializers.IntegerField()
    practice_name = serializers.CharField(source="lead.company", allow_null=True)
    activity_type = serializers.CharField()
    title = serializers.CharField(allow_null=True)
    description = serializers.CharField()
    user_id = serializers.IntegerField(allow_null=True, help_text="Null for the system.")
    user_name = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    @staticmethod
    def get_user_name(activity: Activity) -> str | None:
        return activity.user and activity.user.get_full_name()


class TopAgentShape(PlaceShape, FiguresShape):
    """Of the present month."""


class DashboardShape(Shape):
    totals = TotalsShape(help_text="The whole entity's.")
    mine = SummaryShape(help_text="One's own leads.")
    leads_by_status = StatusRowShape(many=True, help_text="Every status, in the pipeline's order.")
    leads_by_state = StateRowShape(many=True, help_text="The state with most leads first.")
    recent_activity = RecentShape(many=True, help_text=f"The latest {practice.RECENT}.")
    top_agents = TopAgentShape(many=True, help_text=f"The first {TOP} who have points this month.")


class DashboardViewSet(PracticeViewSet):
    right = "analytics.read"

    @documented(query=RangeQuery, answer=DashboardShape, summary="The figures of the practice leads")
    def dashboard(self, request):
        """`date_from` and `date_to` narrow the leads by the day they were created, in the entity's time zone."""
        bounds = ranges.bounds(self.query(RangeQuery), self.entity.zone)
        leads = Lead.objects.in_pipeline("practice").visible_to(request.user).created_between(*bounds)
        rows = practice.by_status(leads, request.user)
        late = practice.overdue(request.user, clock.now())
        totals = {"unassigned_leads": sum(row["unassigned"] for row in rows), "overdue_follow_ups": late["total"]}
        return Response(
            {
                "totals": practice.summary(rows, "total") | totals,
                "mine": practice.summary(rows, "mine") | {"overdue_follow_ups": late["mine"]},
                "leads_by_status": [
                    {"status": row["status"].name, "total": row["total"], "mine": row["mine"]} for row in rows
                ],
                "leads_by_state": practice.by_state(leads),
                "recent_activity": RecentShape.many(practice.recent_activity(request.user)),
                "top_agents": self._top_agents(),
            }
        )

    def _top_agents(self) -> list[dict]:
        today = clock.now().astimezone(self.entity.zone).date()
        found = performance.standings(self.entity, PerformanceScore.Period.MONTH, today)
        return [PlaceShape.of(one) | FiguresShape.of(one) for one in found[:TOP] if one.score.points]
