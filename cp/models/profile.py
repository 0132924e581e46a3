from django.conf import settings
from django.db import models


class CPProfile(models.Model):
    """How a channel partner presents themselves (channel.md, cp_profiles)."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="cp_profile")
    entity = models.ForeignKey("accounts.Entity", on_delete=models.PROTECT, related_name="+")
    full_name = models.CharField(max_length=200, blank=True)
    company_name = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    extra_json = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "CP profile"

    def __str__(self):
        return self.full_name or str(self.user)
