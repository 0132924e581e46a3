"""What /api/reporting answers (sales.md, "Report Templates" and "Scheduled Reports")."""

from rest_framework import serializers

from betterside.api.shapes import Shape

from .shapes import PersonShape


class ScheduleRowShape(Shape):
    """The contract's sample, key by key. `next_run` is null while it is paused."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    frequency = serializers.CharField()
    next_run = serializers.DateTimeField(source="next_run_at", allow_null=True)
    recipients = serializers.ListField(child=serializers.CharField())
    status = serializers.CharField()


class ScheduleShape(ScheduleRowShape):
    template_id = serializers.IntegerField()
    day_of_week = serializers.IntegerField(allow_null=True, help_text="1 is Monday, 7 is Sunday")
    day_of_month = serializers.IntegerField(allow_null=True)
    time = serializers.SerializerMethodField()
    timezone = serializers.CharField(source="zone")
    format = serializers.CharField()
    last_run = serializers.DateTimeField(source="last_run_at", allow_null=True)
    owner = PersonShape()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    @staticmethod
    def get_time(schedule) -> str:
        return f"{schedule.time:%H:%M}"


class TemplateShape(Shape):
    """`schedule` is the first that was made for it; /api/reporting/schedules has all."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    type = serializers.CharField(source="report_type")
    filters = serializers.DictField()
    schedule = serializers.SerializerMethodField()
    created_by = PersonShape()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    @staticmethod
    def get_schedule(template) -> ScheduleShape:
        return ScheduleShape.of(template.first_schedule)


class RunShape(Shape):
    """`error` says what went wrong, also in a try that is to be repeated."""

    id = serializers.IntegerField()
    schedule_id = serializers.IntegerField()
    name = serializers.CharField(source="schedule.name")
    planned_at = serializers.DateTimeField()
    state = serializers.ChoiceField(["waiting", "running", "sent", "failed"])
    rows = serializers.IntegerField(allow_null=True)
    error = serializers.CharField(allow_null=True)
    sent_to = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)

    @staticmethod
    def get_sent_to(run) -> list[str]:
        return [delivery.address for delivery in run.deliveries.all() if delivery.sent_at]


class RecipientShape(Shape):
    id = serializers.IntegerField()
    address = serializers.CharField()
    allowed_by = PersonShape()
    created_at = serializers.DateTimeField()
