import uuid

from django.core.exceptions import ValidationError
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

    class BudgetPeriod(models.TextChoices):
        DAILY = "daily"
        LIFETIME = "lifetime"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="campaigns")
    account = models.ForeignKey(
        "marketing.AdAccount", null=True, blank=True, on_delete=models.SET_NULL, related_name="campaigns"
    )
    name = models.CharField(max_length=255)
    meta_id = models.CharField(max_length=64, blank=True)
    objective = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=20, choices=Status, default=Status.ACTIVE)
    currency = models.CharField(max_length=3, blank=True, help_text="ISO code; empty until Meta or staff said it.")
    budget = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    budget_period = models.CharField(max_length=10, choices=BudgetPeriod, blank=True, default="", db_default="")
    ads_request = models.ForeignKey(
        "cp.AdsRequest",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="campaigns",
        help_text="The CP's request this campaign runs for: its leads go to that CP and project.",
    )
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

    def clean(self):
        """Its leads go to the request's CP, who must be of the campaign's entity."""
        if self.ads_request_id and self.ads_request and self.ads_request.entity_id != self.entity_id:
            raise ValidationError({"ads_request": "The ads request belongs to another entity."})
        if self.account_id and self.account.entity_id != self.entity_id:
            raise ValidationError({"account": "The ad account belongs to another entity."})


class CampaignDay(models.Model):
    """What Meta reports of a campaign's day. Past days are restated: written over, never added to."""

    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="days")
    date = models.DateField(help_text="In the ad account's time zone.")
    currency = models.CharField(max_length=3)
    spend = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    impressions = models.PositiveBigIntegerField(default=0)
    clicks = models.PositiveBigIntegerField(default=0)
    link_clicks = models.PositiveBigIntegerField(default=0)
    leads = models.PositiveIntegerField(default=0, help_text="By Meta's count.")
    revenue = models.DecimalField(max_digits=14, decimal_places=2, default=0, help_text="By Meta's count.")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["campaign", "date"]
        constraints = [models.UniqueConstraint(fields=["campaign", "date"], name="campaignday_once")]
        indexes = [models.Index(fields=["entity", "date"], name="campaignday_by_entity")]

    def __str__(self):
        return f"{self.campaign_id} {self.date}"
