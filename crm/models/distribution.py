from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from .practice import STATES, PracticeProfile, words_of


class DistributionRuleQuerySet(models.QuerySet):
    def in_entity_of(self, user):
        return self.filter(entity_id=user.entity_id)

    def active(self):
        return self.filter(is_active=True)


def validate_states(states: list[str]) -> None:
    if unknown := [state for state in states if state not in STATES]:
        raise ValidationError(f"No state of the USA: {', '.join(unknown)}.")


class DistributionRule(models.Model):
    """Which practice leads go to which people (crm.services.distribution).

    Rules are tried by `priority`, the lowest number first; the first that covers the lead and has somebody free
    decides. A lead that rules cover goes to their people only; one that none covers may go to anybody.
    """

    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    states = ArrayField(
        models.CharField(max_length=2),
        default=list,
        blank=True,
        validators=[validate_states],
        help_text="Postal codes, with commas between them; empty: every state.",
    )
    specialties = ArrayField(
        models.CharField(max_length=100),
        default=list,
        blank=True,
        help_text="With commas between them, upper or lower case; empty: every specialty.",
    )
    agents = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        through="crm.DistributionRuleAgent",
        related_name="+",
        help_text="Who gets these leads; nobody named: everybody who may be given leads.",
    )
    capacity = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Open leads that one person may hold by this rule; empty: as many as the entity allows.",
    )
    priority = models.PositiveSmallIntegerField(default=100, help_text="The lowest number is tried first.")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = DistributionRuleQuerySet.as_manager()

    class Meta:
        ordering = ["priority", "id"]
        constraints = [
            models.UniqueConstraint("entity", Lower("name"), name="distributionrule_name_once_per_entity"),
            models.CheckConstraint(
                condition=Q(capacity=None) | Q(capacity__gte=1), name="distributionrule_capacity_at_least_1"
            ),
        ]
        indexes = [models.Index(fields=["entity", "priority", "id"], name="distributionrule_order")]

    def __str__(self):
        return self.name

    def covers(self, profile: PracticeProfile | None) -> bool:
        """Whether the practice is of one of the states and has one of the specialties."""
        state = profile.state if profile else ""
        specialties = words_of(profile.specialties) if profile else set()
        in_state = not self.states or state in self.states
        return in_state and (not self.specialties or bool(words_of(*self.specialties) & specialties))


class DistributionRuleAgent(models.Model):
    """Somebody who gets a rule's leads."""

    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey(DistributionRule, on_delete=models.CASCADE, related_name="rows_of_agents")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "user"], name="distributionruleagent_once_per_rule")]

    def __str__(self):
        return f"{self.user_id} by rule {self.rule_id}"
