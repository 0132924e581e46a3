"""Lists as bare arrays (growth, practice): the full count and the ways to the other pages are in headers."""

from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from .paging import sliced, window
from .shapes import Shape


def page(request, shape: type[Shape], queryset, query: dict, *, total: int | None = None) -> Response:
    """The page's rows, with `X-Total-Count` and `Link` (RFC 8288: first, prev, next, last). `total` is counted unless it
    is known."""
    total = queryset.count() if total is None else total
    return Response(shape.rows(sliced(queryset, query)), headers=headers(request, total, query))


def headers(request, total: int, query: dict) -> dict[str, str]:
    """For rows that are made from a page of something else."""
    return {"X-Total-Count": str(total), "Link": _links(request, total, *window(query))}


def _links(request, total: int, start: int, length: int) -> str:
    last = max(total - 1, 0) // length * length
    offsets = {"first": 0, "last": last}
    if start > 0:
        offsets["prev"] = max(start - length, 0)
    if start + length < total:
        offsets["next"] = start + length
    here = replace_query_param(request.build_absolute_uri(), "limit", length)
    return ", ".join(f'<{replace_query_param(here, "offset", offset)}>; rel="{rel}"' for rel, offset in offsets.items())
