from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from .stretches import between, hours_between


class StageEntryQuerySet(models.QuerySet):
    def in_entity_of(self, user):
        return self.filter(entity_id=user.entity_id, lead__deleted_at=None)

    def visible_to(self, user):
        """Stays of leads the user may see (`LeadQuerySet.visible_to`)."""
        if not user.is_approved or not user.may("leads.read"):
            return self.none()
        found = self.in_entity_of(user)
        return found if user.may("leads.read_entity") else found.filter(lead__assigned_user_id=user.pk)

    def open(self):
        return self.filter(exited_at=None)

    def changes(self):
        """Stays that a lead was moved to; a lead's first stay is no change."""
        return self.exclude(previous=None)

    def in_open_status(self):
        """Stays in a status from which the lead goes on. Won and lost are no waiting: no SLA runs there."""
        return self.filter(status__is_won=False, status__is_lost=False)

    def entered_between(self, start, end):
        """Entered at or after `start` and before `end`; either may be None."""
        return between(self, "entered_at", start, end)

    def of_leads_created(self, start, end):
        """Stays of leads created at or after `start` and before `end`; either may be None."""
        return between(self, "lead__created_at", start, end)

    def lasting(self, now):
        """With `hours`: how long the stay lasted, or has lasted at `now`."""
        return self.annotate(hours=hours_between("entered_at", Coalesce("exited_at", Value(now))))


class StageEntry(models.Model):
    """A lead's stay in a status (sales.md, lead_stages). Exactly one stay per lead is open."""

    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="+")
    lead = models.ForeignKey("crm.Lead", on_delete=models.CASCADE, related_name="stages")
    status = models.ForeignKey("crm.LeadStatus", on_delete=models.PROTECT, related_name="+")
    previous = models.OneToOneField(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="next",
        help_text="The stay that ended when this one began; empty for a lead's first.",
    )
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
    is_repeat = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="The lead was, or is, in this status another time too.",
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
            models.Index(fields=["entity", "entered_at"], condition=Q(exited_at=None), name="stageentry_open"),
            models.Index(
                fields=["entity", "status", "entered_at"], condition=Q(is_repeat=True), name="stageentry_repeats"
            ),
            # The shortest and the longest, also of a range.
            models.Index(
                F("entity"),
                F("status"),
                F("exited_at") - F("entered_at"),
                F("entered_at"),
                condition=Q(exited_at__isnull=False),
                name="stageentry_by_duration",
            ),
        ]

    def __str__(self):
        return f"{self.lead_id} in {self.status_id} since {self.entered_at:%Y-%m-%d %H:%M}"
