import uuid

from django.db import models
from django.db.models import Q


class CampaignQuerySet(models.QuerySet):
    def in_entity_of(self, user):
        return self.filter(entity_id=user.entity_id)


class Campaign(models.Model):
    """A campaign that brings leads; `meta_id` names it at Meta, empty for one that runs elsewhere."""

    class Status(models.TextChoices):
        ACTIVE = "active"
        PAUSED = "paused"
        COMPLETED = "completed"
        ARCHIVED = "archived"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="campaigns")
    name = models.CharField(max_length=255)
    meta_id = models.CharField(max_length=64, blank=True)
    objective = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=20, choices=Status, default=Status.ACTIVE)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "meta_id"], condition=~Q(meta_id=""), name="campaign_meta_id_once_per_entity"
            )
        ]

    def __str__(self):
        return self.name
