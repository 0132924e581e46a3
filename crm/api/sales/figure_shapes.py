"""The keys of the sales face's figures, for the OpenAPI document; crm.analytics makes the rows (a test holds both
together). Where sales.md shows no body, names follow those it shows nearby."""

from rest_framework import serializers

from betterside.api.shapes import Shape


class PerformanceShape(serializers.Serializer):
    """Durations are of stays that ended; null when none did."""

    status_name = serializers.CharField()
    status_description = serializers.CharField()
    total_entries = serializers.IntegerField()
    total_exits = serializers.IntegerField(help_text="Of these entries.")
    currently_in_stage = serializers.IntegerField(help_text="Of these entries.")
    avg_duration_hours = serializers.FloatField(allow_null=True)
    min_duration_hours = serializers.FloatField(allow_null=True)
    max_duration_hours = serializers.FloatField(allow_null=True)
    leads_exceeding_24h = serializers.IntegerField(help_text="0 for won and lost, where leads end.")
    leads_exceeding_48h = serializers.IntegerField()
    status_id = serializers.IntegerField()
    pipeline = serializers.CharField()


class UserStagesShape(serializers.Serializer):
    user_id = serializers.IntegerField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    email = serializers.CharField()
    total_stage_changes = serializers.IntegerField()
    leads_handled = serializers.IntegerField()
    won_leads = serializers.IntegerField()
    lost_leads = serializers.IntegerField()
    conversion_rate = serializers.FloatField(help_text="Won of the leads handled, per cent.")
    avg_duration_hours = serializers.FloatField(allow_null=True, help_text="How long leads had stayed before the move.")


class TransitionShape(serializers.Serializer):
    from_status_id = serializers.IntegerField()
    from_status = serializers.CharField()
    to_status_id = serializers.IntegerField()
    to_status = serializers.CharField()
    transition_count = serializers.IntegerField()
    transition_rate = serializers.FloatField(help_text="Of all steps out of from_status, per cent.")
    avg_duration_hours = serializers.FloatField(allow_null=True, help_text="Spent in from_status before.")


class StatusFigures(serializers.Serializer):
    status_id = serializers.IntegerField()
    status_name = serializers.CharField()
    pipeline = serializers.CharField()


class ConversionShape(StatusFigures):
    leads_entered = serializers.IntegerField()
    leads_advanced = serializers.IntegerField(help_text="Moved on to a later status that is not lost.")
    leads_lost = serializers.IntegerField()
    leads_in_stage = serializers.IntegerField()
    conversion_rate = serializers.FloatField(help_text="Advanced of entered, per cent.")
    loss_rate = serializers.FloatField()


class StatusStatisticsShape(StatusFigures):
    status_description = serializers.CharField()
    total_leads = serializers.IntegerField()
    percentage = serializers.FloatField()
    assigned_leads = serializers.IntegerField()
    unassigned_leads = serializers.IntegerField()
    avg_hours_in_stage = serializers.FloatField(allow_null=True)


class SummaryStageShape(StatusFigures):
    leads = serializers.IntegerField()
    avg_hours_in_stage = serializers.FloatField(allow_null=True)
    exceeding_sla = serializers.IntegerField()


class StageSummaryShape(serializers.Serializer):
    total_leads = serializers.IntegerField()
    open_leads = serializers.IntegerField()
    won_leads = serializers.IntegerField()
    lost_leads = serializers.IntegerField()
    conversion_rate = serializers.FloatField()
    exceeding_sla = serializers.IntegerField(help_text="Open leads that wait longer than their status's SLA.")
    changes_today = serializers.IntegerField()
    changes_last_7_days = serializers.IntegerField()
    stages = SummaryStageShape(many=True)


class LeadStayShape(Shape):
    """A stay with its lead."""

    id = serializers.IntegerField()
    lead_id = serializers.IntegerField()
    lead_email = serializers.CharField(source="lead.email", allow_null=True)
    lead_first_name = serializers.CharField(source="lead.first_name", allow_null=True)
    lead_last_name = serializers.CharField(source="lead.last_name", allow_null=True)
    status_id = serializers.IntegerField()
    status_name = serializers.CharField(source="status.name")
    entered_at = serializers.DateTimeField()
    notes = serializers.CharField(allow_null=True)
    next_action_required = serializers.CharField(allow_null=True)


