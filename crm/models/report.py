from datetime import time

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from betterside import clock


class ReportQuerySet(models.QuerySet):
    def in_entity_of(self, user):
        return self.filter(entity_id=user.entity_id)

    def living(self):
        return self.filter(deleted_at=None)

    def active(self):
        return self.living().filter(status=ReportSchedule.Status.ACTIVE)

    def due(self, now):
        """Those of entities that are in use, whose time has come."""
        return self.active().filter(entity__is_active=True, next_run_at__lte=now).order_by("next_run_at", "pk")


class ReportTemplate(models.Model):
    """A report that can be made again: a type and filters, under a name (sales.md, "Report Templates")."""

    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    report_type = models.CharField(max_length=30)
    filters = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["entity", "-created_at", "-id"], name="reporttemplate_list")]

    def __str__(self):
        return self.name

    @property
    def first_schedule(self) -> "ReportSchedule | None":
        """Of those that a list read beforehand as `living_schedules`."""
        return next(iter(self.living_schedules), None)


class ReportSchedule(models.Model):
    """When a template's report is made and to whom it is mailed; times are local to the entity.

    It reads with the rights of its owner, who last saved or resumed it.
    """

    class Frequency(models.TextChoices):
        DAILY = "daily"
        WEEKLY = "weekly"
        MONTHLY = "monthly"

    class Status(models.TextChoices):
        ACTIVE = "active"
        PAUSED = "paused"

    class Format(models.TextChoices):
        CSV = "csv"
        JSON = "json"

    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="+")
    template = models.ForeignKey(ReportTemplate, on_delete=models.PROTECT, related_name="schedules")
    name = models.CharField(max_length=200)
    frequency = models.CharField(max_length=10, choices=Frequency)
    day_of_week = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1 is Monday, 7 is Sunday.")
    day_of_month = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="In shorter months it is the last day."
    )
    time = models.TimeField(default=time(9))
    format = models.CharField(max_length=4, choices=Format, default=Format.CSV)
    recipients = ArrayField(models.EmailField(max_length=254))
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    next_run_at = models.DateTimeField(null=True, blank=True)
    zone = models.CharField(max_length=60, help_text="The time zone for which the next run was worked out.")
    last_run_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="active", next_run_at__isnull=False) | Q(status="paused", next_run_at=None),
                name="reportschedule_runs_while_active",
            ),
            models.CheckConstraint(
                condition=Q(frequency="daily", day_of_week=None, day_of_month=None)
                | Q(frequency="weekly", day_of_week__range=(1, 7), day_of_month=None)
                | Q(frequency="monthly", day_of_month__range=(1, 31), day_of_week=None),
                name="reportschedule_day_of_its_frequency",
            ),
            models.CheckConstraint(condition=Q(recipients__len__gt=0), name="reportschedule_has_a_recipient"),
        ]
        indexes = [
            models.Index(fields=["entity", "-created_at", "-id"], name="reportschedule_list"),
            # What the timetable looks for every minute, over all entities.
            models.Index(fields=["next_run_at"], condition=Q(status="active"), name="reportschedule_due"),
        ]

    def __str__(self):
        return self.name


class AllowedRecipient(models.Model):
    """An address outside the entity to which an admin lets reports be mailed."""

    entity = models.ForeignKey("accounts.Entity", on_delete=models.CASCADE, related_name="+")
    address = models.EmailField(max_length=254)
    allowed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint("entity", Lower("address"), name="allowedrecipient_once_per_entity")]

    def __str__(self):
        return self.address
