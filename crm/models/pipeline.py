from django.db import models
from django.db.models import F, Q

from betterside.errors import Invalid


class Pipeline(models.Model):
    """A contract's status words and their order. `key` is its name: channel, sales, growth, practice, marketing."""

    key = models.CharField(max_length=20, primary_key=True)
    enforces_transitions = models.BooleanField(
        default=False, help_text="A lead may only move along the listed transitions."
    )

    class Meta:
        ordering = ["key"]

    def __str__(self):
        return self.key


class LeadStatusQuerySet(models.QuerySet):
    def of(self, pipeline_key: str):
        return self.filter(pipeline_id=pipeline_key, is_active=True)

    def named(self, word: str | int, *, pipeline: str) -> "LeadStatus":
        """The pipeline's status of this name or id. Raises Invalid, which names what there is."""
        statuses = list(self.of(pipeline).order_by("position"))
        found = [status for status in statuses if word in (status.pk, status.name)]
        if not found:
            names = ", ".join(status.name for status in statuses)
            raise Invalid(fields={"status": f"There is no such status in the lead's pipeline. There are: {names}."})
        return found[0]

    def first_of(self, pipeline_key: str) -> "LeadStatus":
        """The status a new lead starts in."""
        return self.of(pipeline_key).order_by("position").first()


class LeadStatus(models.Model):
    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="statuses")
    name = models.CharField(max_length=50)
    description = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField()
    is_active = models.BooleanField(default=True)
    is_won = models.BooleanField(default=False)
    is_lost = models.BooleanField(default=False)
    sla_hours = models.PositiveIntegerField(default=24, help_text="A stay longer than this breaks the SLA.")

    objects = LeadStatusQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "lead statuses"
        ordering = ["pipeline", "position"]
        constraints = [
            models.UniqueConstraint(fields=["pipeline", "name"], name="leadstatus_name_once_per_pipeline"),
            models.UniqueConstraint(fields=["pipeline", "position"], name="leadstatus_position_once_per_pipeline"),
            # The target of crm_lead's composite foreign key: a lead's status belongs to the lead's pipeline.
            models.UniqueConstraint(fields=["pipeline", "id"], name="leadstatus_pipeline_and_id"),
            models.CheckConstraint(condition=~Q(is_won=True, is_lost=True), name="leadstatus_not_won_and_lost"),
        ]

    def __str__(self):
        return self.name

    @property
    def is_closed(self) -> bool:
        return self.is_won or self.is_lost


class StatusTransition(models.Model):
    """A step that a pipeline which enforces transitions allows."""

    from_status = models.ForeignKey(LeadStatus, on_delete=models.CASCADE, related_name="transitions")
    to_status = models.ForeignKey(LeadStatus, on_delete=models.CASCADE, related_name="+")
    managers_only = models.BooleanField(default=False)

    class Meta:
        ordering = ["from_status", "to_status__position"]
        constraints = [
            models.UniqueConstraint(fields=["from_status", "to_status"], name="transition_once"),
            models.CheckConstraint(condition=~Q(from_status=F("to_status")), name="transition_to_another"),
        ]

    def __str__(self):
        return f"{self.from_status} → {self.to_status}"
