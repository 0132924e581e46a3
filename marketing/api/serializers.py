"""What the marketing face takes (marketing.md, "Field Descriptions"): every field may be missing or null."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from betterside.api.paging import LimitField, OffsetQuery
from crm.models import LeadStatus

STATUSES = ["NEW", "CONTACTED", "QUALIFIED", "CONVERTED", "LOST"]
SCORE = {"min_value": "Score must be between 0 and 100", "max_value": "Score must be between 0 and 100"}


def text(length: int) -> serializers.CharField:
    return serializers.CharField(max_length=length, required=False, allow_blank=True, allow_null=True)


@extend_schema_field(str)
class CampaignId(serializers.Field):
    """`camp-5`, `5` or 5; whether it exists is the service's question."""

    def to_internal_value(self, data):
        if isinstance(data, bool) or not isinstance(data, str | int) or len(str(data)) > 50:
            raise serializers.ValidationError("Write the campaign as camp-5.")
        return str(data)


class LeadFields(serializers.Serializer):
    campaign_id = CampaignId(required=False, allow_null=True)
    campaign_name = text(255)
    source = text(255)
    first_name = text(100)
    last_name = text(100)
    email = serializers.EmailField(
        max_length=255,
        required=False,
        allow_blank=True,
        allow_null=True,
        error_messages={"invalid": "Invalid email format"},
    )
    phone = text(20)
    company = text(255)
    job_title = text(255)
    status = serializers.ChoiceField(choices=STATUSES, required=False, allow_null=True)
    score = serializers.IntegerField(min_value=0, max_value=100, required=False, allow_null=True, error_messages=SCORE)
    notes = serializers.CharField(max_length=20_000, required=False, allow_blank=True, allow_null=True)

    def validate_status(self, name):
        return LeadStatus.objects.get(pipeline_id="marketing", name=name) if name else None

    def validate(self, data):
        """Null is the column's empty value: 0 for the score, no text elsewhere."""
        empty = {"score": 0, "campaign_id": None, "status": None}
        return {name: empty.get(name, "") if value is None else value for name, value in data.items()}


class NewLead(LeadFields):
    """A `lead_code` that is missing, null or empty is generated, as the contract's trigger does."""

    lead_code = serializers.RegexField(
        r"^[A-Za-z0-9_-]+$", max_length=50, required=False, allow_blank=True, allow_null=True
    )


class LeadQuery(OffsetQuery):
    """The contract's clients fetch all, so a page is as long as pages get."""

    limit = LimitField(default=100)
    campaign_id = serializers.CharField(max_length=50, required=False, allow_blank=True)
    status = serializers.ChoiceField(choices=STATUSES, required=False)
    source = serializers.CharField(max_length=255, required=False)
    search = serializers.CharField(max_length=200, required=False, allow_blank=True)
