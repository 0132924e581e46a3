"""Sums over stays by the day they began; see crm.models.rollup."""

from django.db import models
from django.db.models import Q

from .rollup import Grain, Rollup


class EntryRollup(Rollup):
    """Stays of live leads by the day they began, by who moved the lead there and from which status.

    The `single` ones are of leads that were in that status no other time (`StageEntry.is_repeat`): their sums are of
    distinct leads. Those counted first and last tell distinct leads of a person apart (`crm.analytics.entry_sums`).
    """

    OWNER = "user_id"
    DIMENSIONS = ("day", "user_id", "pipeline_id", "previous_status_id", "status_id")
    MEASURES = ("stays", "ended", "ended_us", "since_us", "late", "lost", "timed", "before_hours", "single",
                "single_ended", "single_beyond_24", "single_beyond_48", "single_advanced", "single_lost",
                "first_moves", "last_moves", "first_of_kind", "last_of_kind")  # fmt: skip

    user_id = models.BigIntegerField(null=True, help_text="Who moved the lead there.")
    pipeline_id = models.CharField(max_length=20)
    previous_status_id = models.BigIntegerField(null=True, help_text="Empty for a lead's first stay.")
    status_id = models.BigIntegerField()
    stays = models.BigIntegerField()
    ended = models.BigIntegerField()
    ended_us = models.DecimalField(max_digits=30, decimal_places=0, help_text="Microseconds that those ended lasted.")
    since_us = models.DecimalField(
        max_digits=30, decimal_places=0, help_text="When those that still last began, microseconds of Unix."
    )
    late = models.BigIntegerField(help_text="Ended after more than the status's SLA; 0 in won and lost.")
    lost = models.BigIntegerField(help_text="Ended by losing the lead.")
    timed = models.BigIntegerField(help_text="After a stay of which `duration_hours` is known.")
    before_hours = models.DecimalField(max_digits=30, decimal_places=2, help_text="The `duration_hours` of those.")
    single = models.BigIntegerField()
    single_ended = models.BigIntegerField()
    single_beyond_24 = models.BigIntegerField(help_text="Ended after more than 24 hours; 0 in won and lost.")
    single_beyond_48 = models.BigIntegerField(help_text="Ended after more than 48 hours; 0 in won and lost.")
    single_advanced = models.BigIntegerField(help_text="Ended by a step to a later status that is not lost.")
    single_lost = models.BigIntegerField()
    first_moves = models.BigIntegerField(help_text="The first moves of a lead by this person.")
    last_moves = models.BigIntegerField(help_text="Their last.")
    first_of_kind = models.BigIntegerField(help_text="The first moves of a lead by this person to won, to lost, or on.")
    last_of_kind = models.BigIntegerField(help_text="Their last.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "grain", "day", "user_id", "pipeline_id", "previous_status_id", "status_id"],
                condition=~Q(grain=Grain.CHANGE),
                nulls_distinct=False,
                name="entryrollup_one_per_cell",
            ),
        ]
        indexes = [
            models.Index(fields=["entity", "day"], condition=Q(grain=Grain.CHANGE), name="entryrollup_change"),
            models.Index(
                fields=["entity", "grain", "day"], condition=Q(user_id__isnull=False), name="entryrollup_of_person"
            ),
            models.Index(fields=["entity"], condition=Q(stays=0), name="entryrollup_empty"),
        ]

    def __str__(self):
        return f"{self.stays} stays begun on {self.day}"
