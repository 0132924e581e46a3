"""How the marketing face writes a lead (marketing.md, "Lead Object")."""

from rest_framework import serializers

from betterside.api.shapes import Shape
from crm.models import Lead


def milliseconds(moment) -> str:
    """2025-01-05T10:00:00.000Z"""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


class LeadShape(Shape):
    id = serializers.CharField()
    lead_code = serializers.CharField()
    campaign_id = serializers.SerializerMethodField()
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
    created_at = serializers.SerializerMethodField()
    updated_at = serializers.SerializerMethodField()

    @staticmethod
    def get_campaign_id(lead: Lead) -> str | None:
        return f"camp-{lead.campaign_id}" if lead.campaign_id else None

    @staticmethod
    def get_created_at(lead: Lead) -> str:
        return milliseconds(lead.created_at)

    @staticmethod
    def get_updated_at(lead: Lead) -> str:
        return milliseconds(lead.updated_at)
