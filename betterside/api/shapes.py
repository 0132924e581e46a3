"""How a face writes an object: declared like a serializer, so that the OpenAPI document knows it, and rendered by
plain attribute reads, since field objects cost more than the query on a list."""

from collections.abc import Callable, Iterable
from functools import cache
from operator import attrgetter

from rest_framework import serializers


class Shape(serializers.Serializer):
    """`LeadShape.of(lead)` is a dict, `LeadShape.many(leads)` a list of them.

    `source="status.name"` reads through relations and gives None where one is missing; an empty text of a field
    declared `allow_null=True` is written as null; a SerializerMethodField calls the static `get_<name>(obj)`.
    """

    @classmethod
    def of(cls, obj) -> dict | None:
        if obj is None:
            return None
        return {name: read(obj) for name, read in _readers(cls)}

    @classmethod
    def many(cls, objs: Iterable) -> list[dict]:
        readers = _readers(cls)
        return [{name: read(obj) for name, read in readers} for obj in objs]


@cache
def _readers(shape: type[Shape]) -> list[tuple[str, Callable]]:
    return [(name, _reader(shape, name, field)) for name, field in shape._declared_fields.items()]


def _reader(shape: type[Shape], name: str, field: serializers.Field) -> Callable:
    if isinstance(field, serializers.SerializerMethodField):
        return getattr(shape, f"get_{name}")
    read = _attribute(field._kwargs.get("source", name))
    if isinstance(field, serializers.ListSerializer):
        child = type(field.child)
        return lambda obj: child.many(read(obj))
    if isinstance(field, Shape):
        return lambda obj: field.of(read(obj))
    convert = {serializers.CharField: str, serializers.FloatField: float}.get(type(field))
    return _nullable(read, convert) if field.allow_null or convert else read


def _attribute(source: str) -> Callable:
    if "." not in source:
        return attrgetter(source)
    first, rest = source.split(".", 1)
    follow = _attribute(rest)

    def read(obj):
        related = getattr(obj, first)
        return None if related is None else follow(related)

    return read


def _nullable(read: Callable, convert: Callable | None) -> Callable:
    def value_of(obj):
        value = read(obj)
        if value is None or value == "":
            return None
        return convert(value) if convert and not isinstance(value, convert) else value

    return value_of
