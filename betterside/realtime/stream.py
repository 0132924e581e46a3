"""What one reader is told, over SSE or a WebSocket: what it missed, then what happens, until its pass ends."""

import re
from asyncio import get_running_loop
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, suppress

from asgiref.sync import sync_to_async
from django.db import DatabaseError, InterfaceError, connections
from psycopg_pool import PoolTimeout

from betterside.accounts.models import User
from betterside.errors import DomainError, Invalid, TooMany, Unavailable

from . import messages, passes
from .audience import may_see
from .hub import Hub, Reader
from .messages import Told
from .models import Event

PING_EVERY = 15  # seconds; then the pass is looked at again too
RETRY_AFTER = 2000  # milliseconds until a browser that was cut off comes back
REPLAY_LIMIT = 1000  # events looked through for a reader who returns; behind more, fetching afresh is cheaper
STREAMS_PER_USER = 200
DATABASE_AWAY = (DatabaseError, InterfaceError, PoolTimeout)


async def in_database(call: Callable):
    """Run the call in a thread and give its connection back: a stream lives for hours, the pool has twenty."""

    def run():
        try:
            return call()
        finally:
            connections.close_all()

    return await sync_to_async(run, thread_sensitive=False)()


def last_seen(request) -> int | None:
    """The position a returning reader names: EventSource sends the header, the first time a page may use the query."""
    return position_of(request.headers.get("Last-Event-ID") or request.GET.get("last_event_id") or "")


def position_of(text: str) -> int | None:
    """None for nothing. Raises Invalid."""
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise Invalid(fields={"last_event_id": "Must be the id of an event."})
    return int(text)


async def sse_for(request) -> AsyncIterator[bytes]:
    """The SSE stream, or what speaks against it: NotSignedIn, NotApproved, Invalid, TooMany, Unavailable."""
    last = last_seen(request)
    _shown, told = await open_for(lambda: passes.of_request(request), last)
    return _encoded(told)


async def _encoded(told: AsyncIterator[list[Told]]) -> AsyncIterator[bytes]:
    yield b"retry: %d\n\n" % RETRY_AFTER
    async with aclosing(told):
        try:
            async for batch in told:
                yield b"".join(messages.as_sse(*one) for one in batch)
        except DomainError:  # the pass or the hub is over; a browser comes back and is told why
            return


async def open_for(find: Callable[[], passes.Pass], last: int | None) -> tuple[passes.Pass, AsyncIterator[list[Told]]]:
    """The pass that was found, and what its holder is told from now on; behind `last` first what they missed.

    Raises what speaks against it, and so do the messages when the pass ends (NotSignedIn, NotApproved) or the hub does
    (Unavailable).
    """
    shown, user = await in_database(lambda: _admit(find))
    hub = await Hub.running()
    if hub.count_of(user) >= STREAMS_PER_USER:
        raise TooMany("Too many open streams.", retry_after=PING_EVERY)
    return shown, _told(hub, shown, user, last)


def _admit(find: Callable[[], passes.Pass]) -> tuple[passes.Pass, User]:
    shown = find()
    return shown, passes.holder(shown)


async def _told(hub: Hub, shown: passes.Pass, user: User, last: int | None) -> AsyncIterator[list[Told]]:
    with hub.reader(user) as reader:
        missed = []
        if last is not None:
            missed, reader.start = await in_database(lambda: _missed(user, last, reader.start))
        # Also a reader who has had nothing yet can name a position when it is cut off.
        yield [*missed, (messages.READY, reader.start)]
        async for batch in _live(hub, reader, shown):
            yield batch


async def _live(hub: Hub, reader: Reader, shown: passes.Pass) -> AsyncIterator[list[Told]]:
    now = get_running_loop().time
    ping_at = now() + PING_EVERY
    while True:
        await reader.wait(ping_at - now())
        if reader.is_closed:
            raise Unavailable
        is_due = now() >= ping_at
        if is_due or reader.is_doubted:
            # Before anything is handed over: what happened after the logout is nobody's business.
            await _look_at_the_pass(reader, shown)
        has_gap, events = reader.take()
        batch = [(messages.RESYNC, None)] if has_gap else []
        batch += map(messages.of, events)
        if is_due:
            batch.append((messages.PING, max(hub.position, reader.start)))
            ping_at = now() + PING_EVERY
        if batch:
            yield batch


def _missed(user: User, last: int, until: int) -> tuple[list[Told], int]:
    """What the reader may see behind `last`, and the position it has with that.

    `resync` (fetch everything afresh) where that is too much, where it reaches back behind what is kept, or where
    nobody gave that position. A known one may lie behind `until`: another process was ahead of this one's hub.
    """
    found = Event.objects.after(last).filter(entity_id=user.entity_id, position__lte=until)
    events = list(found[: REPLAY_LIMIT + 1])
    is_known = last == 0 or Event.objects.filter(position=last).exists()
    told = [] if is_known and len(events) <= REPLAY_LIMIT else [(messages.RESYNC, None)]
    if len(events) <= REPLAY_LIMIT:
        told += [messages.of(event) for event in events if may_see(user, event)]
    return told, max(last, until) if is_known else until


async def _look_at_the_pass(reader: Reader, shown: passes.Pass) -> None:
    """Loads the user again, so that a new role counts. A database that is away ends nobody's stream."""
    reader.is_doubted = False
    with suppress(*DATABASE_AWAY):
        reader.user = await in_database(lambda: passes.holder(shown))
