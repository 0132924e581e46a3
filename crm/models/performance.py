from datetime import date

from django.conf import settings
from django.db import models

# Where the period `all` begins.
EVER = date(1970, 1, 1)


class PerformanceScoreQuerySet(models.QuerySet):
    def of(self, entity, period: str, starts_on: date):
        return self.filter(entity=entity, period=period, starts_on=starts_on)


class PerformanceScore(models.Model):
    """What somebody did in a period and what it is worth (crm.points). Who did nothing has no row.

    Days are counted from the leads' history; longer periods are sums of their days (crm.services.scores).
    """

    class Period(models.TextChoices):
        DAY = "day"
        WEEK = "week"
        MONTH = "month"
        QUARTER = "quarter"
        YEAR = "year"
        ALL = "all"

    # What is counted and added up.
    FIGURES = (
        "leads_given",
        "first_responses",
        "quick_responses",
        "response_points",
        "follow_ups_completed",
        "follow_ups_on_time",
        "follow_up_points",
        "deals_closed",
        "value_won",
        "closing_points",
    )

    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    period = models.CharField(max_length=8, choices=Period)
    starts_on = models.DateField(help_text="The period's first day in the entity's time zone.")
    leads_given = models.PositiveIntegerField(default=0, help_text="Leads that came to them for the first time.")
    first_responses = models.PositiveIntegerField(default=0)
    quick_responses = models.PositiveIntegerField(default=0)
    response_points = models.PositiveIntegerField(default=0)
    follow_ups_completed = models.PositiveIntegerField(default=0)
    follow_ups_on_time = models.PositiveIntegerField(default=0)
    follow_up_points = models.PositiveIntegerField(default=0)
    deals_closed = models.PositiveIntegerField(default=0)
    value_won = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    closing_points = models.PositiveIntegerField(default=0)

    objects = PerformanceScoreQuerySet.as_manager()

    class Meta:
        ordering = ["entity", "period", "-starts_on", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "period", "starts_on", "user"], name="performancescore_once_per_user_and_period"
            ),
        ]

    def __str__(self):
        return f"{self.user_id} in {self.period} {self.starts_on}: {self.points}"

    @property
    def activity_score(self) -> int:
        """Points for responses and follow-ups."""
        return self.response_points + self.follow_up_points

    @property
    def points(self) -> int:
        return self.activity_score + self.closing_points
