from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from betterside import clock

from .entity import Entity
from .user import User


class ApiKeyQuerySet(models.QuerySet):
    def in_entity_of(self, user):
        return self.filter(entity_id=user.entity_id)

    def current(self):
        """The one that was made last; one that was replaced may still work for its grace."""
        return self.filter(ends_at=None)

    def alive(self):
        now = clock.now()
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=now)).filter(Q(expires_at=None) | Q(expires_at__gt=now))


class ApiKey(models.Model):
    """An entity's key for programs. It acts as the person who made it, with their rights of the moment, and only as far
    as its scopes reach. The key itself is not stored: `digest` is its SHA-256, enough for 256 random bits."""

    class Scope(models.TextChoices):
        READ = "read"
        WRITE = "write"

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="api_keys")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys", help_text="Who made it.")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    tail = models.CharField(max_length=4, help_text="Its last characters, to tell keys apart.")
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope))
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True, help_text="Replaced or revoked: it works until then.")
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="Exact to five minutes.")

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["entity"], condition=Q(ends_at=None), name="apikey_one_current_per_entity"),
            models.CheckConstraint(condition=Q(scopes__len__gt=0), name="apikey_has_a_scope"),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("created_at")), name="apikey_expires_after_start"
            ),
        ]

    def __str__(self):
        return self.masked

    @property
    def masked(self) -> str:
        return f"bsk_{'*' * 12}{self.tail}"

    def is_current(self) -> bool:
        """Whether it still carries its user: not ended or expired, user and entity active, user not moved away."""
        now = clock.now()
        return (
            (self.ends_at is None or self.ends_at > now)
            and (self.expires_at is None or self.expires_at > now)
            and self.user.is_active
            and self.user.entity_id == self.entity_id
            and self.user.entity.is_active
        )
