from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower


def validate_timezone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(f"{value} is not a time zone.")


class Entity(models.Model):
    """A tenant: everything that belongs to somebody belongs to one entity."""

    class Profile(models.TextChoices):
        SALES = "sales"
        GROWTH = "growth"

    class MainPipeline(models.TextChoices):
        CHANNEL = "channel"
        SALES = "sales"
        GROWTH = "growth"
        PRACTICE = "practice"
        MARKETING = "marketing"

    class Strategy(models.TextChoices):
        MANUAL = "manual"
        ROUND_ROBIN = "round_robin"
        WORKLOAD = "workload"

    class Duplicates(models.TextChoices):
        ATTACH = "attach"
        CREATE = "create"
        REJECT = "reject"

    name = models.CharField(max_length=100, unique=True)
    slug = models.SlugField(max_length=60, unique=True)
    api_profile = models.CharField(
        max_length=10,
        choices=Profile,
        default=Profile.SALES,
        help_text="Which contract /api/leads speaks for this entity.",
    )
    main_pipeline = models.CharField(max_length=20, choices=MainPipeline, default=MainPipeline.SALES)
    timezone = models.CharField(max_length=60, default="Asia/Kolkata", validators=[validate_timezone])
    default_region = models.CharField(
        max_length=2, default="IN", help_text="Country of phone numbers typed without a country code."
    )
    email_domain = models.CharField(
        max_length=100,
        blank=True,
        help_text="A verified address of this domain gets a seat as sales rep; leave empty to approve everybody by hand.",
    )
    max_leads_per_user = models.PositiveIntegerField(default=100, help_text="Open leads a person may hold.")
    assignment_strategy = models.CharField(max_length=20, choices=Strategy, default=Strategy.MANUAL)
    duplicate_policy = models.CharField(max_length=10, choices=Duplicates, default=Duplicates.CREATE)
    hands_over_converted = models.BooleanField(
        default=False, help_text="A marketing lead that becomes CONVERTED is handed over to the sales pipeline."
    )
    rollup_zone = models.CharField(
        max_length=60,
        blank=True,
        editable=False,
        help_text="Whose days crm's rollups are in; while it is not `timezone`, figures are counted from the rows.",
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "entities"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("email_domain"), condition=~Q(email_domain=""), name="entity_email_domain_unique"
            ),
        ]

    def __str__(self):
        return self.name

    def save(self, **kwargs):
        """A new entity has nothing to roll up, so its rollups are true."""
        if self._state.adding:
            self.rollup_zone = self.timezone
        super().save(**kwargs)

    @property
    def has_rollups(self) -> bool:
        return self.rollup_zone == self.timezone

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)
