"""Recording events: the row and the notification belong to the transaction of the change."""

import orjson
from django.db import connection

from .models import Event

EVENTS, DOUBTS = "bs_events", "bs_doubts"


def record(*, entity_id: int, kind: str, subject_id: int, user_id: int | None = None, **data) -> Event:
    """Store an event and wake the listeners at commit; a rollback drops both.

    `data` holds ids and short words only: the bus is no place for what people may not all read. Who is told is
    decided by the kind's first word (audience.py).
    """
    return record_all([Event(entity_id=entity_id, kind=kind, subject_id=subject_id, user_id=user_id, data=data)])[0]


def record_all(events: list[Event]) -> list[Event]:
    """The same for many events, in as many statements as for one."""
    events = Event.objects.bulk_create(events)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_notify(%s, payload) FROM unnest(%s::text[]) AS payload", [EVENTS, list(map(_payload, events))]
        )
    return events


def _payload(event: Event) -> str:
    """A wake-up call: listeners read the row. So its size has nothing to do with PostgreSQL's 8,000 bytes."""
    ids = {"id": event.pk, "entity": event.entity_id, "subject": event.subject_id, "user": event.user_id}
    return orjson.dumps(ids | {"kind": event.kind}).decode()


def doubt(*, user_id: int | None = None, entity_id: int | None = None) -> None:
    """Have the open streams of a user, or of an entity's people, look at their pass at commit, not with the next ping.

    For whatever ends a pass or changes what its holder may see.
    """
    whom = f"user {user_id}" if entity_id is None else f"entity {entity_id}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [DOUBTS, whom])
