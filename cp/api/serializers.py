"""What the channel face takes (channel.md, "API Endpoints"). The panel's forms use the same rules (cp.rules)."""

from rest_framework import serializers

from betterside.api.kept import KeepingChange
from betterside.api.paging import PageQuery
from crm.models import LeadStatus

from .. import rules
from .shapes import LeadShape


class ProjectIdField(serializers.IntegerField):
    def __init__(self, **kwargs):
        super().__init__(**{"min_value": 1, "max_value": 2**63 - 1} | kwargs)


class Phone(serializers.CharField):
    """Ten digits and nothing around them, not even a space: what is stored is what was sent."""

    def __init__(self, **kwargs):
        super().__init__(max_length=20, trim_whitespace=False, validators=[rules.ten_digits], **kwargs)


class LeadFields(serializers.Serializer):
    name = serializers.CharField(max_length=200)
    phone = Phone()
    email = serializers.EmailField(max_length=255, required=False, allow_blank=True, allow_null=True)
    source = serializers.ChoiceField(choices=rules.SOURCES, required=False)
    notes = serializers.CharField(max_length=10_000, required=False, allow_blank=True, allow_null=True)
    project_id = ProjectIdField(required=False, allow_null=True)

    def validate_email(self, value):
        return value or ""

    def validate_notes(self, value):
        return value or ""


class NewLead(LeadFields):
    source = serializers.ChoiceField(choices=rules.SOURCES, default="organic")


class LeadChange(KeepingChange, LeadFields):
    """Captured leads come with phones, names and sources of their own."""

    shape, kept = LeadShape, ("name", "phone", "email", "source")
    status = serializers.ChoiceField(choices=rules.STATUSES)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"partial": True} | kwargs)

    def validate_status(self, value):
        return LeadStatus.objects.get(pipeline_id="channel", name=value)


class LeadQuery(PageQuery):
    project_id = ProjectIdField(required=False)
    status = serializers.ChoiceField(choices=rules.STATUSES, required=False)
    date = serializers.ChoiceField(choices=["today"], required=False, help_text="today, in the entity's time zone")
    search = serializers.CharField(max_length=200, required=False, allow_blank=True)


class PhoneQuery(serializers.Serializer):
    phone = serializers.CharField(max_length=20)


class ProfileChange(serializers.Serializer):
    full_name = serializers.CharField(max_length=200)
    company_name = serializers.CharField(max_length=200, allow_blank=True, allow_null=True)
    phone = Phone()
    city = serializers.CharField(max_length=100, validators=[rules.city])
    extra_json = serializers.DictField(allow_null=True)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"partial": True} | kwargs)

    def validate_company_name(self, value):
        return value or ""

    def validate_extra_json(self, value):
        return value or {}
