"""One connection per process hears of all events and hands them to the process's readers (parts.md section 5).

A NOTIFY is only a wake-up call: what happened is read from the Event table behind the last position (sequence.py).
So nothing is lost while the database restarts or the connection breaks; the hub reads on where it stood.
"""

import asyncio
import contextlib
import contextvars
import logging
from collections import deque
from collections.abc import Iterator
from weakref import WeakKeyDictionary

import psycopg
from asgiref.sync import sync_to_async
from django.db import connection as django_connection
from psycopg import sql

from betterside.accounts.models import User
from betterside.errors import Unavailable

from . import sequence
from .audience import may_see
from .events import DOUBTS, EVENTS
from .models import Event

log = logging.getLogger(__name__)

LOOK_EVERY = 15  # seconds; also without a wake-up call
QUERY_LIMIT = 10  # seconds until a silent database is taken for lost
LONGEST_PAUSE = 5  # seconds between two tries to connect
QUEUE_LIMIT = 256  # events that wait for one reader
LOST = (psycopg.Error, OSError, TimeoutError)


class Reader:
    """What waits for one reader. A reader too slow for its queue loses the oldest and is told so (`has_gap`)."""

    def __init__(self, user: User, position: int):
        self.user = user
        self.start = position  # what was up to here is in the table, what comes behind it is offered
        self.is_closed = False
        self.is_doubted = False  # its pass may be over: look before handing anything over
        self._waiting: deque[Event] = deque()
        self._has_gap = False
        self._woken = asyncio.Event()

    def offer(self, event: Event) -> None:
        if not may_see(self.user, event):
            return
        if len(self._waiting) >= QUEUE_LIMIT:
            self._waiting.popleft()
            self._has_gap = True
        self._waiting.append(event)
        self._woken.set()

    def doubt(self) -> None:
        self.is_doubted = True
        self._woken.set()

    def close(self) -> None:
        self.is_closed = True
        self._woken.set()

    async def wait(self, seconds: float) -> None:
        """Until there is something to take, the reader is closed, or the time is over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()

    def take(self) -> tuple[bool, list[Event]]:
        """Whether some were lost before these, and all that waits."""
        waiting, self._waiting = self._waiting, deque()
        # Asked again: the user's role may have changed while they waited.
        taken = [event for event in waiting if event.position > self.start and may_see(self.user, event)]
        has_gap, self._has_gap = self._has_gap, False
        if not self.is_doubted:
            self._woken.clear()
        return has_gap, taken


class Hub:
    _of_loop: WeakKeyDictionary = WeakKeyDictionary()

    def __init__(self):
        self.position: int | None = None
        self._readers: set[Reader] = set()
        self._started = asyncio.Event()
        self._task: asyncio.Task | None = None

    @classmethod
    async def running(cls) -> "Hub":
        """The event loop's hub, started by the first who asks. Unavailable while there is no database."""
        hub = cls._of_loop.setdefault(asyncio.get_running_loop(), cls())
        if hub._task is None or hub._task.done():
            # A context of its own: the hub's log lines are not the first reader's.
            hub._task = asyncio.create_task(hub._run(), name="realtime hub", context=contextvars.Context())
        try:
            async with asyncio.timeout(QUERY_LIMIT):
                await hub._started.wait()
        except TimeoutError:
            raise Unavailable from None
        return hub

    @contextlib.contextmanager
    def reader(self, user: User) -> Iterator[Reader]:
        """Gets every event behind the hub's present position; what was before is in the table."""
        reader = Reader(user, self.position)
        self._readers.add(reader)
        try:
            yield reader
        finally:
            self._readers.discard(reader)

    def count_of(self, user: User) -> int:
        return sum(reader.user.pk == user.pk for reader in self._readers)

    async def _run(self) -> None:
        pause = 0.1
        try:
            while True:
                try:
                    async with await _connect() as connection:
                        pause = 0.1
                        await self._listen(connection)
                except LOST as error:
                    log.warning("Live updates wait for the database: %s", str(error).strip() or type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        finally:
            for reader in self._readers:
                reader.close()

    async def _listen(self, connection: psycopg.AsyncConnection) -> None:
        for channel in (EVENTS, DOUBTS):
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
        while True:
            async with asyncio.timeout(QUERY_LIMIT):
                await self._catch_up(connection)
            # Whatever came in the meantime is one look at the table.
            async for call in connection.notifies(timeout=LOOK_EVERY, stop_after=1):
                if call.channel == DOUBTS:
                    self._doubt(call.payload)

    async def _catch_up(self, connection: psycopg.AsyncConnection) -> None:
        await sequence.give_positions(connection)
        if self.position is None:
            self.position = await sequence.last_position(connection)
            self._started.set()
        while events := await sequence.after(connection, self.position):
            for event in events:
                self._hand_out(event)

    def _doubt(self, whom: str) -> None:
        for reader in self._readers:
            if whom in (f"user {reader.user.pk}", f"entity {reader.user.entity_id}"):
                reader.doubt()

    def _hand_out(self, event: Event) -> None:
        self.position = event.position
        for reader in self._readers:
            reader.offer(event)


async def _connect() -> psycopg.AsyncConnection:
    # In a thread: it starts an embedded database that is down.
    parameters = await sync_to_async(lambda: django_connection.get_connection_params(), thread_sensitive=False)()
    wanted = {name: value for name, value in parameters.items() if name not in ("context", "cursor_factory")}
    options = {"connect_timeout": QUERY_LIMIT, "application_name": "betterside hub"}
    return await psycopg.AsyncConnection.connect(**options | wanted, autocommit=True)
