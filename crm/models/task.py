import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from betterside.errors import NotFound

from .owned import Owned, OwnedQuerySet


class TaskNotFound(NotFound):
    code = "TASK_NOT_FOUND"
    message = "Task not found"


class TaskQuerySet(OwnedQuerySet):
    def open(self):
        return self.filter(completed=False)

    def due_between(self, first, last):
        """Due on one of the days, both included."""
        return self.filter(due_date__range=(first, last))

    def overdue(self, now, today):
        """Open ones whose time is over, or, without a time, whose day is; `today` is the entity's day at `now`."""
        return self.open().filter(Q(due_at__lt=now) | Q(due_at=None, due_date__lt=today))

    def related_to(self, kind: str):
        if kind == Task.Related.GENERAL:
            return self.filter(lead=None, campaign=None)
        return self.filter(**{f"{kind}__isnull": False})

    def about(self, lookup: dict):
        """Those of one lead, found by integer or UUID, or of one campaign, which has a UUID alone."""
        of_lead = Q(**{f"lead__{name}": value for name, value in lookup.items()})
        return self.filter(of_lead | Q(campaign__public_id=lookup["public_id"]) if "public_id" in lookup else of_lead)

    def to_remind(self, now):
        """Open ones whose reminder's time has come, and nobody was told yet."""
        return self.open().filter(remind_at__lte=now, reminded_at=None)


class LiveTasks(models.Manager.from_queryset(TaskQuerySet)):
    def get_queryset(self):
        return super().get_queryset().filter(deleted_at=None)


class Task(Owned):
    """Something a person has to do (growth.md, "Task"), about a lead, a campaign or neither. Written by services.tasks.

    `due_date` is a day in the entity's time zone; `due_at` the exact time, where one was given.
    """

    NotFound = TaskNotFound

    class Priority(models.TextChoices):
        LOW = "low"
        MEDIUM = "medium"
        HIGH = "high"

    class Related(models.TextChoices):
        LEAD = "lead"
        CAMPAIGN = "campaign"
        GENERAL = "general"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="tasks")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    priority = models.CharField(max_length=10, choices=Priority, default=Priority.MEDIUM)
    due_date = models.DateField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    remind_at = models.DateTimeField(null=True, blank=True, editable=False)
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)
    completed = models.BooleanField(default=False)
    completed_at = models.DateTimeField(null=True, blank=True)
    lead = models.ForeignKey("crm.Lead", null=True, blank=True, on_delete=models.CASCADE, related_name="tasks")
    campaign = models.ForeignKey(
        "marketing.Campaign", null=True, blank=True, on_delete=models.SET_NULL, related_name="tasks"
    )
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = LiveTasks()
    with_deleted = TaskQuerySet.as_manager()

    class Meta:
        # What is to do first, the most urgent of it first; what has no date comes after what has one.
        ordering = ["completed", "due_date", "due_at", "-id"]
        default_manager_name = "objects"
        constraints = [
            models.CheckConstraint(condition=Q(lead=None) | Q(campaign=None), name="task_related_to_one"),
            models.CheckConstraint(condition=Q(due_at=None) | Q(due_date__isnull=False), name="task_time_has_a_day"),
            models.CheckConstraint(
                condition=Q(completed=True, completed_at__isnull=False) | Q(completed=False, completed_at=None),
                name="task_completed_since",
            ),
        ]
        indexes = [
            models.Index(
                fields=["entity", "completed", "due_date", "due_at", "-id"],
                condition=Q(deleted_at=None),
                name="task_list",
            ),
            models.Index(
                fields=["owner", "completed", "due_date", "due_at", "-id"],
                condition=Q(deleted_at=None),
                name="task_list_owner",
            ),
            # What crm.services.task_reminders looks for every minute, over all entities.
            models.Index(
                fields=["remind_at"],
                condition=Q(completed=False, reminded_at=None, deleted_at=None, remind_at__isnull=False),
                name="task_to_remind",
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def related_to_type(self) -> str:
        if self.lead_id:
            return self.Related.LEAD
        return self.Related.CAMPAIGN if self.campaign_id else self.Related.GENERAL
