"""How a face writes an object: declared like a serializer, so that the OpenAPI document knows it, and rendered by
plain attribute reads, since field objects cost more than the query on a list."""

from collections.abc import Callable, Iterable
from functools import cache
from operator import attrgetter, itemgetter

from django.db.models import Model, QuerySet
from rest_framework import serializers

from betterside.database.prepared import Prepared


# Not a docstring: shapes without one of their own would show it to clients in the OpenAPI document.
# `LeadShape.of(lead)` is a dict, `LeadShape.many(leads)` a list of them.
# `source="status.name"` reads through relations and gives None where one is missing; an empty text of a field
# declared `allow_null=True` is written as null; a SerializerMethodField calls the static `get_<name>(obj)`, a
# ComputedField the static `get_<name>(*values)`.
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
        columns = _columns(cls, queryset.model)
        if columns is None:
            return cls.many(queryset)
        return columns.written(queryset.values_list(*columns.paths))

    @classmethod
    def prepared(cls, queryset: QuerySet) -> Callable[..., list[dict]]:
        """`page(start, length, **given)` writes a page of the queryset, in which values may be Given. TypeError for a
        shape that needs more than columns; Django converts none of them."""
        columns = _columns(cls, queryset.model)
        if columns is None:
            raise TypeError(f"{cls.__name__} needs whole objects.")
        statement = Prepared(queryset.values_list(*columns.paths))
        return lambda *window, **given: columns.written(statement.page(*window, **given))


class ComputedField(serializers.SerializerMethodField):
    """Made of columns by the shape's `get_<name>`, which gets their values in this order: no object is needed for it."""

    def __init__(self, *sources: str, **kwargs):
        super().__init__(**kwargs)
        self.sources = sources


@cache
def _readers(shape: type[Shape]) -> list[tuple[str, Callable]]:
    return [(name, _reader(shape, name, field)) for name, field in shape._declared_fields.items()]


class Columns:
    """What a shape reads of a row of the database, and how it writes that."""

    def __init__(self):
        self.paths: list[str] = []
        self._cells: list[tuple[str, Callable[[tuple], object]]] = []

    def add(self, name: str, paths: list[str], write: Callable) -> None:
        """`write` gets the values of these paths."""
        places = range(len(self.paths), len(self.paths) + len(paths))
        self.paths += paths
        self._cells.append((name, _cell(places, write)))

    def written(self, rows: Iterable[tuple]) -> list[dict]:
        return [{name: cell(row) for name, cell in self._cells} for row in rows]


def _cell(places: range, write: Callable) -> Callable[[tuple], object]:
    first, end = places.start, places.stop
    if len(places) > 1:
        return lambda row: write(*row[first:end])
    return itemgetter(first) if write is _as_it_is else lambda row: write(row[first])


@cache
def _columns(shape: type[Shape], model: type[Model]) -> Columns | None:
    """None when the shape needs more than columns."""
    found = Columns()
    for name, field in shape._declared_fields.items():
        paths = [source.replace(".", "__") for source in _sources(name, field)]
        if _needs_the_object(field) or not all(_is_column(model, path.split("__")) for path in paths):
            return None
        found.add(name, paths, getattr(shape, f"get_{name}") if isinstance(field, ComputedField) else _writer(field))
    return found


def _sources(name: str, field: serializers.Field) -> tuple[str, ...]:
    return field.sources if isinstance(field, ComputedField) else (field._kwargs.get("source", name),)


def _needs_the_object(field: serializers.Field) -> bool:
    if isinstance(field, ComputedField):
        return False
    return isinstance(field, serializers.SerializerMethodField | serializers.ListSerializer | Shape)


def _is_column(model: type[Model], path: list[str]) -> bool:
    """Whether the path ends in a column, by way of relations that lead to one row at most."""
    if len(path) == 1:
        return path[0] in {getattr(field, "attname", "") for field in model._meta.concrete_fields}
    relation = next((field for field in model._meta.get_fields() if field.name == path[0]), None)
    leads_to_one = relation is not None and (relation.many_to_one or relation.one_to_one)
    return bool(leads_to_one and relation.related_model) and _is_column(relation.related_model, path[1:])


def _reader(shape: type[Shape], name: str, field: serializers.Field) -> Callable:
    if isinstance(field, ComputedField):
        return _computing(getattr(shape, f"get_{name}"), [_attribute(source) for source in field.sources])
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


def _computing(compute: Callable, reads: list[Callable]) -> Callable:
    return lambda obj: compute(*(read(obj) for read in reads))


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
