import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from .user import User


class LoginQuerySet(models.QuerySet):
    def open(self):
        return self.filter(ended_at=None)

    def carrying(self, user):
        """The user's sign-ins that are good for a token still."""
        return self.open().filter(user=user, expires_at__gt=timezone.now())

    def locked(self, sid: str):
        """The row, locked until the transaction ends; None when there is none."""
        return self.select_for_update().filter(pk=sid).first()


class Login(models.Model):
    """A login row: the token's `sid`. Ending it ends its access token and its whole family of refresh tokens."""

    class EndReason(models.TextChoices):
        LOGOUT = "logout"
        PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a reason, not a password
        DEACTIVATED = "deactivated"
        MOVED = "moved"
        TOKEN_REUSED = "token_reused"  # noqa: S105
        EXPIRED = "expired"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="logins")
    refresh_jti = models.CharField(max_length=64, help_text="The one refresh token that is still good.")
    stamp = models.CharField(
        max_length=64,
        help_text="The user's session hash at login: a new password or entity, set through any door, ends the row.",
    )
    address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    refreshed_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=20, choices=EndReason, blank=True)

    objects = LoginQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["user"], condition=Q(ended_at=None), name="login_open_by_user"),
            models.Index(fields=["expires_at"], name="login_expiry"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="login_expires_after_start"),
        ]

    def is_current(self) -> bool:
        """Whether the row still carries its user: open, same password and entity, user and entity active."""
        user = self.user
        return (
            self.ended_at is None
            and self.expires_at > timezone.now()
            and user.is_active
            and user.entity.is_active
            and constant_time_compare(self.stamp, user.get_session_auth_hash())
        )

    def __str__(self):
        return f"{self.user_id} since {self.created_at:%Y-%m-%d %H:%M}"
