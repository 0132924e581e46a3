"""How the sales face writes leads, assignments, stages and activities (sales.md). Keys of the contract's samples come
first, in its order; what follows them the samples leave out."""

from rest_framework import serializers

from betterside.api.shapes import Shape


class LeadRowShape(Shape):
    id = serializers.IntegerField()
    email = serializers.CharField(allow_null=True)
    first_name = serializers.CharField(allow_null=True)
    last_name = serializers.CharField(allow_null=True)
    status = serializers.CharField(source="status.name")
    platform_key = serializers.CharField(source="platform", allow_null=True)
    assigned_user_id = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()


class SalesLeadShape(Shape):
    id = serializers.IntegerField()
    entity_id = serializers.IntegerField()
    email = serializers.CharField(allow_null=True)
    first_name = serializers.CharField(allow_null=True)
    last_name = serializers.CharField(allow_null=True)
    full_name = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    status = serializers.CharField(source="status.name")
    platform_key = serializers.CharField(source="platform", allow_null=True)
    source_page_id = serializers.CharField(allow_null=True)
    assigned_user_id = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()
    raw_field_data = serializers.DictField()
    public_id = serializers.UUIDField()
    lead_code = serializers.CharField()
    pipeline = serializers.CharField(source="pipeline_id")
    source_page_name = serializers.CharField(allow_null=True)
    source = serializers.CharField(allow_null=True)
    company = serializers.CharField(allow_null=True)
    job_title = serializers.CharField(allow_null=True)
    score = serializers.IntegerField()
    value = serializers.FloatField()
    campaign_name = serializers.CharField(allow_null=True)
    notes = serializers.CharField(allow_null=True)
    consent_time = serializers.DateTimeField(allow_null=True)
    assigned_at = serializers.DateTimeField(allow_null=True)
    last_interaction_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()


class StatusCountShape(Shape):
    status = serializers.CharField()
    count = serializers.IntegerField()


class BoardShape(Shape):
    pipeline = serializers.DictField(
        child=LeadRowShape(many=True), help_text="By status name, in the pipeline's order: its newest leads."
    )
    statusCounts = StatusCountShape(many=True)  # noqa: N815 - the contract's name


class PersonShape(Shape):
    id = serializers.IntegerField()
    first_name = serializers.CharField(allow_null=True)
    last_name = serializers.CharField(allow_null=True)


class AssignmentShape(Shape):
    id = serializers.IntegerField()
    lead_id = serializers.IntegerField()
    assigned_user_id = serializers.IntegerField()
    assigned_at = serializers.DateTimeField()
    assigned_by_user_id = serializers.IntegerField(source="assigned_by_id", allow_null=True)
    reassignment_reason = serializers.CharField(allow_null=True)
    notes = serializers.CharField(allow_null=True)
    previous_user_id = serializers.IntegerField(allow_null=True)


class AssignedShape(Shape):
    """`assigned_by_user_id` is null when the system assigned the lead."""

    assignment = AssignmentShape(allow_null=True)
    assigned_user = PersonShape(allow_null=True)


class UnassignedShape(Shape):
    lead_id = serializers.IntegerField()
    previous_user_id = serializers.IntegerField(source="assigned_user_id")
    unassigned_at = serializers.DateTimeField(source="ended_at")
    reason = serializers.CharField(source="end_reason", allow_null=True)


class GivenShape(Shape):
    lead_id = serializers.IntegerField()
    assigned_user_id = serializers.IntegerField()


class BulkAssignedShape(Shape):
    total_assigned = serializers.IntegerField()
    assignments = GivenShape(many=True)


class PastAssignmentShape(Shape):
    """`ended_at` and `end_reason` say when and why the owner was taken away; null while it lasts."""

    id = serializers.IntegerField()
    lead_id = serializers.IntegerField()
    assigned_user_id = serializers.IntegerField()
    assigned_at = serializers.DateTimeField()
    assigned_by_user_id = serializers.IntegerField(source="assigned_by_id", allow_null=True)
    previous_user_id = serializers.IntegerField(allow_null=True)
    reassignment_reason = serializers.CharField(allow_null=True)
    assigned_user_email = serializers.CharField(source="assigned_user.email")
    assigned_by_first_name = serializers.CharField(source="assigned_by.first_name", allow_null=True)
    assigned_by_last_name = serializers.CharField(source="assigned_by.last_name", allow_null=True)
    notes = serializers.CharField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    end_reason = serializers.CharField(allow_null=True)


