"""The SSE stream of one reader: what it missed, then what happens, until its pass ends."""

import re
from asyncio import get_running_loop
from collections.abc import AsyncIterator, Callable

from asgiref.sync import sync_to_async
from django.db import DatabaseError, InterfaceError, connections
from psycopg_pool import PoolTimeout

from betterside.accounts.models import User
from betterside.errors import DomainError, Invalid, TooMany

from . import messages, passes
from .audience import may_see
from .hub import Hub, Reader
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
    text = request.headers.get("Last-Event-ID") or request.GET.get("last_event_id") or ""
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise Invalid(fields={"last_event_id": "Must be the id of an event."})
    return int(text)


async def open_for(request) -> AsyncIterator[bytes]:
    """The stream, or what speaks against it: NotSignedIn, NotApproved, Invalid, TooMany, Unavailable."""
    last = last_seen(request)
    shown, user = await in_database(lambda: _admit(request))
    hub = await Hub.running()
    if hub.count_of(user) >= STREAMS_PER_USER:
        raise TooMany("Too many open streams.", retry_after=PING_EVERY)
    return _stream(hub, shown, user, last)


def _admit(request) -> tuple[passes.Pass, User]:
    shown = passes.of_request(request)
    return shown, passes.holder(shown)


async def _stream(hub: Hub, shown: passes.Pass, user: User, last: int | None) -> AsyncIterator[bytes]:
    with hub.reader(user) as reader:
        yield b"retry: %d\n\n" % RETRY_AFTER
        if last is not None:
            parts, reader.start = await in_database(lambda: _missed(user, last, reader.start))
            yield b"".join(parts)
        # Also a reader who has had nothing yet can name a position when it is cut off.
        yield b"id: %d\n\n" % reader.start
        async for part in _live(hub, reader, shown):
            yield part


async def _live(hub: Hub, reader: Reader, shown: passes.Pass) -> AsyncIterator[bytes]:
    now = get_running_loop().time
    ping_at = now() + PING_EVERY
    while not reader.is_closed:
        await reader.wait(ping_at - now())
        has_gap, events = reader.take()
        position = max(hub.position, reader.start)
        if has_gap:
            yield messages.encode(messages.RESYNC)
        if events:
            yield b"".join(messages.encode(messages.of(event), event.position) for event in events)
        if now() >= ping_at:
            if not await _still_admitted(reader, shown):
                return
            yield b": ping\nid: %d\n\n" % position
            ping_at = now() + PING_EVERY


def _missed(user: User, last: int, until: int) -> tuple[list[bytes], int]:
    """What the reader may see behind `last`, and the position it has with that.

    `resync` (fetch everything afresh) where that is too much, where it reaches back behind what is kept, or where
    nobody gave that position. A known one may lie behind `until`: another process was ahead of this one's hub.
    """
    found = Event.objects.after(last).filter(entity_id=user.entity_id, position__lte=until)
    events = list(found[: REPLAY_LIMIT + 1])
    is_known = last == 0 or Event.objects.filter(position=last).exists()
    parts = [] if is_known and len(events) <= REPLAY_LIMIT else [messages.encode(messages.RESYNC)]
    if len(events) <= REPLAY_LIMIT:
        parts += [messages.encode(messages.of(event), event.position) for event in events if may_see(user, event)]
    return parts, max(last, until) if is_known else until


async def _still_admitted(reader: Reader, shown: passes.Pass) -> bool:
    """Loads the user again, so that a new role counts. A database that is away ends nobody's stream."""
    try:
        reader.user = await in_database(lambda: passes.holder(shown))
    except DATABASE_AWAY:
        return True
    except DomainError:
        return False
    return True
