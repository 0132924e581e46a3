"""Bodies that are too long or too slow, with and without a declared length (trust F19)."""

import asyncio
import json

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator

from betterside.api import bodies
from betterside.asgi import application

CHUNK = b"x" * 500_000
SHAPES = {
    "/api/cp/leads": {"error": "The body is too large.", "code": "PAYLOAD_TOO_LARGE"},
    "/api/leads": {"success": False, "message": "The body is too large."},
    "/auth/login": {"detail": "The body is too large."},
}


def scope_of(path, length=None):
    headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
    headers += [(b"content-length", str(length).encode())] if length is not None else []
    return {
        "type": "http",
        "method": "GET" if path == "/healthz" else "POST",
        "path": path,
        "query_string": b"",
        "headers": headers,
        "client": ("127.0.0.1", 1),
    }


async def send(path, chunks, *, length=None, app=application, is_ended=True):
    """The answer's status, headers and body; the client sends the chunks and does not wait for it."""
    client = ApplicationCommunicator(app, scope_of(path, length))
    for number, chunk in enumerate(chunks, start=1):
        more = number < len(chunks) or not is_ended
        await client.send_input({"type": "http.request", "body": chunk, "more_body": more})
    start = await client.receive_output(5)
    body = await client.receive_output(5)
    await client.wait(5)
    return start["status"], dict(start["headers"]), body["body"]


post = async_to_sync(send)


@pytest.mark.parametrize("path", SHAPES)
@pytest.mark.parametrize("length", [None, 10_000_000], ids=["chunked", "declared"])
def test_ten_megabytes_are_refused_in_the_faces_shape(path, length):
    status, headers, body = post(path, [CHUNK] * 20, length=length)
    assert status == 413
    assert json.loads(body) == SHAPES[path]
    assert headers[b"X-Request-ID"]


def test_the_answer_does_not_wait_for_the_rest():
    assert post("/api/leads", [CHUNK] * 6, is_ended=False)[0] == 413
    assert post("/api/leads", [], length=10_000_000)[0] == 413


def test_pages_take_files(settings):
    assert post("/healthz", [CHUNK] * 20)[0] == 200
    settings.UPLOAD_MAX_BODY = 1_000_000
    status, _headers, body = post("/healthz", [CHUNK] * 3)
    assert (status, body) == (413, b"The body is too large.")


def test_a_body_that_trickles_in_is_given_up(monkeypatch):
    monkeypatch.setattr(bodies, "PATIENCE", 0.2)
    status, headers, body = post("/api/cp/leads", [b"{"], is_ended=False)
    assert status == 408
    assert json.loads(body)["code"] == "REQUEST_TIMEOUT"
    assert headers[b"Connection"] == b"close"


def test_a_body_that_keeps_coming_gets_its_time(monkeypatch):
    monkeypatch.setattr(bodies, "PATIENCE", 0.3)

    async def steady():
        got = []

        async def app(scope, receive, send):
            while (message := await receive())["more_body"]:
                got.append(len(message["body"]))

        client = ApplicationCommunicator(bodies.MeasuredBodies(app), scope_of("/api/leads"))
        for number in range(5):
            await client.send_input({"type": "http.request", "body": b"x" * 10_000, "more_body": number < 4})
            await asyncio.sleep(0.1)
        await client.wait(2)
        return got

    assert async_to_sync(steady)() == [10_000] * 4


def test_other_protocols_pass():
    scopes = []

    async def app(scope, receive, send):
        scopes.append(scope["type"])

    async_to_sync(bodies.MeasuredBodies(app))({"type": "websocket"}, None, None)
    assert scopes == ["websocket"]
