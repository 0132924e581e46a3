from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .. import rules
from .owned import OwnedByCP


class AdsRequestQuerySet(OwnedByCP):
    def running(self):
        return self.filter(status=AdsRequest.Status.RUNNING)


class AdsRequest(models.Model):
    """A CP asks BetterSide to run ads for a project (channel.md, ads_requests). Written by services.ads_requests."""

    class Objective(models.TextChoices):
        LEAD_GENERATION = "lead_generation"
        AWARENESS = "awareness"
        SITE_VISITS = "site_visits"

    class Status(models.TextChoices):
        REQUESTED = "requested"
        IN_DISCUSSION = "in_discussion"
        RUNNING = "running"
        COMPLETED = "completed"
        CANCELLED = "cancelled"

    # The main line; an open request may also be cancelled at any step.
    NEXT = {
        Status.REQUESTED: Status.IN_DISCUSSION,
        Status.IN_DISCUSSION: Status.RUNNING,
        Status.RUNNING: Status.COMPLETED,
    }

    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="+")
    cp = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="CP", on_delete=models.PROTECT, related_name="ads_requests"
    )
    project = models.ForeignKey("cp.Project", on_delete=models.PROTECT, related_name="ads_requests")
    objective = models.CharField(max_length=20, choices=Objective)
    budget_inr = models.DecimalField(
        "budget (INR)", max_digits=12, decimal_places=2, validators=[MinValueValidator(rules.LEAST_BUDGET)]
    )
    duration_days = models.PositiveIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(rules.LONGEST_DAYS)]
    )
    notes = models.TextField(blank=True)
    status = models.CharField(max_length=20, choices=Status, default=Status.REQUESTED)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AdsRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["cp", "status", "-created_at"], name="adsrequest_list"),
            models.Index(fields=["entity", "status", "-created_at"], name="adsrequest_of_entity"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(budget_inr__gt=0), name="adsrequest_budget_positive"),
            models.CheckConstraint(condition=Q(duration_days__gte=1), name="adsrequest_lasts_a_day"),
        ]

    def __str__(self):
        return f"Ads request {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status in self.NEXT

    def next_statuses(self) -> list[str]:
        """Where staff may take it: the next step, or cancelled; none when it is over."""
        return [self.NEXT[self.status], self.Status.CANCELLED] if self.is_open else []


class AdsRequestStep(models.Model):
    """How an ads request came to its status: one row when it is made and one per change."""

    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(AdsRequest, on_delete=models.CASCADE, related_name="steps")
    from_status = models.CharField(max_length=20, choices=AdsRequest.Status, blank=True)
    to_status = models.CharField(max_length=20, choices=AdsRequest.Status)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Empty for the system.",
    )
    notes = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["request", "created_at"], name="adsrequeststep_by_request")]

    def __str__(self):
        return f"{self.request_id}: {self.from_status or 'new'} → {self.to_status}"
