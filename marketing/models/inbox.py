from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone


class InboxQuerySet(models.QuerySet):
    def due(self):
        """Rows that wait for their lead to be fetched and whom nobody works on."""
        return self.filter(state=InboxEntry.State.RECEIVED, next_attempt_at__lte=Now())

    def unfinished(self):
        return self.filter(state__in=[InboxEntry.State.RECEIVED, InboxEntry.State.FAILED, InboxEntry.State.UNROUTED])


class InboxEntry(models.Model):
    """One change of a delivery from Meta. Unique by platform and source lead id, without an entity; it outlives
    the lead, so a replay revives nothing that was erased (DESIGN section 5)."""

    class State(models.TextChoices):
        RECEIVED = "received"
        PROCESSED = "processed"
        FAILED = "failed"
        UNROUTED = "unrouted"
        DUPLICATE = "duplicate"
        TEST = "test"

    class FoundBy(models.TextChoices):
        WEBHOOK = "webhook"
        RECONCILE = "reconcile"

    platform = models.CharField(max_length=20, default="meta")
    source_lead_id = models.CharField(max_length=128)
    page_id = models.CharField(max_length=64, blank=True)
    form_id = models.CharField(max_length=64, blank=True)
    ad_id = models.CharField(max_length=64, blank=True)
    campaign_id = models.CharField(max_length=64, blank=True)
    created_time = models.DateTimeField(null=True, blank=True)
    change = models.JSONField(default=dict, help_text="The change as it was delivered.")
    state = models.CharField(max_length=12, choices=State, default=State.RECEIVED)
    reason = models.CharField(max_length=500, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    # Also the lease of whoever works on the row: a killed worker's row is due again when it runs out. By the database's
    # clock: that of a machine may be an hour off.
    next_attempt_at = models.DateTimeField(db_default=Now())
    found_by = models.CharField(max_length=12, choices=FoundBy, default=FoundBy.WEBHOOK)
    entity = models.ForeignKey("accounts.Entity", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    lead = models.ForeignKey("crm.Lead", null=True, blank=True, on_delete=models.SET_NULL, related_name="deliveries")
    received_at = models.DateTimeField(default=timezone.now)
    processed_at = models.DateTimeField(null=True, blank=True)

    objects = InboxQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "inbox"
        ordering = ["-received_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["platform", "source_lead_id"], name="inbox_once_per_source_lead"),
            models.CheckConstraint(condition=~Q(source_lead_id=""), name="inbox_has_source_lead_id"),
        ]
        indexes = [
            # The drain of one page, oldest first.
            models.Index(fields=["page_id", "next_attempt_at"], condition=Q(state="received"), name="inbox_due"),
            models.Index(fields=["state", "-received_at"], name="inbox_by_state"),
            models.Index(fields=["page_id", "form_id", "-received_at"], name="inbox_by_form"),
        ]

    def __str__(self):
        return f"{self.source_lead_id} ({self.state})"


class ReconcileRun(models.Model):
    """A nightly look at what Meta has and no webhook brought."""

    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    forms = models.PositiveIntegerField(default=0)
    leads_seen = models.PositiveIntegerField(default=0)
    leads_missing = models.PositiveIntegerField(default=0)
    trouble = models.TextField(blank=True, help_text="Forms that could not be read, and why.")

    class Meta:
        ordering = ["-started_at"]

    def __str__(self):
        return f"{self.started_at:%Y-%m-%d %H:%M}: {self.leads_missing} missing of {self.leads_seen}"
