import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac

from betterside import clock

LIFETIME = timedelta(minutes=10)
TRIES = 5
KEEP = timedelta(hours=2)

# One statement counts the try and says whether it may be evaluated: of a hundred that arrive at once, five may.
TRY = """
UPDATE accounts_onetimecode SET tries = tries + 1
WHERE email = %s AND purpose = %s AND ended_at IS NULL AND expires_at > %s AND tries < %s
RETURNING *
"""


def expiry() -> datetime:
    return clock.now() + LIFETIME


class OneTimeCodeQuerySet(models.QuerySet):
    def open(self):
        return self.filter(ended_at=None)

    def alive(self):
        return self.open().filter(expires_at__gt=clock.now())

    def old(self):
        """Those that no limit needs any more."""
        return self.filter(created_at__lt=clock.now() - KEEP)

    def end(self) -> int:
        return self.open().update(ended_at=clock.now())

    def counting_a_try(self, *, email: str, purpose: str) -> "OneTimeCode | None":
        """The living code of the address with one more try counted; None when there is none or it had its tries."""
        return next(iter(self.raw(TRY, [email, purpose, clock.now(), TRIES])), None)


class OneTimeCode(models.Model):
    """Six digits mailed to an address, which prove that whoever types them reads its mail.

    The digits are not stored: they are a keyed hash of `nonce`, which nobody can work out from the database alone, while
    the job that mails them can, also a second time. There is a row for every address that was asked for, whether
    or not an account has it, so that both take the same work (trust 14).
    """

    class Purpose(models.TextChoices):
        VERIFY = "verify"
        RESET = "reset"

    email = models.CharField(max_length=100)
    purpose = models.CharField(max_length=10, choices=Purpose)
    nonce = models.UUIDField(default=uuid.uuid4, editable=False)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(default=expiry)
    ended_at = models.DateTimeField(null=True, help_text="Used, or replaced by a newer one.")

    objects = OneTimeCodeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["email", "created_at"], name="code_by_email"),
            models.Index(fields=["created_at"], name="code_age"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["email", "purpose"], condition=Q(ended_at=None), name="code_one_open_per_purpose"
            ),
            models.CheckConstraint(condition=Q(tries__lte=TRIES), name="code_tries_limited"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="code_expires_after_start"),
        ]

    def __str__(self):
        return f"{self.purpose} {self.email}"

    @property
    def digits(self) -> str:
        key = f"{self.purpose}:{self.email}:{self.nonce}"
        digest = salted_hmac("betterside.one_time_code", key, algorithm="sha256").digest()
        return f"{int.from_bytes(digest) % 10**6:06d}"
