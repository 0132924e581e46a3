"""/api/cp/dashboard: the whole first page in one call (channel.md, "Dashboard summary panel")."""

from rest_framework import serializers
from rest_framework.response import Response

from betterside.api.schema import documented

from .. import dashboard
from .base import ChannelViewSet
from .shapes import LeadShape


class TilesShape(serializers.Serializer):
    todays_leads = serializers.IntegerField()
    total_leads = serializers.IntegerField()
    active_projects = serializers.IntegerField()
    ads_in_progress = serializers.IntegerField()


class LeadsOfDayShape(serializers.Serializer):
    date = serializers.DateField()
    count = serializers.IntegerField()


class StatusCountShape(serializers.Serializer):
    status = serializers.CharField()
    count = serializers.IntegerField()


class FollowUpShape(LeadShape):
    next_follow_up_date = serializers.DateTimeField(source="follow_up_at", allow_null=True)


class DashboardShape(serializers.Serializer):
    tiles = TilesShape()
    leads_per_day = LeadsOfDayShape(many=True, help_text="The last 30 days in the entity's time zone, today last.")
    leads_by_status = StatusCountShape(many=True)
    latest_leads = FollowUpShape(many=True)
    follow_ups_due = FollowUpShape(many=True, help_text="Due today or overdue, the most urgent first.")


class DashboardViewSet(ChannelViewSet):
    @documented(answer=DashboardShape, summary="Tiles, charts, latest leads and follow-ups due")
    def retrieve(self, request):
        user = request.user
        return Response(
            {
                "tiles": dashboard.tiles(user),
                "leads_per_day": dashboard.leads_per_day(user),
                "leads_by_status": dashboard.leads_by_status(user),
                "latest_leads": FollowUpShape.many(dashboard.latest(user)),
                "follow_ups_due": FollowUpShape.many(dashboard.follow_ups_due(user)),
            }
        )
