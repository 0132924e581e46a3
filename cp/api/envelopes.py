"""The channel face's success shapes: {"lead": {…}} for one, {"data": […], "meta": {…}} for lists."""

from functools import cache

from drf_spectacular.utils import inline_serializer
from rest_framework.response import Response

from betterside.api.paging import sliced
from betterside.api.shapes import Shape

from .shapes import MetaShape


def one(name: str, shape: type[Shape], obj, status: int = 200) -> Response:
    return Response({name: shape.of(obj)}, status=status)


def page(shape: type[Shape], queryset, query: dict, *, total: int | None = None, **more) -> Response:
    """`total` is counted unless it is known; `more` goes into meta."""
    total = queryset.count() if total is None else total
    meta = {"page": query["page"], "limit": query["limit"], "total": total}
    return Response({"data": shape.rows(sliced(queryset, query)), "meta": meta | more})


def rows(shape: type[Shape], found) -> Response:
    """A short list without pages."""
    return Response({"data": shape.many(found)})


@cache
def one_schema(name: str, shape: type[Shape]):
    return inline_serializer(f"Channel{shape.__name__.removesuffix('Shape')}Answer", {name: shape()})


def page_schema(shape: type[Shape], **more):
    """`more`: the fields that `page` was given for meta."""
    name = f"Channel{shape.__name__.removesuffix('Shape')}"
    meta = type(f"{name}Meta", (MetaShape,), more) if more else MetaShape
    return inline_serializer(f"{name}Page", {"data": shape(many=True), "meta": meta()})


@cache
def rows_schema(shape: type[Shape]):
    return inline_serializer(f"Channel{shape.__name__.removesuffix('Shape')}Rows", {"data": shape(many=True)})
