from django.conf import settings
from django.db import models
from django.db.models import Q


class MarketingCounter(models.Model):
    """How many creatives and EDMs were shared with a CP, per project (null: for no project in particular)."""

    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="+")
    cp = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="marketing_counters")
    project = models.ForeignKey("cp.Project", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    creatives_shared = models.PositiveIntegerField(default=0)
    edms_shared = models.PositiveIntegerField(default=0)
    last_updated = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["cp", "project"]
        constraints = [
            models.UniqueConstraint(
                fields=["cp", "project"],
                condition=Q(project__isnull=False),
                name="marketingcounter_once_per_project",
            ),
            models.UniqueConstraint(
                fields=["cp"], condition=Q(project=None), name="marketingcounter_once_without_project"
            ),
        ]

    def __str__(self):
        return f"{self.cp_id}: {self.creatives_shared} creatives, {self.edms_shared} EDMs"
