"""What nobody should send: every writing route and every query parameter answers it in shape, never with 5xx
(trust section 1, points 5 and 6; F20)."""

import re
from functools import cache
from urllib.parse import quote

import pytest
from drf_spectacular.generators import SchemaGenerator

from .access.registry import ROWS, Row
from .access.world import undone
from .routes import all_routes
from .shapes import assert_in_shape

pytestmark = pytest.mark.django_db

# Meta's door reads raw bytes of any type: without their signature they are 403 before anybody parses them.
SIGNED = {"webhook-facebook"}
DEEP = 6500
BODIES = {
    "nothing": b"",
    "half an object": b'{"name": "Asha"',
    "a single quote": b"{'name': 'Asha'}",
    "null": b"null",
    "a list": b"[]",
    "a list of objects": b'[{"name": "Asha"}]',
    "a text": b'"name"',
    "a number": b"1",
    "not a number": b'{"name": NaN}',
    "infinity": b'{"score": Infinity}',
    "a number beyond floats": b'{"score": 1e999}',
    "UTF-16": '{"name": "Asha"}'.encode("utf-16"),
    "broken UTF-8": b'{"name": "\xc3\x28"}',
    "NUL in a value": b'{"name": "a\\u0000b", "raw_field_data": {"a": "\\u0000"}}',
    "NUL in a key": b'{"\\u0000": 1}',
    "a lone surrogate": b'{"name": "\\ud800"}',
    "a lone surrogate in a key": b'{"\\udfff": 1}',
    "brackets": b"[" * 100_000,
    "deep lists": b'{"name": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "a form": b"name=Asha&phone=9876543210",
}
VALUES = [
    None,
    [],
    {},
    [{"id": None}],
    True,
    -1,
    10**19,
    1e308,
    "",
    "\u0000",
    "x" * 20_000,
    "0001-01-01T00:00:00",
    "9999-12-31",
    "2024-02-30",
    "\u0663\u0664",
]
PARAMETERS = [
    "%00",
    "abc",
    "-1",
    "1e5",
    "99999999999999999999",
    "2024-02-30",
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00:00%2B14:00",
    "%FF%FE",
    "%ED%A0%80",
    quote("\u0663\u0664"),
    quote("%_\\'\";--("),
    "x" * 10_000,
    "",
]
# What pages take; API routes name theirs in the OpenAPI document.
PAGE_PARAMETERS = ["page", "project", "status", "search", "date", "sort", "next", "period"]
WRITING = [row for row in ROWS if row.method in ("POST", "PUT", "PATCH") and not row.page]
READING = [row for row in ROWS if row.method == "GET"]


def ask(world, row: Row, *, path: str = "", raw: bytes | None = None, body=None, content_type="application/json"):
    """The row's request as somebody it lets in, with a body of ours; what it did is undone."""
    role = row.insider()
    client = world._browser(role) if row.page else world._client(role)
    headers = {name: row.fill(value, world) for name, value in row.headers.items()}
    call = getattr(client, row.method.lower())
    path = path or row.path(world)
    with undone():
        if raw is not None:
            return call(path, raw, content_type=content_type, headers=headers)
        return call(path, body, headers=headers)


def assert_answered(answer, path: str) -> None:
    assert answer.status_code < 500, answer.content[:500]
    if answer.status_code >= 400:
        assert_in_shape(answer, path)


@pytest.fixture(autouse=True)
def open_doors(settings):
    """A closed door answers 503 to everything; behind an open one there is something to break."""
    settings.FB_APP_SECRET = settings.FB_VERIFY_TOKEN = "set"


@pytest.mark.parametrize("row", WRITING, ids=str)
def test_broken_bodies(world, row: Row):
    path = row.path(world)
    for name, raw in BODIES.items():
        answer = ask(world, row, path=path, raw=raw)
        assert answer.status_code < 500, f"{name}: {answer.content[:500]}"
        # A route that takes no body need not read one; one whose fields are all optional takes none at all.
        if row.body is not None and raw:
            assert answer.status_code >= 400, f"{name}: {answer.status_code} {answer.content[:300]}"
            assert_in_shape(answer, path)


@pytest.mark.parametrize("row", [row for row in WRITING if isinstance(row.body, dict)], ids=str)
def test_values_of_the_wrong_kind(world, row: Row):
    path, good = row.path(world), row.payload(world)
    for key in good:
        for value in VALUES:
            answer = ask(world, row, path=path, body=good | {key: value})
            assert answer.status_code < 500, f"{key}={value!r:.60}: {answer.content[:500]}"
            assert_answered(answer, path)


@pytest.mark.parametrize("row", [row for row in READING if not row.page], ids=str)
def test_query_parameters_of_the_api(world, row: Row):
    path = row.path(world)
    glue = "&" if "?" in path else "?"
    for name in documented_parameters().get(row.name, []):
        for value in PARAMETERS:
            answer = ask(world, row, path=f"{path}{glue}{name}={value}")
            assert answer.status_code < 500, f"{name}={value[:60]}: {answer.content[:500]}"
            assert_answered(answer, path)


@pytest.mark.parametrize("row", [row for row in READING if row.page], ids=str)
def test_query_parameters_of_pages(world, row: Row):
    path = row.path(world)
    for value in PARAMETERS:
        query = "&".join(f"{name}={value}" for name in PAGE_PARAMETERS)
        answer = ask(world, row, path=f"{path}?{query}")
        assert answer.status_code < 500, f"{value[:60]}: {answer.content[:500]}"


@pytest.mark.parametrize("row", [row for row in WRITING if row.body is not None and row.name not in SIGNED], ids=str)
def test_a_body_that_is_no_json_is_415(world, row: Row):
    path = row.path(world)
    for content_type in ("text/plain", "application/xml", "application/json; charset=utf-16", "x"):
        answer = ask(world, row, path=path, raw=b"<lead/>", content_type=content_type)
        assert answer.status_code in (400, 415, 422), f"{content_type}: {answer.status_code}"
        assert_in_shape(answer, path)


@pytest.mark.parametrize("row", WRITING, ids=str)
def test_a_body_beyond_the_limit_is_413(world, row: Row, settings):
    settings.API_MAX_BODY = 1000
    path = row.path(world)
    answer = ask(world, row, path=path, raw=b'{"name": "' + b"x" * 1000 + b'"}')
    assert answer.status_code == 413
    assert_in_shape(answer, path)


@cache
def documented_parameters() -> dict[str, list[str]]:
    """Each GET route's query parameters, as the OpenAPI document lists them."""
    names = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route.path): route.name for route in all_routes()}
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    return {
        names[path]: [item["name"] for item in operations["get"].get("parameters", []) if item["in"] == "query"]
        for path, operations in paths.items()
        if "get" in operations
    }
