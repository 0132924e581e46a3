from django.conf import settings
from django.db import models
from django.utils import timezone


class Erasure(models.Model):
    """The tombstone of somebody who asked to be forgotten: enough to know an old enquiry of theirs, and nothing else.

    `digest` is an HMAC of one phone or e-mail. Written by crm.services.tombstones.
    """

    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    erased_at = models.DateTimeField(default=timezone.now)
    erased_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-erased_at"]
        constraints = [models.UniqueConstraint(fields=["entity", "digest"], name="erasure_once_per_digest")]

    def __str__(self):
        return f"{self.digest[:8]}…"
