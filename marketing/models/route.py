from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q


class CaptureRouteQuerySet(models.QuerySet):
    def best_for(self, *, page_id: str, form_id: str = "", campaign_id: str = ""):
        """The most specific active route: campaign before form before page alone; None when there is none."""
        fits = Q(page_id=page_id) & Q(form_id__in=["", form_id]) & Q(campaign_id__in=["", campaign_id])
        found = self.filter(fits, is_active=True, entity__is_active=True)
        return found.select_related("entity", "owner", "project").order_by("-campaign_id", "-form_id").first()


class CaptureRoute(models.Model):
    """Where leads of a page (and form, and campaign) go (DESIGN section 5)."""

    class Strategy(models.TextChoices):
        ENTITY = "", "as the entity says"
        MANUAL = "manual"
        ROUND_ROBIN = "round_robin"
        WORKLOAD = "workload"

    page_id = models.CharField(max_length=64)
    form_id = models.CharField(max_length=64, blank=True)
    campaign_id = models.CharField(max_length=64, blank=True, help_text="Meta's id of the campaign.")
    entity = models.ForeignKey("accounts.Entity", on_delete=models.CASCADE, related_name="capture_routes")
    pipeline = models.ForeignKey("crm.Pipeline", on_delete=models.PROTECT, related_name="+")
    project = models.ForeignKey("cp.Project", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Gets every lead of this route. Empty: the strategy decides.",
    )
    strategy = models.CharField(max_length=20, choices=Strategy, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CaptureRouteQuerySet.as_manager()

    class Meta:
        ordering = ["page_id", "form_id", "campaign_id"]
        constraints = [
            models.UniqueConstraint(fields=["page_id", "form_id", "campaign_id"], name="captureroute_once"),
        ]

    def __str__(self):
        return " / ".join(part for part in (self.page_id, self.form_id, self.campaign_id) if part)

    def clean(self):
        if self.owner_id and self.owner.entity_id != self.entity_id:
            raise ValidationError({"owner": "The owner belongs to another entity."})
        if self.project_id and self.project.entity_id != self.entity_id:
            raise ValidationError({"project": "The project belongs to another entity."})
