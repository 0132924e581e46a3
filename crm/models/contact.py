import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat, Lower
from django.utils import timezone

from betterside.errors import NotFound

from .owned import Owned, OwnedQuerySet


class ContactNotFound(NotFound):
    code = "CONTACT_NOT_FOUND"
    message = "Contact not found"


class ContactQuerySet(OwnedQuerySet):
    def matching(self, text: str):
        """Name, company, role, e-mail or phone contains the text, without regard to case (trigram index)."""
        return self.filter(search_text__contains=text.strip().lower())


class LiveContacts(models.Manager.from_queryset(ContactQuerySet)):
    def get_queryset(self):
        return super().get_queryset().filter(deleted_at=None)


class Contact(Owned):
    """Somebody a team knows (growth.md, "Contact"), on their own or continued from a lead. Written by services.contacts."""

    NotFound = ContactNotFound

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="contacts")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="contacts")
    lead = models.ForeignKey(
        "crm.Lead",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="contacts",
        help_text="The lead it was made from; its timeline is the beginning of the contact's.",
    )
    name = models.CharField(max_length=255)
    email = models.CharField(max_length=255, blank=True)
    phone = models.CharField(max_length=100, blank=True, help_text="As it was typed.")
    role = models.CharField(max_length=255, blank=True)
    company = models.CharField(max_length=255, blank=True)
    notes = models.TextField(blank=True)
    last_contacted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)
    search_text = models.GeneratedField(
        expression=Lower(
            Concat(
                "name",
                Value(" "),
                "company",
                Value(" "),
                "role",
                Value(" "),
                "email",
                Value(" "),
                "phone",
                Value(" "),
                Func("phone", Value("[^0-9]"), Value(""), Value("g"), function="regexp_replace"),
            )
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = LiveContacts()
    with_deleted = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        default_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["lead"], condition=Q(deleted_at=None), name="contact_one_per_lead"),
        ]
        indexes = [
            models.Index(F("entity"), F("created_at").desc(), F("id").desc(), name="contact_list"),
            models.Index(F("owner"), F("created_at").desc(), F("id").desc(), name="contact_list_owner"),
            GinIndex(F("entity"), OpClass(F("search_text"), name="gin_trgm_ops"), name="contact_search"),
        ]

    def __str__(self):
        return self.name or self.email or self.phone
