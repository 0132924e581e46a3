from django.db import models

from betterside.encryption import EncryptedTextField


class AdAccount(models.Model):
    """A Meta ad account whose campaigns and days are read every 15 minutes."""

    entity = models.ForeignKey("accounts.Entity", on_delete=models.CASCADE, related_name="ad_accounts")
    account_id = models.CharField(max_length=64, unique=True, help_text="With or without act_ in front.")
    name = models.CharField(max_length=150, blank=True)
    access_token = EncryptedTextField(blank=True, help_text="Empty: FB_PAGE_ACCESS_TOKEN of the environment is used.")
    currency = models.CharField(max_length=3, blank=True)
    timezone_name = models.CharField(max_length=60, blank=True, help_text="The zone of Meta's days.")
    is_active = models.BooleanField(default=True)
    needs_reconnect = models.BooleanField(default=False)
    paused_until = models.DateTimeField(null=True, blank=True)
    synced_at = models.DateTimeField(null=True, blank=True, help_text="The last time that everything was read.")
    trouble = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["account_id"]

    def __str__(self):
        return self.name or self.account_id
