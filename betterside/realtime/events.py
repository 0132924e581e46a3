"""Recording events: the row and the notification belong to the transaction of the change."""

import orjson
from django.db import connection

from .models import Event

CHANNEL = "bs_events"


def record(*, entity_id: int, kind: str, subject_id: int, user_id: int | None = None, **data) -> Event:
    """Store an event and wake the listeners at commit; a rollback drops both.

    `data` holds ids and short words only: the bus is no place for what people may not all read. Who is told is
    decided by the kind's first word (audience.py).
    """
    event = Event.objects.create(entity_id=entity_id, kind=kind, subject_id=subject_id, user_id=user_id, data=data)
    # A wake-up call: listeners read the row. So its size has nothing to do with PostgreSQL's 8,000 bytes.
    payload = orjson.dumps({"id": event.pk, "entity": entity_id, "kind": kind, "subject": subject_id, "user": user_id})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload.decode()])
    return event
