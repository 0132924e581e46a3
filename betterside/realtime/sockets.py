"""`/ws`: the events of the SSE stream over a WebSocket, on the same hub (DESIGN sections 8 and 9).

README.md, "Live updates", is for those who write clients. Close codes are 4000 and the HTTP status that says the same.
"""

import asyncio
from collections.abc import Callable
from contextlib import aclosing, suppress
from time import monotonic

import orjson
from channels.generic.websocket import AsyncWebsocketConsumer

from betterside.api.errors import TooLarge, translate
from betterside.errors import DomainError, Invalid, NotSignedIn, TooMany

from . import handshake, messages, passes, stream

PATIENCE = 10  # seconds for the message that signs in
LONGEST = 4096  # characters of a client's message
LONGEST_REASON = 120  # bytes, a close frame has no more
BURST, EVERY = 20, 1  # so many messages at once, then one every so many seconds


class TooLate(DomainError):
    status, message = 408, "Nobody signed in."


class Gone(Exception):
    """The client left."""


class LiveUpdates(AsyncWebsocketConsumer):
    """One socket. One task at a time tells its client what happens; a message that signs in, or reads on behind a
    position, starts another."""

    async def connect(self):
        self.request, offered = self.scope["request"], self.scope["subprotocols"]
        self.allowance, self.is_over = Allowance(), False
        self.shown: passes.Pass | None = None
        self.task: asyncio.Task | None = None
        await self.accept(
            subprotocol=handshake.SUBPROTOCOL if handshake.SUBPROTOCOL in offered else None,
            headers=[(b"x-request-id", self.request.id.encode())],
        )
        self.go_on_with(self.begin, offered)

    async def disconnect(self, code):
        self.is_over = True
        self.task.cancel()

    async def receive(self, text_data=None, bytes_data=None):
        await self.guarded(self.obey, text_data or bytes_data or "")

    async def begin(self, offered: list[str]) -> None:
        last = stream.last_seen(self.request)
        shown = await stream.in_database(lambda: handshake.pass_shown(self.request, offered))
        if shown is None:
            await asyncio.sleep(PATIENCE)
            raise TooLate
        await self.tell(lambda: shown, last)

    async def obey(self, text: str | bytes) -> None:
        self.allowance.spend()
        message = read(text)
        match message["type"]:
            case "auth":
                self.go_on_with(self.tell, lambda: passes.of_token(message["token"]), message["last_event_id"])
            case "resume":
                self.go_on_with(self.tell, self.pass_before, message["last_event_id"])
            case "ping":
                await self.say({"kind": "pong"})
            case "pong":
                pass
            case _:
                raise Invalid("A message is of the type auth, resume, ping or pong.")

    def pass_before(self) -> passes.Pass:
        if self.shown is None:
            raise NotSignedIn
        return self.shown

    async def tell(self, find: Callable[[], passes.Pass], last: int | None) -> None:
        """What happens, until the pass or the hub is over, which raises."""
        self.shown, told = await stream.open_for(find, last)
        async with aclosing(told):
            async for batch in told:
                for message, position in batch:
                    await self.say(message, position)

    async def say(self, message: dict, position: int | None = None) -> None:
        try:
            await self.send(text_data=messages.as_json(message, position))
        except OSError as error:
            raise Gone from error

    def go_on_with(self, work: Callable, *arguments) -> None:
        if self.task:
            self.task.cancel()
        self.task = asyncio.create_task(self.guarded(work, *arguments))

    async def guarded(self, work: Callable, *arguments) -> None:
        """Whatever speaks against going on closes the socket, with its code and sentence."""
        try:
            await work(*arguments)
        except Gone:
            pass
        except Exception as error:  # noqa: BLE001 - translate logs what is unexpected
            await self.leave(translate(error))

    async def leave(self, refusal: DomainError) -> None:
        if self.is_over:
            return
        self.is_over = True
        if self.task is not asyncio.current_task():
            self.task.cancel()
        with suppress(OSError):
            await self.close(4000 + refusal.status, refusal.message[:LONGEST_REASON])


class Allowance:
    """How many messages a client may send now."""

    def __init__(self):
        self.left, self.counted_at = float(BURST), monotonic()

    def spend(self) -> None:
        now = monotonic()
        self.left = min(BURST, self.left + (now - self.counted_at) / EVERY) - 1
        self.counted_at = now
        if self.left < 0:
            raise TooMany("Too many messages.")


def read(text: str | bytes) -> dict:
    """A client's message with `type`, `token` and `last_event_id`. Raises Invalid and TooLarge."""
    if len(text) > LONGEST:
        raise TooLarge("The message is too large.")
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        message = None
    if not isinstance(message, dict):
        raise Invalid("A message is a JSON object.")
    token, last = message.get("token"), message.get("last_event_id")
    kind = message.get("type", "auth" if token else None)
    if kind == "resume" and last is None:
        raise Invalid("Say the last_event_id to read on behind.")
    return {
        "type": kind,
        "token": "" if token is None else str(token),
        "last_event_id": stream.position_of("" if last is None else str(last)),
    }
