import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone

from .owned import OwnedByCP


def unguessable(request: "MarketingRequest", filename: str) -> str:
    return f"marketing/{secrets.token_urlsafe(16)}/{filename}"


class MarketingRequestQuerySet(OwnedByCP):
    def waiting(self):
        return self.filter(status=MarketingRequest.Status.REQUESTED)


class MarketingRequest(models.Model):
    """A CP asks for a creative or an EDM (channel.md, "Request Creative"). Written by services.marketing."""

    class Type(models.TextChoices):
        CREATIVE = "creative", "Creative"
        EDM = "edm", "EDM"

    class Status(models.TextChoices):
        REQUESTED = "requested"
        FULFILLED = "fulfilled"
        DECLINED = "declined"

    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="+")
    cp = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="CP", on_delete=models.PROTECT, related_name="marketing_requests"
    )
    project = models.ForeignKey(
        "cp.Project", null=True, blank=True, on_delete=models.PROTECT, related_name="marketing_requests"
    )
    type = models.CharField(max_length=10, choices=Type)
    notes = models.TextField(blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.REQUESTED)
    link = models.URLField(max_length=500, blank=True, help_text="Where the CP finds what they asked for.")
    file = models.FileField(upload_to=unguessable, max_length=300, blank=True)
    answer = models.TextField(blank=True, help_text="What the team wrote to the CP.")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    team_told_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    objects = MarketingRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["cp", "-created_at", "-id"], name="marketingrequest_list"),
            models.Index(fields=["entity", "status", "-created_at"], name="marketingrequest_of_entity"),
        ]

    def __str__(self):
        return f"{self.get_type_display()} request {self.pk}"

    @property
    def is_waiting(self) -> bool:
        return self.status == self.Status.REQUESTED
