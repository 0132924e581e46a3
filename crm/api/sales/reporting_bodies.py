"""Bodies of /api/reporting (sales.md, "Report Templates" and "Scheduled Reports")."""

from datetime import time

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crm.models import ReportSchedule
from crm.services import recipients

from .fields import IdField
from .report_bodies import ReportFilters, ReportTypeField

WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


@extend_schema_field({"oneOf": [{"type": "integer", "minimum": 0, "maximum": 7}, {"type": "string", "enum": WEEK}]})
class DayOfWeekField(serializers.Field):
    """1 is Monday; 0 and 7 are Sunday; or the day's English name."""

    def to_internal_value(self, data):
        if isinstance(data, str) and data.lower() in WEEK:
            return WEEK.index(data.lower()) + 1
        if isinstance(data, int) and not isinstance(data, bool) and 0 <= data <= 7:
            return data or 7
        raise serializers.ValidationError("Give a day from 1 (Monday) to 7 (Sunday), or its name.")


class NameField(serializers.CharField):
    """One line: it becomes the subject of mails."""

    def __init__(self, **kwargs):
        super().__init__(max_length=200, **kwargs)

    def to_internal_value(self, data):
        return " ".join(super().to_internal_value(data).split())


class ScheduleFields(serializers.Serializer):
    """Times are local to the entity. Without recipients the report goes to who makes the schedule.

    A day may be null, as it is answered for frequencies that have none, so that a schedule can be sent back whole.
    """

    frequency = serializers.ChoiceField(ReportSchedule.Frequency.values)
    day_of_week = DayOfWeekField(
        required=False, allow_null=True, help_text="Of a weekly schedule; Monday unless said otherwise."
    )
    day_of_month = serializers.IntegerField(
        min_value=1,
        max_value=31,
        required=False,
        allow_null=True,
        help_text="Of a monthly one; the 1st unless said otherwise, the last day in months that are too short.",
    )
    time = serializers.TimeField(default=time(9), input_formats=["%H:%M", "%H:%M:%S"], help_text="HH:MM")
    format = serializers.ChoiceField(ReportSchedule.Format.values, default=ReportSchedule.Format.CSV)
    recipients = serializers.ListField(
        child=serializers.EmailField(max_length=254), required=False, allow_empty=False, max_length=recipients.MOST
    )


class ScheduleBody(ScheduleFields):
    template_id = IdField()
    name = NameField(required=False)


class ScheduleChange(ScheduleFields):
    name = NameField(required=False)
    status = serializers.ChoiceField(ReportSchedule.Status.values, required=False)


class TemplateBody(serializers.Serializer):
    name = NameField()
    type = ReportTypeField()
    filters = ReportFilters(default=dict)
    schedule = ScheduleFields(required=False, allow_null=True)


class RecipientBody(serializers.Serializer):
    address = serializers.EmailField(max_length=254)
