"""What reports are asked with: a type and filters (sales.md, "Custom Report Generation")."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from betterside.errors import Invalid
from crm import filters
from crm.analytics import periods
from crm.analytics.report_types import TYPES, storable
from crm.analytics.spans import SPANS

from .analytics import AnalyticsQuery

MOST_WORDS = 50


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})
class StatusesField(serializers.ListField):
    """A status's name, or a list of such."""

    child = serializers.CharField(max_length=50)

    def to_internal_value(self, data):
        return super().to_internal_value([data] if isinstance(data, str) else data)


class ReportFilters(AnalyticsQuery):
    """The filters of /api/analytics, all together. `group_by` and `include_…` add sections to reports about leads
    (lead_performance, lead_analytics); the others have none. What is empty or null filters nothing.

    `period` is a stretch of days that moves with the calendar, in place of dates.
    """

    status = StatusesField(required=False, max_length=MOST_WORDS)
    group_by = serializers.ChoiceField(choices=list(periods.CUTS), required=False)
    period = serializers.ChoiceField(choices=list(SPANS), required=False)
    include_platforms = serializers.BooleanField(required=False)
    include_users = serializers.BooleanField(required=False)
    include_conversion_funnel = serializers.BooleanField(required=False)
    include_activities = serializers.BooleanField(required=False)
    include_sla = serializers.BooleanField(required=False)

    def to_internal_value(self, data):
        if isinstance(data, dict):
            data = {name: value for name, value in data.items() if value not in (None, "", [])}
        return super().to_internal_value(data)

    def validate_status(self, names):
        try:
            filters.statuses_named(names)
        except Invalid as error:
            raise serializers.ValidationError(error.message) from error
        return names

    def validate(self, data):
        data = super().validate(data)
        if "period" in data and data.keys() & {"date_from", "date_to"}:
            raise serializers.ValidationError({"period": "Give a period or dates, not both."})
        return storable(data)


class ReportTypeField(serializers.ChoiceField):
    def __init__(self, **kwargs):
        super().__init__(choices=kwargs.pop("choices", list(TYPES)), **kwargs)


class CustomReportBody(serializers.Serializer):
    report_type = ReportTypeField()
    filters = ReportFilters(default=dict)
