"""/api/settings (growth.md, section F): the entity's API key, and the addresses to paste into Meta."""

from datetime import timedelta

from django.conf import settings
from rest_framework import serializers
from rest_framework.response import Response

from betterside import clock
from betterside.accounts.models import ApiKey
from betterside.accounts.services import api_keys
from betterside.api.schema import documented
from betterside.api.shapes import Shape
from betterside.api.views import no_content

from .base import GrowthViewSet

LONGEST_GRACE = int(api_keys.LONGEST_GRACE.total_seconds()) // 3600
WEBHOOKS = {"facebook": "/api/webhooks/facebook", "website": "/api/webhooks/website"}


class ApiKeyShape(Shape):
    id = serializers.IntegerField()
    masked_key = serializers.CharField(source="masked")
    scopes = serializers.ListField(child=serializers.CharField())
    created_by = serializers.CharField(source="user.email")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True, help_text="It was replaced and works until then.")
    last_used_at = serializers.DateTimeField(allow_null=True, help_text="Exact to five minutes.")


class WebhooksShape(Shape):
    facebook = serializers.URLField()
    website = serializers.URLField()


class ConfigShape(serializers.Serializer):
    api_key = serializers.CharField(allow_null=True, help_text="Masked; null when there is none.")
    webhook_url = serializers.URLField(help_text="The one to paste into Meta.")
    api_keys = ApiKeyShape(many=True, help_text="Those that work, the newest first.")
    webhook_urls = WebhooksShape()
    entity_id = serializers.IntegerField(help_text="For the website's form.")


class NewKeyShape(Shape):
    api_key = serializers.CharField(help_text="Shown this once.")
    scopes = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    previous_key_ends_at = serializers.DateTimeField(allow_null=True, help_text="Null: there was none that worked.")


class RegenerateBody(serializers.Serializer):
    grace_hours = serializers.IntegerField(
        min_value=0, max_value=LONGEST_GRACE, default=0, help_text="How long the former key still works."
    )
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=ApiKey.Scope.values),
        min_length=1,
        required=False,
        help_text="By default those of the former key, else all.",
    )
    expires_in_days = serializers.IntegerField(
        min_value=1, max_value=3650, required=False, allow_null=True, help_text="By default never."
    )


class SettingsViewSet(GrowthViewSet):
    right = "settings.manage"
    replays = False  # An answer that was kept would hold the key.

    @documented(answer=ConfigShape(), summary="The API key, masked, and the webhooks' addresses")
    def config(self, request):
        keys = list(ApiKey.objects.in_entity_of(request.user).alive().select_related("user"))
        urls = {name: f"{settings.SITE_URL}{path}" for name, path in WEBHOOKS.items()}
        current = next((key.masked for key in keys if key.ends_at is None), None)
        return Response(
            {
                "api_key": current,
                "webhook_url": urls["facebook"],
                "api_keys": ApiKeyShape.many(keys),
                "webhook_urls": urls,
                "entity_id": self.entity.pk,
            }
        )

    @documented(body=RegenerateBody, answer=NewKeyShape(), summary="A new API key; the former one ends")
    def regenerate(self, request):
        """The new key is in this answer and nowhere else. It acts as you, with your rights of the moment."""
        body = self.body(RegenerateBody)
        days = body.get("expires_in_days")
        made = api_keys.regenerate(
            by=request.user,
            scopes=body.get("scopes"),
            expires_at=clock.now() + timedelta(days=days) if days else None,
            grace=timedelta(hours=body["grace_hours"]),
        )
        answer = {
            "api_key": made.secret,
            "scopes": made.key.scopes,
            "created_at": made.key.created_at,
            "expires_at": made.key.expires_at,
            "previous_key_ends_at": made.former_ends_at,
        }
        return Response(answer, headers={"Cache-Control": "no-store"})

    @documented(status=204, summary="End every API key at once")
    def revoke(self, request):
        api_keys.revoke(by=request.user)
        return no_content()
