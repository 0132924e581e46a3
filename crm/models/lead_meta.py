from django.db import models


class LeadMeta(models.Model):
    """Where a captured lead came from (sales.md, lead_meta). One per captured lead."""

    class Processing(models.TextChoices):
        RECEIVED = "received"
        PROCESSED = "processed"
        FAILED = "failed"

    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="+")
    lead = models.OneToOneField("crm.Lead", on_delete=models.CASCADE, related_name="meta")
    platform_key = models.CharField(
        max_length=10, choices=[("facebook", "facebook"), ("instagram", "instagram"), ("website", "website")]
    )
    source_lead_id = models.CharField(max_length=128)
    page_id = models.CharField(max_length=64, blank=True)
    form_id = models.CharField(max_length=64, blank=True)
    ad_id = models.CharField(max_length=64, blank=True)
    campaign_id = models.CharField(max_length=64, blank=True, help_text="Meta's id, not ours.")
    created_time = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(auto_now_add=True)
    page_url = models.CharField(max_length=512, blank=True)
    utm_source = models.CharField(max_length=100, blank=True)
    utm_medium = models.CharField(max_length=100, blank=True)
    utm_campaign = models.CharField(max_length=150, blank=True)
    utm_term = models.CharField(max_length=100, blank=True)
    utm_content = models.CharField(max_length=100, blank=True)
    processing_status = models.CharField(max_length=10, choices=Processing, default=Processing.RECEIVED)

    class Meta:
        verbose_name_plural = "lead meta"
        constraints = [
            models.UniqueConstraint(
                fields=["platform_key", "source_lead_id", "entity"], name="leadmeta_platform_source_entity"
            )
        ]

    def __str__(self):
        return f"{self.platform_key} {self.source_lead_id}"
