"""Bodies are measured while they arrive. Django itself would first store a body of any length, sent at any speed.

A body that is refused ends early for Django, and `errors_in_shape` answers it: in the face's shape, with the
headers that every answer has.
"""

import asyncio
import time

from django.conf import settings

from .errors import TooLarge, TooSlow
from .faces import face_of

# A body has this many seconds, and one more for each SLOWEST bytes that have come.
PATIENCE = 30
SLOWEST = 20_000
REFUSED = "betterside.refused"


class MeasuredBodies:
    """ASGI middleware. What it refused stands in the scope, as an error under `REFUSED`."""

    def __init__(self, application):
        self.application = application

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            receive = Body(scope, receive).receive
        await self.application(scope, receive, send)


class Body:
    def __init__(self, scope, receive):
        self.scope, self._receive = scope, receive
        self.limit = limit_of(scope["path"])
        self.size, self.is_complete = 0, False
        self.began = time.monotonic()
        if declared_length(scope) > self.limit:
            scope[REFUSED] = TooLarge()

    async def receive(self):
        if self.is_complete or REFUSED in self.scope:
            return await self._after_the_end()
        try:
            async with asyncio.timeout(self._time_left()):
                message = await self._receive()
        except TimeoutError:
            return self._refuse(TooSlow())
        self.size += len(message.get("body", b""))
        if self.size > self.limit:
            return self._refuse(TooLarge())
        self.is_complete = not message.get("more_body", False)
        return message

    def _time_left(self) -> float:
        return self.began + PATIENCE + self.size / SLOWEST - time.monotonic()

    def _refuse(self, error):
        self.scope[REFUSED], self.is_complete = error, True
        return END

    async def _after_the_end(self):
        """Django waits here for the client to leave; the rest of a refused body is dropped."""
        if not self.is_complete:
            self.is_complete = True
            return END
        while (message := await self._receive())["type"] == "http.request":
            pass
        return message


END = {"type": "http.request", "body": b"", "more_body": False}


def limit_of(path: str) -> int:
    return settings.API_MAX_BODY if face_of(path) else settings.UPLOAD_MAX_BODY


def declared_length(scope) -> int:
    value = dict(scope["headers"]).get(b"content-length", b"0")
    return int(value) if value.isdigit() else 0
