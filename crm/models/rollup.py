"""Sums over leads that are kept, so that figures cost the same at a million leads as at ten thousand.

Triggers (migration `rollup_triggers`) add a CHANGE row for every side of every change, in its transaction: rows are only
appended, so that writers never wait for each other. `crm.services.rollups.fold` adds them to the cells now and then, and
whoever reads sums cells and changes. Days are local days of the entity.
"""

from datetime import date, timedelta

from django.db import models
from django.db.models import Q


class Grain(models.IntegerChoices):
    """What a row sums. Owner cells tell owners apart, the others sum over all (`assigned_user_id` is null). Those of
    EVER are of all time, and their day is `ALL_DAYS`."""

    CHANGE = 0
    DAY = 1
    MONTH = 2
    OWNER_DAY = 3
    OWNER_MONTH = 4
    EVER = 5
    OWNER_EVER = 6


ALL_DAYS = date(1970, 1, 1)


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


class RollupQuerySet(models.QuerySet):
    def changes(self):
        return self.filter(grain=Grain.CHANGE)

    def visible_to(self, user):
        """Of the leads that the user may see (`LeadQuerySet.visible_to`)."""
        if not user.is_approved or not user.may("leads.read"):
            return self.none()
        found = self.filter(entity_id=user.entity_id)
        return found if user.may("leads.read_entity") else found.filter(assigned_user_id=user.pk)

    def spanning(self, first: date | None, last: date | None, *, by_owner: bool = False, by_day: bool = False):
        """The rows whose sum is that of the days from `first` to `last`, both included; None is without an end.

        Whole months are read as months, unless the days are wanted apart.
        """
        daily, monthly = (Grain.OWNER_DAY, Grain.OWNER_MONTH) if by_owner else (Grain.DAY, Grain.MONTH)
        changes = Q(grain=Grain.CHANGE) & _within(first, last)
        if not (first or last or by_day):
            return self.filter(changes | Q(grain=Grain.OWNER_EVER if by_owner else Grain.EVER))
        if by_day:
            return self.filter(changes | (Q(grain=daily) & _within(first, last)))
        start = first and (first if first.day == 1 else next_month(first))
        end = last and first_of_month(last + timedelta(days=1))  # exclusive
        if start and end and start >= end:
            return self.filter(changes | (Q(grain=daily) & _within(first, last)))
        found = changes | (Q(grain=monthly) & _within(start, end and end - timedelta(days=1)))
        if first and first < start:
            found |= Q(grain=daily, day__gte=first, day__lt=start)
        if last and last >= end:
            found |= Q(grain=daily, day__gte=end, day__lte=last)
        return self.filter(found)


def _within(first: date | None, last: date | None) -> Q:
    return (Q(day__gte=first) if first else Q()) & (Q(day__lte=last) if last else Q())


class Rollup(models.Model):
    """`OWNER` is the dimension that owner cells keep and the others sum over, or None; `MEASURES` are what is summed. The
    first of these is 0 only in a cell that holds nothing."""

    OWNER: str | None
    DIMENSIONS: tuple[str, ...]
    MEASURES: tuple[str, ...]

    entity = models.ForeignKey("accounts.Entity", on_delete=models.CASCADE, related_name="+", db_index=False)
    grain = models.PositiveSmallIntegerField(choices=Grain)
    day = models.DateField(help_text="The month's first in cells of months.")

    objects = RollupQuerySet.as_manager()

    class Meta:
        abstract = True


class LeadRollup(Rollup):
    """Live leads by the day they were created or closed."""

    class CountedBy(models.TextChoices):
        CREATED = "created"
        CLOSED = "closed"

    OWNER = "assigned_user_id"
    DIMENSIONS = ("counted_by", "day", "pipeline_id", "status_id", "platform", "furthest_position", "assigned_user_id")
    MEASURES = ("leads", "assigned", "late", "assignments", "assignment_us", "closes", "cycle_us", "since_us", "value")

    counted_by = models.CharField(max_length=10, choices=CountedBy)
    # Plain values: what they name is protected by the leads that are counted.
    pipeline_id = models.CharField(max_length=20)
    status_id = models.BigIntegerField()
    platform = models.CharField(max_length=10, blank=True)
    furthest_position = models.PositiveSmallIntegerField()
    assigned_user_id = models.BigIntegerField(null=True)
    leads = models.BigIntegerField()
    assigned = models.BigIntegerField()
    late = models.BigIntegerField(help_text="Leads that `was_late`.")
    assignments = models.BigIntegerField(help_text="Leads that have had an owner.")
    assignment_us = models.DecimalField(max_digits=30, decimal_places=0, help_text="Microseconds until the first had.")
    closes = models.BigIntegerField()
    cycle_us = models.DecimalField(max_digits=30, decimal_places=0, help_text="Microseconds from created to closed.")
    since_us = models.DecimalField(max_digits=30, decimal_places=0, help_text="`status_since`, microseconds of Unix.")
    value = models.DecimalField(max_digits=30, decimal_places=2, help_text="Of closed leads.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "counted_by", "grain", "day", "assigned_user_id", "pipeline_id", "status_id",
                        "platform", "furthest_position"],
                condition=~Q(grain=Grain.CHANGE),
                nulls_distinct=False,
                name="leadrollup_one_per_cell",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["entity", "counted_by", "day"], condition=Q(grain=Grain.CHANGE), name="leadrollup_change"
            ),
            models.Index(
                fields=["entity", "counted_by", "assigned_user_id", "grain", "day"],
                condition=Q(assigned_user_id__isnull=False),
                name="leadrollup_of_owner",
            ),
            models.Index(fields=["entity"], condition=Q(leads=0), name="leadrollup_empty"),
        ]

    def __str__(self):
        return f"{self.leads} leads {self.counted_by} {self.day}"


class SourceRollup(Rollup):
    """Live leads by the day they were created and what brought them."""

    OWNER = None
    DIMENSIONS = ("day", "pipeline_id", "source")
    MEASURES = ("leads",)

    pipeline_id = models.CharField(max_length=20)
    source = models.CharField(max_length=255, blank=True)
    leads = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "grain", "day", "pipeline_id", "source"],
                condition=~Q(grain=Grain.CHANGE),
                name="sourcerollup_one_per_cell",
            ),
        ]
        indexes = [
            models.Index(fields=["entity", "day"], condition=Q(grain=Grain.CHANGE), name="sourcerollup_change"),
            models.Index(fields=["entity"], condition=Q(leads=0), name="sourcerollup_empty"),
        ]

    def __str__(self):
        return f"{self.leads} leads of {self.day} by {self.source}"
