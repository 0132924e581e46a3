"""Fields of bodies and queries that the growth face needs more than once."""

from decimal import Decimal

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from betterside.api.paging import LimitField, OffsetQuery

from ..sales.fields import IdField, text

__all__ = ["NewOwnerField", "OwnerField", "PageQuery", "ScoreField", "SearchQuery", "ValueField", "text"]


class PageQuery(OffsetQuery):
    """Bare arrays: the contract's clients fetch all, so a page is as long as pages get."""

    limit = LimitField(default=100)


class SearchQuery(PageQuery):
    search = serializers.CharField(max_length=200, required=False, help_text="In name, company, e-mail and phone.")


class ScoreField(serializers.IntegerField):
    """0 to 100; null is 0."""

    def __init__(self, **kwargs):
        super().__init__(**{"min_value": 0, "max_value": 100, "required": False, "allow_null": True} | kwargs)

    def validate_empty_values(self, data):
        return (True, 0) if data is None else super().validate_empty_values(data)


class ValueField(serializers.FloatField):
    """An amount of money as a JSON number, kept to the cent; null is 0."""

    def __init__(self, **kwargs):
        limits = {"min_value": 0, "max_value": 999_999_999_999.99}
        super().__init__(**limits | {"required": False, "allow_null": True} | kwargs)

    def validate_empty_values(self, data):
        return (True, Decimal(0)) if data is None else super().validate_empty_values(data)

    def run_validation(self, data=serializers.empty):
        value = super().run_validation(data)
        return value if isinstance(value, Decimal) else Decimal(str(value)).quantize(Decimal("0.01"))

    def to_internal_value(self, data):
        value = super().to_internal_value(data)
        if isinstance(data, bool) or value != value:
            self.fail("invalid")
        return value


@extend_schema_field({"type": ["string", "null"]})
class OwnerField(IdField):
    """A user's id, which this contract writes as a string; null or empty is nobody."""

    def __init__(self, **kwargs):
        super().__init__(**{"required": False, "allow_null": True} | kwargs)

    def validate_empty_values(self, data):
        return super().validate_empty_values(None if data == "" else data)


@extend_schema_field({"type": "string"})
class NewOwnerField(IdField):
    """A user's id, of what always belongs to somebody."""

    def __init__(self, **kwargs):
        super().__init__(**{"required": False} | kwargs)
