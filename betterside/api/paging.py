"""Pages that never overlap and are never longer than 100. Each face asks with other words."""

from rest_framework import serializers

MAX_LIMIT = 100
# Offsets beyond this hold nothing and would not fit PostgreSQL's bigint.
MAX_OFFSET = 10**12


class LimitField(serializers.IntegerField):
    """A page's length: below 1 is refused, above 100 is 100 (DESIGN section 1)."""

    def __init__(self, **kwargs):
        super().__init__(**{"min_value": 1, "help_text": "At most 100; more is taken as 100."} | kwargs)

    def to_internal_value(self, data):
        return min(super().to_internal_value(data), MAX_LIMIT)


class OffsetField(serializers.IntegerField):
    def __init__(self, **kwargs):
        super().__init__(**{"min_value": 0, "max_value": MAX_OFFSET, "default": 0} | kwargs)


class OffsetQuery(serializers.Serializer):
    """`limit` and `offset`: sales, growth, marketing."""

    limit = LimitField(default=50)
    offset = OffsetField()


class PageQuery(serializers.Serializer):
    """`page` and `limit`: channel."""

    page = serializers.IntegerField(min_value=1, max_value=MAX_OFFSET // MAX_LIMIT, default=1)
    limit = LimitField(default=20)


class SkipQuery(serializers.Serializer):
    """`skip` and `limit`: practice."""

    skip = OffsetField()
    limit = LimitField(default=100)


def window(query: dict) -> tuple[int, int]:
    """(start, length) out of any of the three."""
    limit = query["limit"]
    if "page" in query:
        return (query["page"] - 1) * limit, limit
    return query.get("offset", query.get("skip", 0)), limit


def cut(queryset, query: dict) -> list:
    """The objects of the page asked for."""
    return list(sliced(queryset, query))


def sliced(queryset, query: dict):
    """The page asked for, not read yet. The primary key ends every ordering, so that pages never overlap."""
    start, limit = window(query)
    return stable(queryset)[start : start + limit]


def stable(queryset):
    if not queryset.ordered:
        raise ValueError("A list needs an ordering before it is cut into pages.")
    order = [str(field) for field in queryset.query.order_by or queryset.model._meta.ordering]
    if any(field.lstrip("-") in ("pk", "id") for field in order):
        return queryset
    fields = queryset.query.order_by or queryset.model._meta.ordering
    return queryset.order_by(*fields, "-pk")
