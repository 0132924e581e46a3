"""How the marketing face writes a lead (marketing.md, "Lead Object")."""

from rest_framework import serializers

from betterside.api.shapes import ComputedField, Shape


def milliseconds(moment) -> str:
    """2025-01-05T10:00:00.000Z"""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


class LeadShape(Shape):
    id = serializers.CharField()
    lead_code = serializers.CharField()
    campaign_id = ComputedField("campaign_id")
    campaign_name = serializers.CharField(allow_null=True)
    source = serializers.CharField(allow_null=True)
    first_name = serializers.CharField(allow_null=True)
    last_name = serializers.CharField(allow_null=True)
    email = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    company = serializers.CharField(allow_null=True)
    job_title = serializers.CharField(allow_null=True)
    status = serializers.CharField(source="status.name")
    score = serializers.IntegerField()
    notes = serializers.CharField(allow_null=True)
    created_at = ComputedField("created_at")
    updated_at = ComputedField("updated_at")

    @staticmethod
    def get_campaign_id(campaign_id) -> str | None:
        return f"camp-{campaign_id}" if campaign_id else None

    @staticmethod
    def get_created_at(created_at) -> str:
        return milliseconds(created_at)

    @staticmethod
    def get_updated_at(updated_at) -> str:
        return milliseconds(updated_at)
