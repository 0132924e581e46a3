from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from betterside.encryption import EncryptedTextField


class MetaPageQuerySet(models.QuerySet):
    def ready(self):
        """Pages that may be asked now: not waiting for a new token, not paused by Meta's limits."""
        return self.filter(needs_reconnect=False).filter(Q(paused_until=None) | Q(paused_until__lte=Now()))


class MetaPage(models.Model):
    """A Facebook page that sends leads: its token and whether Meta lets us ask for it."""

    page_id = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=150, blank=True)
    entity = models.ForeignKey(
        "accounts.Entity", null=True, blank=True, on_delete=models.SET_NULL, related_name="meta_pages"
    )
    access_token = EncryptedTextField(blank=True, help_text="Empty: FB_PAGE_ACCESS_TOKEN of the environment is used.")
    needs_reconnect = models.BooleanField(
        default=False, help_text="Meta refused the token; the inbox waits for a new one."
    )
    paused_until = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=300, blank=True, help_text="What Meta said last, if it was no good news.")
    updated_at = models.DateTimeField(auto_now=True)

    objects = MetaPageQuerySet.as_manager()

    class Meta:
        ordering = ["page_id"]

    def __str__(self):
        return self.name or self.page_id
