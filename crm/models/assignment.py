from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class AssignmentQuerySet(models.QuerySet):
    def in_entity_of(self, user):
        return self.filter(entity_id=user.entity_id, lead__deleted_at=None)

    def visible_to(self, user):
        """Assignments of leads the user may see (`LeadQuerySet.visible_to`)."""
        if not user.is_approved or not user.may("leads.read"):
            return self.none()
        found = self.in_entity_of(user)
        return found if user.may("leads.read_entity") else found.filter(lead__assigned_user_id=user.pk)

    def current(self):
        return self.filter(ended_at=None)


class Assignment(models.Model):
    """Who owned a lead, since when and why (sales.md, lead_assignments, with history)."""

    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="+")
    lead = models.ForeignKey("crm.Lead", on_delete=models.CASCADE, related_name="assignments")
    assigned_user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assignments")
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Empty when the system assigned it.",
    )
    previous_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    rule = models.ForeignKey(
        "crm.DistributionRule",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        help_text="The rule that chose the owner; the reason names it also when it is gone.",
    )
    assigned_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    reassignment_reason = models.CharField(max_length=255, blank=True)
    notes = models.TextField(blank=True)
    end_reason = models.CharField(max_length=255, blank=True, help_text="Why the owner was taken away.")

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        ordering = ["-assigned_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["lead"], condition=Q(ended_at=None), name="assignment_one_current_per_lead"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("assigned_at")), name="assignment_ends_after_start"
            ),
        ]
        indexes = [
            models.Index(fields=["lead", "assigned_at"], name="assignment_by_lead"),
            models.Index(fields=["assigned_user", "assigned_at"], name="assignment_by_user"),
            models.Index(fields=["entity", "assigned_at"], name="assignment_recent"),
            # What people hold by a rule, and what a rule that is deleted must let go.
            models.Index(fields=["rule", "assigned_user"], condition=~Q(rule=None), name="assignment_by_rule"),
        ]

    def __str__(self):
        return f"{self.lead_id} → {self.assigned_user_id}"
