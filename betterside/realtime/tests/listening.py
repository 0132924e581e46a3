"""A real server in a thread, and clients that listen to it."""

import asyncio
import contextlib
import json
import socket
import threading
import time

import httpx
import uvicorn
from asgiref.sync import sync_to_async
from django.db import connections

from betterside.asgi import application


@contextlib.contextmanager
def serving(**options):
    """uvicorn on a free port; gives its address."""
    options = {"log_level": "warning", "lifespan": "off", "timeout_graceful_shutdown": 1} | options
    server = uvicorn.Server(uvicorn.Config(application, **options))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)


class Stream:
    """What one client has been sent: `messages` in order, `position` to come back with."""

    def __init__(self, response: httpx.Response):
        self.response = response
        self.messages: list[dict] = []
        self.position = ""
        self.pings = 0
        self.is_over = False
        self._task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for line in self.response.aiter_lines():
            name, _colon, value = line.partition(":")
            if name == "id":
                self.position = value.strip()
            elif name == "data":
                self.messages.append(json.loads(value))
            elif line.startswith(": ping"):
                self.pings += 1
        self.is_over = True

    async def until(self, condition, seconds: float = 15) -> None:
        """Wait until the condition of this stream holds."""
        async with asyncio.timeout(seconds):
            while not condition(self):
                await asyncio.sleep(0.01)

    async def has(self, count: int) -> None:
        await self.until(lambda stream: len(stream.messages) >= count)

    async def hears_of(self, subject) -> None:
        await self.until(lambda stream: subject in stream.subjects())

    def subjects(self) -> list:
        return [message["lead_id"] for message in self.messages]

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self.response.aclose()


@contextlib.asynccontextmanager
async def listening(address: str, *, token="", api_key="", session="", last="", query=""):
    """A client that listens; it is connected, and everything from now on is for it, when the block begins."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    headers |= {"Authorization": f"Api-Key {api_key}"} if api_key else {}
    headers |= {"Cookie": f"sessionid={session}"} if session else {}
    headers |= {"Last-Event-ID": last} if last else {}
    async with httpx.AsyncClient(timeout=httpx.Timeout(30, pool=None)) as client:
        request = client.build_request("GET", f"{address}/api/events{query}", headers=headers)
        response = await client.send(request, stream=True)
        assert response.status_code == 200, await response.aread()
        stream = Stream(response)
        try:
            await stream.until(lambda stream: stream.position)
            yield stream
        finally:
            await stream.close()


async def in_thread(call, *args, **kwargs):
    """Run a test's database work and leave no connection behind."""

    def run():
        try:
            return call(*args, **kwargs)
        finally:
            connections.close_all()

    return await sync_to_async(run, thread_sensitive=False)()
