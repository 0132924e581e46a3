"""How the growth face writes things (growth.md). What the contract does not call optional is never null."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from rest_framework import serializers

from betterside.api.shapes import ComputedField, Shape
from crm.models import Activity, Task

from .fields import text

Type = Activity.Type


class Text(serializers.CharField):
    """Never null: a text that is not there is empty."""


class GrowthLeadShape(Shape):
    id = serializers.UUIDField(source="public_id")
    name = Text(source="full_name")
    email = Text()
    status = Text(source="status.name")
    source = Text()
    score = serializers.IntegerField()
    lastInteraction = ComputedField(  # noqa: N815 - the contract's name
        "last_interaction_at", "created_at", "entity.timezone", help_text="A day; of a new lead the day it came."
    )
    value = serializers.DecimalField(max_digits=14, decimal_places=2)

    @staticmethod
    def get_lastInteraction(last_interaction_at, created_at, timezone) -> str:  # noqa: N802 - the contract's name
        return (last_interaction_at or created_at).astimezone(ZoneInfo(timezone)).date().isoformat()


class GrowthLeadDetailShape(GrowthLeadShape):
    phone = serializers.CharField(allow_null=True)
    company = serializers.CharField(allow_null=True)
    job_title = serializers.CharField(allow_null=True)
    owner_id = serializers.CharField(source="assigned_user_id", allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    last_interaction_at = ComputedField("last_interaction_at", "created_at")

    @staticmethod
    def get_last_interaction_at(last_interaction_at, created_at) -> datetime:
        return last_interaction_at or created_at


class GrowthContactShape(Shape):
    id = serializers.UUIDField(source="public_id")
    name = Text()
    email = Text()
    role = Text()
    company = Text()
    last_contacted = ComputedField(
        "last_contacted_at", "created_at", help_text="Of one not contacted yet when they came."
    )
    phone = serializers.CharField(allow_null=True)

    @staticmethod
    def get_last_contacted(last_contacted_at, created_at) -> datetime:
        return last_contacted_at or created_at


class GrowthContactDetailShape(GrowthContactShape):
    notes = serializers.CharField(allow_null=True)
    owner_id = serializers.CharField()
    lead_id = serializers.UUIDField(source="lead.public_id", allow_null=True, help_text="The lead it was made from.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class GrowthTaskShape(Shape):
    id = serializers.UUIDField(source="public_id")
    title = Text()
    description = Text()
    due_date = serializers.SerializerMethodField(help_text="A day, or a time where one was given.")
    priority = serializers.ChoiceField(choices=Task.Priority.values)
    completed = serializers.BooleanField()
    related_to_type = serializers.ChoiceField(choices=Task.Related.values)
    related_to_id = serializers.SerializerMethodField(help_text="Of a general task null.")

    @staticmethod
    def get_due_date(task: Task) -> date | datetime | None:
        return task.due_at or task.due_date

    @staticmethod
    def get_related_to_id(task: Task) -> UUID | None:
        about = task.lead or task.campaign
        return about.public_id if about else None


class GrowthTaskDetailShape(GrowthTaskShape):
    owner_id = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


# The contract knows six types. A mail that was sent is not one that was opened; ours becomes a note, titled as what it is.
TYPES = {
    Type.CALL: "call",
    Type.MEETING: "meeting",
    Type.STATUS_CHANGE: "status_change",
    Type.ASSIGNMENT: "status_change",
    Type.EMAIL_OPENED: "email_opened",
    Type.PAGE_VISIT: "page_visit",
    Type.NOTE: "note_created",
    Type.EMAIL: "note_created",
    Type.FOLLOW_UP: "note_created",
}
# The other way, for what is logged here.
LOGGED = {
    "call": Type.CALL,
    "meeting": Type.MEETING,
    "note_created": Type.NOTE,
    "email_opened": Type.EMAIL_OPENED,
    "page_visit": Type.PAGE_VISIT,
}


class TimelineEntry(serializers.Serializer):
    """What people may add to a timeline."""

    type = serializers.ChoiceField(choices=list(LOGGED), default="note_created")
    title = serializers.CharField(max_length=200)
    description = text(10_000)


class TimelineShape(Shape):
    id = serializers.UUIDField(source="public_id")
    title = serializers.SerializerMethodField(help_text="Of what a person wrote without one: its first line.")
    timestamp = serializers.DateTimeField(source="created_at")
    type = serializers.SerializerMethodField()

    @staticmethod
    def get_title(activity: Activity) -> str:
        first_line = activity.description.strip().partition("\n")[0][:200]
        return activity.title or first_line or activity.get_activity_type_display()

    @staticmethod
    def get_type(activity: Activity) -> str:
        return TYPES[activity.activity_type]
