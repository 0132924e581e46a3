from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q


class AdsRequestQuerySet(models.QuerySet):
    def in_entity_of(self, user):
        return self.filter(entity_id=user.entity_id)

    def visible_to(self, user):
        """A CP sees their own, managers those of the entity, others none."""
        if not user.is_approved or not user.may("channel.use"):
            return self.none()
        found = self.in_entity_of(user)
        return found if user.is_manager else found.filter(cp=user)

    def running(self):
        return self.filter(status=AdsRequest.Status.RUNNING)


class AdsRequest(models.Model):
    """A CP asks BetterSide to run ads for a project (channel.md, ads_requests)."""

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

    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="+")
    cp = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="ads_requests")
    project = models.ForeignKey("cp.Project", on_delete=models.PROTECT, related_name="ads_requests")
    objective = models.CharField(max_length=20, choices=Objective)
    budget_inr = models.DecimalField(max_digits=12, decimal_places=2, validators=[MinValueValidator(1)])
    duration_days = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    notes = models.TextField(blank=True)
    status = models.CharField(max_length=20, choices=Status, default=Status.REQUESTED)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = AdsRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["cp", "status", "-created_at"], name="adsrequest_list")]
        constraints = [
            models.CheckConstraint(condition=Q(budget_inr__gt=0), name="adsrequest_budget_positive"),
            models.CheckConstraint(condition=Q(duration_days__gte=1), name="adsrequest_lasts_a_day"),
        ]

    def __str__(self):
        return f"Ads request {self.pk}"
