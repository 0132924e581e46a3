from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class StageEntryQuerySet(models.QuerySet):
    def in_entity_of(self, user):
        return self.filter(entity_id=user.entity_id, lead__deleted_at=None)

    def open(self):
        return self.filter(exited_at=None)


class StageEntry(models.Model):
    """A lead's stay in a status (sales.md, lead_stages). Exactly one stay per lead is open."""

    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="+")
    lead = models.ForeignKey("crm.Lead", on_delete=models.CASCADE, related_name="stages")
    status = models.ForeignKey("crm.LeadStatus", on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)
    exited_at = models.DateTimeField(null=True, blank=True)
    duration_hours = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Who moved the lead here; empty for the system.",
    )
    notes = models.TextField(blank=True)
    next_action_required = models.CharField(max_length=255, blank=True)

    objects = StageEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "stage entries"
        ordering = ["-entered_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["lead"], condition=Q(exited_at=None), name="stageentry_one_open_per_lead"),
            models.CheckConstraint(
                condition=Q(exited_at=None) | Q(exited_at__gte=F("entered_at")), name="stageentry_exit_after_entry"
            ),
        ]
        indexes = [
            models.Index(fields=["lead", "entered_at"], name="stageentry_by_lead"),
            models.Index(fields=["entity", "status", "entered_at"], name="stageentry_by_status"),
            models.Index(fields=["entity", "entered_at"], name="stageentry_recent"),
        ]

    def __str__(self):
        return f"{self.lead_id} in {self.status_id} since {self.entered_at:%Y-%m-%d %H:%M}"
