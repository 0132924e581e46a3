"""A request's way through threads under ASGI."""

import asyncio
import threading

import pytest
from asgiref.sync import SyncToAsync
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path

from ..handler import Handler

SEEN = []


def plain(request):
    SEEN.append(threading.current_thread())
    return HttpResponse("plain")


async def coroutine(request):
    SEEN.append(asyncio.get_running_loop())
    return HttpResponse("coroutine")


urlpatterns = [path("plain", plain), path("coroutine", coroutine)]


class Witness:
    """A middleware that remembers its thread."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        SEEN.append(threading.current_thread())
        return self.get_response(request)


@pytest.fixture
def ask(settings, monkeypatch):
    """Sends a GET through the handler, with all the middleware: (body, hops into threads before the answer)."""
    hops = []
    monkeypatch.setattr(SyncToAsync, "__call__", _counted(SyncToAsync.__call__, hops))
    witness = f"{__name__}.Witness"
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[witness, *settings.MIDDLEWARE]):
        SEEN.clear()
        yield lambda url: asyncio.run(_get(url, hops))


def _counted(call, hops: list):
    async def counted(self, *args, **kwargs):
        hops.append(self.func)
        return await call(self, *args, **kwargs)

    return counted


async def _get(url: str, hops: list) -> tuple[bytes, int]:
    sent, answered = [], asyncio.Event()
    messages = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive():
        for message in messages:
            return message
        await answered.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append((message, len(hops)))

    scope = {"type": "http", "method": "GET", "path": url, "query_string": b"", "headers": [(b"host", b"localhost")]}
    SEEN.append(asyncio.get_running_loop())
    await Handler()(scope, receive, send)
    return sent[1][0]["body"], sent[1][1]


def test_middleware_and_view_share_one_thread(ask):
    """One way there, and one more for Django's signal at a request's start."""
    body, hops = ask("/plain")
    assert body == b"plain"
    _loop, middleware, view = SEEN
    assert middleware is view
    assert middleware is not threading.main_thread()
    assert hops <= 2


def test_a_coroutine_runs_on_the_servers_loop(ask):
    body, _hops = ask("/coroutine")
    assert body == b"coroutine"
    loop, _middleware, view = SEEN
    assert view is loop
