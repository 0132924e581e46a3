from django.conf import settings
from django.db import models
from django.db.models import F, Q

from betterside import clock


class ExportQuerySet(models.QuerySet):
    def in_entity_of(self, user):
        return self.filter(entity_id=user.entity_id)

    def unfinished(self):
        return self.filter(state__in=[Export.State.WAITING, Export.State.RUNNING])

    def alive(self):
        """Whose link still leads somewhere."""
        return self.filter(expires_at__gt=clock.now())


class Export(models.Model):
    """A file that somebody asked for, and the log of it: the row stays when the file is gone.

    The link's token is not stored: `token_digest` is its SHA-256, enough for 256 random bits.
    """

    class Format(models.TextChoices):
        CSV = "csv"
        JSON = "json"
        XLSX = "xlsx"

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        READY = "ready"
        FAILED = "failed"
        EXPIRED = "expired"

    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", help_text="Who asked for it."
    )
    report_type = models.CharField(max_length=30)
    format = models.CharField(max_length=4, choices=Format)
    filters = models.JSONField(default=dict, blank=True)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    rows_done = models.PositiveIntegerField(default=0)
    rows_total = models.PositiveIntegerField(null=True, blank=True, help_text="Empty until it is counted.")
    file = models.CharField(max_length=60, blank=True, editable=False, help_text="Its name in MEDIA_ROOT/exports.")
    size = models.PositiveBigIntegerField(null=True, blank=True, help_text="Bytes.")
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    downloads = models.PositiveIntegerField(default=0)
    downloaded_at = models.DateTimeField(null=True, blank=True, help_text="The last time.")

    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="export_expires_after_start"),
            models.CheckConstraint(condition=~Q(state="ready") | ~Q(file=""), name="export_ready_has_a_file"),
        ]
        indexes = [
            models.Index(fields=["entity", "-created_at", "-id"], name="export_list"),
            # What housekeeping looks for.
            models.Index(fields=["expires_at"], condition=~Q(state="expired"), name="export_to_expire"),
        ]

    def __str__(self):
        return f"{self.report_type} as {self.format}"

    @property
    def percent(self) -> int:
        """100 only when the file is complete."""
        if self.state in (self.State.WAITING, self.State.RUNNING):
            return min(99, self.rows_done * 100 // self.rows_total) if self.rows_total else 0
        return 0 if self.finished_at is None or self.state == self.State.FAILED else 100
