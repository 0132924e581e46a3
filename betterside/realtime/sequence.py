"""The order in which readers see events: positions, given after the commit.

A row's id is drawn when it is inserted, and transactions do not commit in the order of their ids: a reader who has
seen event 12 may find 11 appear afterwards, and would never see it if it went on reading behind 12. So a committed
event gets a second number, its position, from whichever reader comes first. Positions are given under a lock that
is held until they are committed; so a position that becomes visible is always greater than every one seen before,
"all behind my last position" is complete, and reading on from it delivers each event exactly once.

Positions come from the sequence of the ids. That makes each position greater than its event's own id, so somebody
who reads on from an id instead of a position may see an event twice but misses none.
"""

from psycopg import AsyncConnection
from psycopg.rows import kwargs_row

from .models import Event

LOCK = 0x6273_6576  # any number that no other advisory lock of the database uses
BATCH = 1000

WAITING = "SELECT EXISTS (SELECT FROM realtime_event WHERE position IS NULL)"
# Materialized: nextval must be called once for each row, in the order of the ids.
GIVE = """
WITH numbered AS MATERIALIZED (
    SELECT id, nextval('realtime_event_id_seq') AS position
    FROM (SELECT id FROM realtime_event WHERE position IS NULL ORDER BY id LIMIT %s) AS waiting
)
UPDATE realtime_event AS event SET position = numbered.position FROM numbered WHERE event.id = numbered.id
"""
LAST = "SELECT coalesce(max(position), 0) FROM realtime_event"
AFTER = """
SELECT id, entity_id, kind, subject_id, user_id, data, position, created_at
FROM realtime_event WHERE position > %s ORDER BY position LIMIT %s
"""


async def give_positions(connection: AsyncConnection) -> None:
    """Give every committed event its position. The connection must be in autocommit."""
    while await _value(connection, WAITING):
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            # A statement of its own: its snapshot must be taken when the lock is held.
            await connection.execute(GIVE, [BATCH])


async def last_position(connection: AsyncConnection) -> int:
    return await _value(connection, LAST)


async def after(connection: AsyncConnection, position: int) -> list[Event]:
    """At most BATCH events behind the position, in order."""
    cursor = connection.cursor(row_factory=kwargs_row(Event))
    await cursor.execute(AFTER, [position, BATCH])
    return await cursor.fetchall()


async def _value(connection: AsyncConnection, query: str):
    cursor = await connection.execute(query)
    return (await cursor.fetchone())[0]
