import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Lower, Now
from django.utils import timezone

from .lead_queryset import LeadNotFound, LeadQuerySet, LiveLeads
from .owned import Owned

__all__ = ["Lead", "LeadCodeCounter", "LeadNotFound"]


def newest_first(*fields: str) -> list:
    return [*map(F, fields), F("created_at").desc(), F("id").desc()]


class Lead(Owned):
    """A person who showed interest. Only crm.services writes it (held by a test)."""

    OWNER = "assigned_user_id"
    NotFound = LeadNotFound

    class Platform(models.TextChoices):
        FACEBOOK = "facebook"
        INSTAGRAM = "instagram"
        WEBSITE = "website"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="leads")
    pipeline = models.ForeignKey("crm.Pipeline", on_delete=models.PROTECT, related_name="leads")
    status = models.ForeignKey("crm.LeadStatus", on_delete=models.PROTECT, related_name="leads")
    lead_code = models.CharField(max_length=50, help_text="LEAD-YYYY-NNNNNN, unique in the entity.")
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    full_name = models.CharField(max_length=201, blank=True)
    email = models.CharField(max_length=255, blank=True)
    phone = models.CharField(max_length=100, blank=True, help_text="As it was typed.")
    phone_e164 = models.CharField(max_length=20, blank=True, editable=False)
    phone_digits = models.CharField(max_length=100, blank=True, editable=False)
    company = models.CharField(max_length=255, blank=True)
    job_title = models.CharField(max_length=255, blank=True)
    source = models.CharField(max_length=255, blank=True)
    platform = models.CharField(max_length=10, choices=Platform, blank=True)
    score = models.PositiveSmallIntegerField(default=0, help_text="0 to 100")
    value = models.DecimalField(max_digits=14, decimal_places=2, default=0, help_text="Estimated deal value.")
    assigned_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="leads"
    )
    assigned_at = models.DateTimeField(null=True, blank=True)
    first_assigned_at = models.DateTimeField(null=True, blank=True)
    project = models.ForeignKey("cp.Project", null=True, blank=True, on_delete=models.SET_NULL, related_name="leads")
    campaign = models.ForeignKey(
        "marketing.Campaign", null=True, blank=True, on_delete=models.SET_NULL, related_name="leads"
    )
    campaign_name = models.CharField(max_length=255, blank=True, help_text="Kept when the campaign is deleted.")
    ads_request = models.ForeignKey(
        "cp.AdsRequest", null=True, blank=True, on_delete=models.SET_NULL, related_name="leads"
    )
    notes = models.TextField(blank=True)
    raw_field_data = models.JSONField(default=dict, blank=True)
    consent_time = models.DateTimeField(null=True, blank=True)
    source_page_id = models.CharField(max_length=64, blank=True)
    source_page_name = models.CharField(max_length=150, blank=True)
    is_test = models.BooleanField(default=False, help_text="Meta's test lead: kept out of assignment and figures.")
    duplicate_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="duplicates"
    )
    handed_over_from = models.OneToOneField(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="handed_over_to",
        help_text="The marketing lead that this sales lead continues.",
    )
    last_interaction_at = models.DateTimeField(null=True, blank=True)
    status_since = models.DateTimeField(
        default=timezone.now,
        db_default=Now(),
        editable=False,
        help_text="When it came into its status: its open stay's entry.",
    )
    furthest_position = models.PositiveSmallIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="Of the statuses that it has been in and that are not lost, the last one's position.",
    )
    was_late = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="A stay that has ended was longer than its status's SLA.",
    )
    closed_at = models.DateTimeField(null=True, blank=True, help_text="When it was won or lost; null while open.")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)
    search_text = models.GeneratedField(
        expression=Lower(
            Concat(
                "full_name", Value(" "), "company", Value(" "), "email", Value(" "), "phone", Value(" "), "phone_digits"
            )
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = LiveLeads()
    with_deleted = LeadQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        default_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["entity", "lead_code"], name="lead_code_once_per_entity"),
            models.CheckConstraint(condition=Q(score__lte=100), name="lead_score_at_most_100"),
            models.CheckConstraint(
                condition=Q(duplicate_of=None) | ~Q(duplicate_of=F("id")), name="lead_not_its_own_duplicate"
            ),
            models.UniqueConstraint(
                "entity",
                Lower("email"),
                condition=Q(pipeline="growth", closed_at=None, deleted_at=None, duplicate_of=None, is_test=False)
                & ~Q(email=""),
                name="lead_one_open_growth_lead_per_email",
            ),
        ]
        indexes = [
            models.Index(*newest_first("entity"), name="lead_list"),
            models.Index(*newest_first("entity", "pipeline"), name="lead_list_pipeline"),
            models.Index(*newest_first("entity", "pipeline", "status"), name="lead_list_status"),
            models.Index(*newest_first("assigned_user"), name="lead_list_owner"),
            # With what it takes to count a project's leads, whoever asks.
            models.Index(
                fields=["project", "created_at"],
                include=["entity", "pipeline", "status", "assigned_user"],
                condition=Q(deleted_at=None, is_test=False),
                name="lead_of_project",
            ),
            models.Index(fields=["campaign", "created_at"], name="lead_by_campaign"),
            models.Index(
                fields=["entity", "created_at"],
                condition=Q(assigned_user=None, deleted_at=None),
                name="lead_unassigned",
            ),
            # Who came into their status lately (crm.analytics.sla).
            models.Index(
                fields=["entity", "status_since"],
                condition=Q(closed_at=None, deleted_at=None),
                name="lead_waiting_since",
            ),
            # Those that do not count, so that what happened to them is left out without looking at each lead.
            models.Index(
                fields=["entity", "id"], condition=Q(deleted_at__isnull=False) | Q(is_test=True), name="lead_gone"
            ),
            # How many open leads somebody holds, asked at every assignment.
            models.Index(
                fields=["assigned_user"], condition=Q(closed_at=None, deleted_at=None), name="lead_open_by_owner"
            ),
            # The three keys by which the same person is found again at capture.
            models.Index("entity", Lower("email"), condition=~Q(email=""), name="lead_by_email"),
            models.Index(fields=["entity", "phone_e164"], condition=~Q(phone_e164=""), name="lead_by_e164"),
            models.Index(fields=["entity", "phone_digits"], condition=~Q(phone_digits=""), name="lead_by_digits"),
            GinIndex(F("entity"), OpClass(F("search_text"), name="gin_trgm_ops"), name="lead_search"),
        ]

    def __str__(self):
        return self.full_name or self.email or self.phone or self.lead_code

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class LeadCodeCounter(models.Model):
    """The last number given out per entity and year. Written by crm.services.codes only."""

    entity = models.ForeignKey("accounts.Entity", on_delete=models.CASCADE)
    year = models.PositiveSmallIntegerField()
    value = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "year"], name="leadcodecounter_entity_year")]

    def __str__(self):
        return f"{self.entity_id}/{self.year}: {self.value}"
