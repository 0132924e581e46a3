"""Fields of bodies and queries that the sales face needs more than once."""

import uuid

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from betterside.accounts.models import Entity
from betterside.api.paging import LimitField, OffsetField, OffsetQuery
from betterside.api.ranges import RangeQuery

BIGGEST = 2**63 - 1


class IdField(serializers.IntegerField):
    def __init__(self, **kwargs):
        super().__init__(**{"min_value": 1, "max_value": BIGGEST} | kwargs)


def lead_lookup(ref: int | str) -> dict | None:
    """How a lead is found by its integer or its UUID; None for what is neither."""
    text = str(ref)
    if is_whole(text):
        return {"pk": int(text[:20])}
    try:
        return {"public_id": uuid.UUID(text)}
    except ValueError:
        return None


def is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit()


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string", "format": "uuid"}]})
class LeadRefField(serializers.Field):
    """A lead's integer, or its UUID."""

    def to_internal_value(self, data):
        if isinstance(data, bool) or not isinstance(data, int | str) or lead_lookup(data) is None:
            raise serializers.ValidationError("A lead's id is a whole number or a UUID.")
        return data


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}]})
class StatusRefField(serializers.Field):
    """A status's id, or its name in the lead's pipeline."""

    def to_internal_value(self, data):
        if isinstance(data, str) and data.strip() and len(data) <= 50 and "\x00" not in data:
            return int(data) if is_whole(data) else data.strip()
        if isinstance(data, int) and not isinstance(data, bool):
            return data
        raise serializers.ValidationError("A status is its id or its name.")


def text(length: int, **kwargs) -> serializers.CharField:
    """A text that may be left out, empty or null; null is kept as empty."""
    return TextField(max_length=length, **{"required": False, "allow_blank": True, "allow_null": True} | kwargs)


class TextField(serializers.CharField):
    def validate_empty_values(self, data):
        return (True, "") if data is None and self.allow_null else super().validate_empty_values(data)


class PipelineField(serializers.ChoiceField):
    def __init__(self, **kwargs):
        super().__init__(Entity.MainPipeline.values, **{"required": False} | kwargs)


class PageQuery(OffsetQuery):
    """`limit` (50) and `offset` (0), always told back in `filters`."""


class ShortPageQuery(serializers.Serializer):
    """`limit` alone, as the contract's follow-ups have it; `offset` is understood and told back when it is sent."""

    limit = LimitField(default=50)
    offset = OffsetField(default=serializers.empty, required=False)


class LimitQuery(serializers.Serializer):
    limit = LimitField(default=20)


class PipelineRange(RangeQuery):
    """A range of days, narrowed to a pipeline when one is named."""

    pipeline = PipelineField()


class PersonRange(RangeQuery):
    user_id = IdField(required=False)