class CurrentAssignmentShape(PastAssignmentShape):
    """A row of the assignment lists: with its lead."""

    lead_email = serializers.CharField(source="lead.email", allow_null=True)
    lead_first_name = serializers.CharField(source="lead.first_name", allow_null=True)
    lead_last_name = serializers.CharField(source="lead.last_name", allow_null=True)
    lead_status = serializers.CharField(source="lead.status.name")


class WorkloadRowShape(PersonShape):
    email = serializers.CharField()
    assigned_leads = serializers.IntegerField()
    active_leads = serializers.IntegerField()
    closed_leads = serializers.IntegerField()


class WorkloadShape(Shape):
    unassigned_leads = serializers.IntegerField(help_text="Open leads that nobody owns.")
    workload_distribution = WorkloadRowShape(many=True)
    total_users = serializers.IntegerField()
    average_leads_per_user = serializers.FloatField()


class StageShape(Shape):
    id = serializers.IntegerField()
    lead_id = serializers.IntegerField()
    status_id = serializers.IntegerField()
    status_name = serializers.CharField(source="status.name")
    entered_at = serializers.DateTimeField()
    notes = serializers.CharField(allow_null=True)
    next_action_required = serializers.CharField(allow_null=True)


class StageChangeShape(Shape):
    stage_id = serializers.IntegerField(source="id")
    current_stage = serializers.SerializerMethodField()
    previous_status = serializers.CharField(source="previous.status.name")
    new_status = serializers.CharField(source="status.name")
    transition_valid = serializers.SerializerMethodField()

    @staticmethod
    def get_current_stage(entry) -> StageShape:
        return StageShape.of(entry)

    @staticmethod
    def get_transition_valid(_entry) -> bool:
        """Always true: a transition that is not is refused with 409."""
        return True


class PastStageShape(Shape):
    """`exited_at` and `duration_hours` are null while the stay lasts; `user_email` when the system moved the lead."""

    id = serializers.IntegerField()
    lead_id = serializers.IntegerField()
    status_id = serializers.IntegerField()
    status_name = serializers.CharField(source="status.name")
    entered_at = serializers.DateTimeField()
    exited_at = serializers.DateTimeField(allow_null=True)
    duration_hours = serializers.FloatField(allow_null=True)
    notes = serializers.CharField(allow_null=True)
    next_action_required = serializers.CharField(allow_null=True)
    user_email = serializers.CharField(source="user.email", allow_null=True)


class StatusShape(Shape):
    id = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField()


class NextStatusesShape(Shape):
    current_status = serializers.CharField()
    next_possible_statuses = StatusShape(many=True)


class ActivityShape(Shape):
    id = serializers.IntegerField()
    lead_id = serializers.IntegerField()
    user_id = serializers.IntegerField(allow_null=True)
    activity_type = serializers.CharField()
    description = serializers.CharField()
    next_follow_up_date = serializers.DateTimeField(allow_null=True)
    priority = serializers.CharField()
    status = serializers.CharField()
    created_at = serializers.DateTimeField()
    title = serializers.CharField(allow_null=True)
    notes = serializers.CharField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)


class ActivityRowShape(ActivityShape):
    """A row of the activity lists: with who did it (null: the system) and to which lead."""

    user_email = serializers.CharField(source="user.email", allow_null=True)
    user_first_name = serializers.CharField(source="user.first_name", allow_null=True)
    user_last_name = serializers.CharField(source="user.last_name", allow_null=True)
    lead_email = serializers.CharField(source="lead.email", allow_null=True)
    lead_first_name = serializers.CharField(source="lead.first_name", allow_null=True)
    lead_last_name = serializers.CharField(source="lead.last_name", allow_null=True)
    is_automatic = serializers.BooleanField(help_text="Recorded by a change, not logged by a person.")


class LoggedShape(Shape):
    activity_id = serializers.IntegerField()
    activity = ActivityShape()


class MovedFollowUpsShape(Shape):
    updated_count = serializers.IntegerField()
    next_follow_up_date = serializers.DateTimeField()
