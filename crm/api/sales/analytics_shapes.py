"""What /api/analytics answers (sales.md, "Analytics & Reporting Endpoints"), for the OpenAPI document."""

from rest_framework import serializers

from .shapes import ActivityRowShape


class LeadFiguresShape(serializers.Serializer):
    """Cycle time in days, assignment time in hours, rates in per cent."""

    total_leads = serializers.IntegerField()
    new_leads = serializers.IntegerField()
    contacted_leads = serializers.IntegerField()
    won_leads = serializers.IntegerField()
    lost_leads = serializers.IntegerField()
    assigned_leads = serializers.IntegerField()
    unassigned_leads = serializers.IntegerField()
    conversion_rate = serializers.FloatField()
    avg_cycle_time = serializers.FloatField()
    avg_assignment_time = serializers.FloatField()


class DashboardShape(LeadFiguresShape):
    recent_activities = ActivityRowShape(many=True)
    upcoming_follow_ups = ActivityRowShape(many=True)


class PlatformShape(serializers.Serializer):
    platform = serializers.CharField()
    total_leads = serializers.IntegerField()
    won_leads = serializers.IntegerField()
    lost_leads = serializers.IntegerField()
    conversion_rate = serializers.FloatField()
    avg_cycle_time = serializers.FloatField()
    avg_assignment_time = serializers.FloatField()


class UserFiguresShape(serializers.Serializer):
    user_id = serializers.IntegerField()
    username = serializers.CharField()
    leads_assigned = serializers.IntegerField()
    leads_won = serializers.IntegerField()
    leads_lost = serializers.IntegerField()
    conversion_rate = serializers.FloatField()
    avg_cycle_time = serializers.FloatField()
    avg_assignment_time = serializers.FloatField()
    total_activities = serializers.IntegerField()
    pending_follow_ups = serializers.IntegerField()


class FunnelStageShape(serializers.Serializer):
    stage = serializers.CharField()
    count = serializers.IntegerField()
    percentage = serializers.FloatField()


class FunnelShape(serializers.Serializer):
    stages = FunnelStageShape(many=True)


class PeriodShape(serializers.Serializer):
    period = serializers.CharField(help_text="YYYY-MM-DD, YYYY-Www or YYYY-MM")
    new_leads = serializers.IntegerField()
    won_leads = serializers.IntegerField()
    lost_leads = serializers.IntegerField()
    conversion_rate = serializers.FloatField()


class ActivityTotalsShape(serializers.Serializer):
    total_activities = serializers.IntegerField()
    by_type = serializers.DictField(child=serializers.IntegerField())
    by_priority = serializers.DictField(child=serializers.IntegerField())
    by_status = serializers.DictField(child=serializers.IntegerField())


class SlaShape(serializers.Serializer):
    total_leads = serializers.IntegerField()
    within_sla = serializers.IntegerField()
    exceeded_sla = serializers.IntegerField()
    compliance_rate = serializers.FloatField()
    avg_exceeded_time = serializers.FloatField(allow_null=True, help_text="Hours beyond the SLA")
    by_status = serializers.DictField(child=serializers.FloatField())