class StageMoveShape(LeadStayShape):
    previous_status = serializers.CharField(source="previous.status.name")
    user_id = serializers.IntegerField(allow_null=True)
    user_email = serializers.CharField(source="user.email", allow_null=True)


class ViolationShape(LeadStayShape):
    assigned_user_id = serializers.IntegerField(source="lead.assigned_user_id", allow_null=True)
    assigned_user_email = serializers.CharField(source="lead.assigned_user.email", allow_null=True)
    hours_in_stage = serializers.SerializerMethodField()
    sla_hours = serializers.IntegerField()
    hours_exceeded = serializers.SerializerMethodField()

    @staticmethod
    def get_hours_in_stage(entry) -> float:
        return round(entry.hours, 2)

    @staticmethod
    def get_hours_exceeded(entry) -> float:
        return round(entry.hours - entry.sla_hours, 2)


class ComplianceShape(serializers.Serializer):
    sla_hours = serializers.IntegerField(allow_null=True, help_text="As asked; null: each status's own.")
    total_leads = serializers.IntegerField()
    within_sla = serializers.IntegerField()
    exceeded_sla = serializers.IntegerField()
    compliance_rate = serializers.FloatField()
    avg_exceeded_time = serializers.FloatField(
        allow_null=True, help_text="Hours beyond the SLA of stays that broke it."
    )
    by_status = serializers.DictField(child=serializers.FloatField(), help_text="Stays within SLA, per cent.")


class EfficiencyShape(serializers.Serializer):
    total_leads = serializers.IntegerField()
    completed_leads = serializers.IntegerField(help_text="Won or lost.")
    in_progress_leads = serializers.IntegerField()
    won_leads = serializers.IntegerField()
    lost_leads = serializers.IntegerField()
    completion_rate = serializers.FloatField()
    conversion_rate = serializers.FloatField()
    avg_cycle_time = serializers.FloatField(allow_null=True, help_text="Days from created to won or lost.")
    avg_stage_duration_hours = serializers.FloatField(allow_null=True)
    avg_stages_per_lead = serializers.FloatField()
    total_stage_changes = serializers.IntegerField()
    backward_stage_changes = serializers.IntegerField()


class BottleneckShape(StatusFigures):
    sla_hours = serializers.IntegerField()
    total_entries = serializers.IntegerField()
    currently_in_stage = serializers.IntegerField()
    avg_duration_hours = serializers.FloatField(allow_null=True, help_text="Stays that still last count up to now.")
    exceeding_sla = serializers.IntegerField()
    exceeding_rate = serializers.FloatField()
    leads_lost = serializers.IntegerField()
    drop_off_rate = serializers.FloatField(help_text="Lost of these entries, per cent.")
    is_bottleneck = serializers.BooleanField(help_text="The average stay breaks the SLA.")


class StatesShape(serializers.Serializer):
    total_activities = serializers.IntegerField()
    completed_activities = serializers.IntegerField()
    pending_activities = serializers.IntegerField()
    cancelled_activities = serializers.IntegerField()
    completion_rate = serializers.FloatField(help_text="Per cent, two decimals.")


class ActivityTypeShape(StatesShape):
    activity_type = serializers.CharField()


class UserActivitiesShape(StatesShape):
    user_id = serializers.IntegerField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    email = serializers.CharField()
    leads_contacted = serializers.IntegerField()
    overdue_follow_ups = serializers.IntegerField()


class PriorityShape(StatesShape):
    priority = serializers.CharField()
    percentage = serializers.FloatField()


class ActivitySummaryShape(StatesShape):
    activities_today = serializers.IntegerField()
    activities_last_7_days = serializers.IntegerField()
    overdue_follow_ups = serializers.IntegerField()
    by_type = serializers.DictField(child=serializers.IntegerField())
    by_priority = serializers.DictField(child=serializers.IntegerField())


class FollowUpsShape(serializers.Serializer):
    total_pending = serializers.IntegerField(help_text="Still to come; those overdue are counted beside it.")
    urgent_pending = serializers.IntegerField()
    high_pending = serializers.IntegerField()
    due_within_24h = serializers.IntegerField()
    due_within_week = serializers.IntegerField()
    overdue = serializers.IntegerField()
