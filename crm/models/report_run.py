import json

from django.db import models

from betterside import clock


class ReportRunQuerySet(models.QuerySet):
    def in_entity_of(self, user):
        return self.filter(entity_id=user.entity_id)

    def unfinished(self):
        return self.filter(state__in=[ReportRun.State.WAITING, ReportRun.State.RUNNING])


class ReportRun(models.Model):
    """One time that a schedule was due: what was made, and what became of it.

    The figures are kept, so that a second try mails what the first one did.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        SENT = "sent"
        FAILED = "failed"

    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="+")
    schedule = models.ForeignKey("crm.ReportSchedule", on_delete=models.PROTECT, related_name="runs")
    planned_at = models.DateTimeField(help_text="When it was due; after a pause of the worker, the first time missed.")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    report_type = models.CharField(max_length=30, blank=True)
    filters = models.JSONField(default=dict, blank=True)
    figures_json = models.TextField(blank=True, editable=False, help_text="As text: jsonb forgets the order of keys.")
    rows = models.PositiveIntegerField(null=True, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)
    made_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ReportRunQuerySet.as_manager()

    class Meta:
        ordering = ["-planned_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["schedule", "planned_at"], name="reportrun_once_per_time")]
        indexes = [models.Index(fields=["entity", "-planned_at", "-id"], name="reportrun_list")]

    def __str__(self):
        return f"{self.schedule_id} of {self.planned_at:%Y-%m-%d %H:%M}"

    @property
    def figures(self) -> dict | list[dict] | None:
        """None until they are made."""
        return json.loads(self.figures_json) if self.figures_json else None


class ReportDelivery(models.Model):
    """A run's mail to one recipient. Its row names the mail, so a second try has the same Message-ID."""

    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(ReportRun, on_delete=models.CASCADE, related_name="deliveries")
    address = models.EmailField(max_length=254)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "report deliveries"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["run", "address"], name="reportdelivery_once_per_address")]

    def __str__(self):
        return self.address
