"""What a task's bodies and queries have in them (growth.md, "Task")."""

from datetime import date

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from betterside.api.ranges import DayField, MomentField
from crm.models import Task

from ..sales.fields import IdField, lead_lookup
from .fields import NewOwnerField, PageQuery, text

DAYS = ("today", "overdue", "week")


def is_day(data) -> bool:
    return isinstance(data, str) and len(data.strip()) <= len("2024-03-10")


@extend_schema_field({"type": ["string", "null"], "description": "YYYY-MM-DD, or a time in ISO 8601; null is never."})
class DueField(serializers.Field):
    """A day becomes a date, anything longer a time."""

    def __init__(self, **kwargs):
        super().__init__(**{"required": False, "allow_null": True} | kwargs)

    def validate_empty_values(self, data):
        return super().validate_empty_values(None if data == "" else data)

    def to_internal_value(self, data):
        return (DayField() if is_day(data) else MomentField()).run_validation(data)


@extend_schema_field({"type": "string", "description": "today, overdue, week (today and six days more) or YYYY-MM-DD"})
class DueQueryField(serializers.Field):
    def to_internal_value(self, data) -> str | date:
        return data if data in DAYS else DayField().run_validation(data)


@extend_schema_field({"type": ["string", "null"], "description": "The lead's or campaign's id."})
class RelatedIdField(serializers.Field):
    """As it was sent; what is no id is of nothing that exists, which the view says."""

    def __init__(self, **kwargs):
        super().__init__(**{"required": False, "allow_null": True} | kwargs)

    def validate_empty_values(self, data):
        return super().validate_empty_values(None if data == "" else data)

    def to_internal_value(self, data) -> str:
        if isinstance(data, bool) or not isinstance(data, str | int) or len(str(data)) > 64:
            raise serializers.ValidationError("An id is a text.")
        return str(data)


class TaskQuery(PageQuery):
    completed = serializers.BooleanField(required=False)
    priority = serializers.ChoiceField(choices=Task.Priority.values, required=False)
    due = DueQueryField(required=False)
    related_to_type = serializers.ChoiceField(choices=Task.Related.values, required=False)
    related_to_id = serializers.CharField(max_length=64, required=False)
    owner = IdField(source="owner_id", required=False, help_text="A user's id.")

    def validate_related_to_id(self, value: str) -> dict:
        if (lookup := lead_lookup(value)) is None:
            raise serializers.ValidationError("This is no id of a lead or campaign.")
        return lookup


class TaskFields(serializers.Serializer):
    """What is not listed is ignored: entity, ids, times."""

    title = serializers.CharField(max_length=200)
    description = text(10_000)
    due_date = DueField()
    priority = serializers.ChoiceField(choices=Task.Priority.values, required=False)
    completed = serializers.BooleanField(required=False)
    related_to_type = serializers.ChoiceField(choices=Task.Related.values, required=False)
    related_to_id = RelatedIdField()
    owner_id = NewOwnerField(help_text="A user's id, by default one's own. Of a new task managers only choose it.")


class TaskChange(TaskFields):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"partial": True} | kwargs)
