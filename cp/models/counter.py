from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.utils import timezone

from .owned import OwnedByCP


class MarketingCounterQuerySet(OwnedByCP):
    def totals(self) -> dict[str, int]:
        return self.aggregate(
            creatives_shared=Sum("creatives_shared", default=0), edms_shared=Sum("edms_shared", default=0)
        )

    def per_project(self):
        """Dicts of project_id, project_title and both sums, by title; what belongs to no project comes last."""
        rows = self.order_by().values("project_id", project_title=F("project__title"))
        sums = {name: Sum(name) for name in ("creatives_shared", "edms_shared")}
        return rows.annotate(**sums).order_by(F("project__title").asc(nulls_last=True), "project_id")


class MarketingCounter(models.Model):
    """How many creatives and EDMs were shared with a CP, per project (null: for no project in particular).

    Written by services.marketing: both numbers only ever move in the database, so that two changes at once add up.
    """

    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="+")
    cp = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="CP", on_delete=models.CASCADE, related_name="marketing_counters"
    )
    project = models.ForeignKey("cp.Project", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    creatives_shared = models.PositiveIntegerField(default=0)
    edms_shared = models.PositiveIntegerField(default=0)
    last_updated = models.DateTimeField(default=timezone.now)

    objects = MarketingCounterQuerySet.as_manager()

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
