"""How a face writes an object: declared like a serializer, so that the OpenAPI document knows it, and rendered by
plain attribute reads, since field objects cost more than the query on a list."""

from collections.abc import Callable, Iterable
from functools import cache
from operator import attrgetter

from django.db.models import Model, QuerySet
from rest_framework import serializers

from betterside.database.prepared import Prepared


# Not a docstring: shapes without one of their own would show it to clients in the OpenAPI document.
# `LeadShape.of(lead)` is a dict, `LeadShape.many(leads)` a list of them.
# `source="status.name"` reads through relations and gives None where one is missing; an empty text of a field
# declared `allow_null=True` is written as null; a SerializerMethodField calls the static `get_<name>(obj)`.
class Shape(serializers.Serializer):
    @classmethod
    def of(cls, obj) -> dict | None:
        if obj is None:
            return None
        return {name: read(obj) for name, read in _readers(cls)}

    @classmethod
    def many(cls, objs: Iterable) -> list[dict]:
        readers = _readers(cls)
        return [{name: read(obj) for name, read in readers} for obj in objs]

    @classmethod
    def rows(cls, queryset: QuerySet) -> list[dict]:
        """As `many`. A shape that needs nothing but columns reads those alone: making the objects of a list takes
        longer than its query."""
        if _columns(cls, queryset.model) is None:
            return cls.many(queryset)
        return cls._written(cls._read(queryset), queryset.model)

    @classmethod
    def prepared(cls, queryset: QuerySet) -> Callable[..., list[dict]]:
        """`page(start, length, **given)` writes a page of the queryset, in which values may be Given. Only of a shape
        that needs nothing but columns, none of which Django converts."""
        statement = Prepared(cls._read(queryset))
        return lambda *window, **given: cls._written(statement.page(*window, **given), queryset.model)

    @classmethod
    def _read(cls, queryset: QuerySet) -> QuerySet:
        return queryset.values_list(*(path for path, _write in _columns(cls, queryset.model).values()))

    @classmethod
    def _written(cls, rows: Iterable[tuple], model: type[Model]) -> list[dict]:
        writers = [(name, write) for name, (_path, write) in _columns(cls, model).items()]
        return [{name: write(value) for (name, write), value in zip(writers, row, strict=True)} for row in rows]


@cache
def _readers(shape: type[Shape]) -> list[tuple[str, Callable]]:
    return [(name, _reader(shape, name, field)) for name, field in shape._declared_fields.items()]


@cache
def _columns(shape: type[Shape], model: type[Model]) -> dict[str, tuple[str, Callable]] | None:
    """Name → where the database has the value and how it is written; None when the shape needs more than that."""
    found = {}
    for name, field in shape._declared_fields.items():
        path = field._kwargs.get("source", name).replace(".", "__")
        if isinstance(field, NEED_THE_OBJECT) or not _is_column(model, path.split("__")):
            return None
        found[name] = path, _writer(field)
    return found


NEED_THE_OBJECT = serializers.SerializerMethodField | serializers.ListSerializer | Shape


def _is_column(model: type[Model], path: list[str]) -> bool:
    """Whether the path ends in a column, by way of foreign keys only."""
    known = {getattr(field, "attname", ""): field for field in model._meta.concrete_fields}
    if len(path) == 1:
        return path[0] in known
    relation = next((field for field in known.values() if field.name == path[0]), None)
    return bool(relation and relation.is_relation) and _is_column(relation.related_model, path[1:])


def _reader(shape: type[Shape], name: str, field: serializers.Field) -> Callable:
    if isinstance(field, serializers.SerializerMethodField):
        return getattr(shape, f"get_{name}")
    read = _attribute(field._kwargs.get("source", name))
    if isinstance(field, serializers.ListSerializer):
        child = type(field.child)
        return lambda obj: child.many(read(obj))
    if isinstance(field, Shape):
        return lambda obj: field.of(read(obj))
    write = _writer(field)
    return read if write is _as_it_is else lambda obj: write(read(obj))


def _writer(field: serializers.Field) -> Callable:
    convert = {serializers.CharField: str, serializers.FloatField: float}.get(type(field))
    if not field.allow_null and convert is None:
        return _as_it_is
    return _converting(convert, nothing=(None, "") if field.allow_null else (None,))


def _as_it_is(value):
    return value


def _attribute(source: str) -> Callable:
    if "." not in source:
        return attrgetter(source)
    first, rest = source.split(".", 1)
    follow = _attribute(rest)

    def read(obj):
        related = getattr(obj, first)
        return None if related is None else follow(related)

    return read


def _converting(convert: Callable | None, nothing: tuple) -> Callable:
    def write(value):
        if value in nothing:
            return None
        return convert(value) if convert and not isinstance(value, convert) else value

    return write
