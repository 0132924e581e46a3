import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .stretches import between


class ActivityQuerySet(models.QuerySet):
    def in_entity_of(self, user):
        """Of leads that are there; what happened to contacts is their history's alone."""
        return self.filter(entity_id=user.entity_id, lead__deleted_at=None).of_leads()

    def visible_to(self, user):
        """Activities of leads the user may see (`LeadQuerySet.visible_to`)."""
        if not user.is_approved or not user.may("leads.read"):
            return self.none()
        found = self.in_entity_of(user)
        return found if user.may("leads.read_entity") else found.filter(lead__assigned_user_id=user.pk)

    def of_leads(self):
        return self.filter(lead__isnull=False)

    def of_contact(self, contact):
        """The contact's history: their own, and that of the lead they were."""
        own = Q(contact=contact)
        return self.filter(own | Q(lead=contact.lead_id) if contact.lead_id else own)

    def by_people(self):
        """What people did; what changes recorded about themselves is left out."""
        return self.filter(is_automatic=False)

    def reactions(self):
        """What somebody did about a lead: logged by hand, or a move to another status; creating it is none."""
        moves = Q(activity_type=Activity.Type.STATUS_CHANGE) & ~Q(title=Activity.CREATED)
        return self.exclude(user=None).filter(Q(is_automatic=False) | moves)

    def created_between(self, start, end):
        """Created at or after `start` and before `end`; either may be None."""
        return between(self, "created_at", start, end)

    def with_follow_up(self):
        return self.filter(status=Activity.Status.PENDING).exclude(next_follow_up_date=None)

    def site_visits(self):
        """Meetings that took place: what the channel calls a site visit."""
        return self.filter(activity_type=Activity.Type.MEETING, status=Activity.Status.COMPLETED)

    # A date that is compared is there. To say so besides lets PostgreSQL expect a hundredth of the rows, and read them
    # all instead of the first.
    def upcoming(self, now):
        """Follow-ups that are due now or later."""
        return self.filter(status=Activity.Status.PENDING, next_follow_up_date__gte=now)

    def overdue(self, now):
        return self.filter(status=Activity.Status.PENDING, next_follow_up_date__lt=now)


class Activity(models.Model):
    """Something that happened to a lead or a contact: the sales face's lead_activities and growth's timeline."""

    class Type(models.TextChoices):
        CALL = "call"
        EMAIL = "email"
        MEETING = "meeting"
        NOTE = "note"
        STATUS_CHANGE = "status_change"
        ASSIGNMENT = "assignment"
        FOLLOW_UP = "follow_up"
        EMAIL_OPENED = "email_opened"
        PAGE_VISIT = "page_visit"

    class Priority(models.TextChoices):
        LOW = "low"
        MEDIUM = "medium"
        HIGH = "high"
        URGENT = "urgent"

    class Status(models.TextChoices):
        PENDING = "pending"
        COMPLETED = "completed"
        CANCELLED = "cancelled"

    # The title of what creating a lead records.
    CREATED = "Lead created"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="+")
    lead = models.ForeignKey("crm.Lead", null=True, blank=True, on_delete=models.CASCADE, related_name="activities")
    contact = models.ForeignKey(
        "crm.Contact", null=True, blank=True, on_delete=models.CASCADE, db_index=False, related_name="activities"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="activities",
        help_text="Who did it; empty for the system.",
    )
    activity_type = models.CharField(max_length=20, choices=Type)
    title = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    priority = models.CharField(max_length=10, choices=Priority, default=Priority.MEDIUM)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    notes = models.TextField(blank=True, help_text="What was remarked at its last change.")
    next_follow_up_date = models.DateTimeField(null=True, blank=True)
    due_reminded_at = models.DateTimeField(null=True, blank=True, editable=False)
    overdue_reminded_at = models.DateTimeField(null=True, blank=True, editable=False)
    completed_at = models.DateTimeField(null=True, blank=True)
    completed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        help_text="Empty while it is not completed, and for the system.",
    )
    is_automatic = models.BooleanField(default=False, help_text="Recorded by a change, not logged by a person.")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "activities"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lead__isnull=False, contact=None) | Q(lead=None, contact__isnull=False),
                name="activity_of_lead_or_contact",
            )
        ]
        indexes = [
            models.Index(fields=["lead", "-created_at", "-id"], name="activity_by_lead"),
            models.Index(
                fields=["contact", "-created_at", "-id"],
                condition=Q(contact__isnull=False),
                name="activity_by_contact",
            ),
            # With what it takes to count whom people contacted in a range (crm.analytics.work_tallies).
            models.Index(
                fields=["entity", "-created_at", "-id"],
                include=["user", "lead", "is_automatic"],
                name="activity_of_entity",
            ),
            models.Index(fields=["user", "-created_at", "-id"], name="activity_by_user"),
            # With what it takes to count them by urgency and by person.
            models.Index(
                fields=["entity", "next_follow_up_date"],
                include=["lead", "user", "priority", "is_automatic", "created_at"],
                condition=Q(status="pending", next_follow_up_date__isnull=False),
                name="activity_pending",
            ),
            models.Index(
                fields=["lead", "next_follow_up_date"],
                condition=Q(status="pending", next_follow_up_date__isnull=False),
                name="activity_next_of_lead",
            ),
            # What crm.services.reminders looks for every minute, over all entities.
            models.Index(
                fields=["next_follow_up_date"],
                condition=Q(status="pending", next_follow_up_date__isnull=False, overdue_reminded_at=None),
                name="activity_to_remind",
            ),
        ]

    def __str__(self):
        return f"{self.activity_type} on {self.lead_id or self.contact_id}"
