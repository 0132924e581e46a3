"""How what happens is written to readers: JSON, the lead's id as its face writes it (DESIGN section 9)."""

import orjson

from .models import Event

# What else of an event's data readers get; the rest (who owned it before) is for the audience's rule alone.
PUBLIC = {"status": "status"}
# What is said beside events. READY: all that was missed has been told. RESYNC: some is lost, fetch everything afresh.
READY, PING, RESYNC = {"kind": "ready"}, {"kind": "ping"}, {"kind": "resync"}

# A message, and the position that a reader names to read on behind it; None: the one before still holds.
Told = tuple[dict, int | None]


def of(event: Event) -> Told:
    """`{"kind": "lead.moved", "at": …, "lead_id": 12, "pipeline": "channel", "status": "closed"}`; what is no lead
    goes by the first word of its kind: `notification_id`. What only the growth face knows has a UUID."""
    message = {"kind": event.kind, "at": event.created_at.isoformat(timespec="seconds").replace("+00:00", "Z")}
    message |= _lead(event) if "pipeline" in event.data else _other(event)
    message |= _activity(event)
    return message | {PUBLIC[name]: value for name, value in event.data.items() if name in PUBLIC}, event.position


def _lead(event: Event) -> dict:
    pipeline = event.data["pipeline"]
    written = {"growth": event.data.get("public_id"), "marketing": str(event.subject_id)}
    return {"lead_id": written.get(pipeline, event.subject_id), "pipeline": pipeline}


def _other(event: Event) -> dict:
    """A contact's "activity.logged" says `subject`, since its kind names the activity."""
    word = event.data.get("subject") or event.kind.partition(".")[0]
    return {f"{word}_id": event.data.get("public_id", event.subject_id)}


def _activity(event: Event) -> dict:
    """Written as the subject's face writes it: growth knows activities by UUID, the others by number."""
    by_uuid = event.data.get("pipeline", "growth") == "growth"
    found = event.data.get("activity_public_id") if by_uuid else event.data.get("activity")
    return {"activity_id": found} if found else {}


def as_sse(message: dict, position: int | None) -> bytes:
    """READY and PING are no messages there: the position stands alone, a ping is a comment."""
    head = b"" if position is None else b"id: %d\n" % position
    if message is PING:
        return b": ping\n" + head + b"\n"
    if message is READY:
        return head + b"\n"
    return head + b"data: " + orjson.dumps(message) + b"\n\n"


def as_json(message: dict, position: int | None) -> str:
    """One WebSocket message; the position is its `event_id`."""
    return orjson.dumps(message if position is None else message | {"event_id": position}).decode()
