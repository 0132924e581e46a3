import secrets

from django.contrib.postgres.fields import ArrayField
from django.db import models

from betterside.encryption import EncryptedTextField


def new_key() -> str:
    return secrets.token_urlsafe(24)


class WebsiteIntake(models.Model):
    """How an entity's website forms may send leads. Without a row the bare `entity_id` is accepted."""

    entity = models.OneToOneField("accounts.Entity", on_delete=models.CASCADE, related_name="website_intake")
    form_key = models.CharField(max_length=64, unique=True, default=new_key, help_text="Public: sent as `form_key`.")
    requires_key = models.BooleanField(default=False, help_text="Refuse forms that name only the entity_id.")
    hmac_secret = EncryptedTextField(
        blank=True, help_text="If set, X-Form-Signature must be sha256=HMAC-SHA256(secret, raw body)."
    )
    allowed_origins = ArrayField(
        models.CharField(max_length=200), default=list, blank=True, help_text="Empty: any page may send."
    )
    honeypot = models.CharField(
        max_length=50, default="website_url", help_text="An answer that people do not see; filled in, it is a bot."
    )

    def __str__(self):
        return f"Website forms of {self.entity_id}"
