"""Sums over what happened to live leads; see crm.models.rollup."""

from django.db import models
from django.db.models import Q

from .rollup import Grain, Rollup


class StayRollup(Rollup):
    """Stays by the day their lead was created. What depends on the time of asking, of stays that are open, is with the
    leads (`LeadRollup.since_us`)."""

    OWNER = None
    DIMENSIONS = ("day", "pipeline_id", "status_id")
    MEASURES = ("stays", "ended", "ended_us", "late", "late_us", "changes", "backward")

    pipeline_id = models.CharField(max_length=20)
    status_id = models.BigIntegerField()
    stays = models.BigIntegerField()
    ended = models.BigIntegerField()
    ended_us = models.DecimalField(max_digits=30, decimal_places=0, help_text="Microseconds that those ended lasted.")
    late = models.BigIntegerField(help_text="Ended after more than the status's SLA; 0 in won and lost.")
    late_us = models.DecimalField(max_digits=30, decimal_places=0, help_text="Microseconds beyond the SLA of the late.")
    changes = models.BigIntegerField(help_text="Stays that a lead was moved to.")
    backward = models.BigIntegerField(help_text="Moved to from a later status; losing is no way back.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "grain", "day", "pipeline_id", "status_id"],
                condition=~Q(grain=Grain.CHANGE),
                name="stayrollup_one_per_cell",
            ),
        ]
        indexes = [
            models.Index(fields=["entity", "day"], condition=Q(grain=Grain.CHANGE), name="stayrollup_change"),
            models.Index(fields=["entity"], condition=Q(stays=0), name="stayrollup_empty"),
        ]

    def __str__(self):
        return f"{self.stays} stays of {self.day}"


class ActivityRollup(Rollup):
    """What people did, by the day they did it; what changes recorded about themselves is left out."""

    OWNER = "user_id"
    DIMENSIONS = ("day", "user_id", "pipeline_id", "activity_type", "priority", "status")
    MEASURES = ("activities", "follow_ups")

    user_id = models.BigIntegerField(null=True)
    pipeline_id = models.CharField(max_length=20)
    activity_type = models.CharField(max_length=20)
    priority = models.CharField(max_length=10)
    status = models.CharField(max_length=10)
    activities = models.BigIntegerField()
    follow_ups = models.BigIntegerField(help_text="Pending ones with a date.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "grain", "day", "user_id", "pipeline_id", "activity_type", "priority", "status"],
                condition=~Q(grain=Grain.CHANGE),
                nulls_distinct=False,
                name="activityrollup_one_per_cell",
            ),
        ]
        indexes = [
            models.Index(fields=["entity", "day"], condition=Q(grain=Grain.CHANGE), name="activityrollup_change"),
            models.Index(fields=["entity"], condition=Q(activities=0), name="activityrollup_empty"),
        ]

    def __str__(self):
        return f"{self.activities} activities of {self.day}"


class ContactedRollup(Rollup):
    """Leads that somebody did something with, once for each person, by the days of the first and of the last time; what
    changes recorded about themselves is left out."""

    class CountedBy(models.TextChoices):
        FIRST = "first"
        LAST = "last"

    OWNER = None
    DIMENSIONS = ("counted_by", "day", "user_id", "pipeline_id")
    MEASURES = ("leads",)

    counted_by = models.CharField(max_length=10, choices=CountedBy)
    user_id = models.BigIntegerField(help_text="Who did it.")
    pipeline_id = models.CharField(max_length=20)
    leads = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "counted_by", "grain", "day", "user_id", "pipeline_id"],
                condition=~Q(grain=Grain.CHANGE),
                name="contactedrollup_one_per_cell",
            ),
        ]
        indexes = [
            models.Index(
                fields=["entity", "counted_by", "day"], condition=Q(grain=Grain.CHANGE), name="contactedrollup_change"
            ),
            models.Index(fields=["entity"], condition=Q(leads=0), name="contactedrollup_empty"),
        ]

    def __str__(self):
        return f"{self.leads} leads contacted {self.counted_by} {self.day}"
