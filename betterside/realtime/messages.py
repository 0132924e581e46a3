"""How an event is written to readers: JSON, the lead's id as its face writes it (DESIGN section 9)."""

import orjson

from .models import Event

# What else of an event's data readers get; the rest (who owned it before) is for the audience's rule alone.
PUBLIC = {"status": "status", "activity": "activity_id"}
RESYNC = {"kind": "resync"}


def of(event: Event) -> dict:
    """`{"kind": "lead.moved", "at": …, "lead_id": 12, "pipeline": "channel", "status": "closed"}`; what is no lead
    goes by the first word of its kind: `notification_id`."""
    message = {"kind": event.kind, "at": event.created_at.isoformat(timespec="seconds").replace("+00:00", "Z")}
    message |= _lead(event) if "pipeline" in event.data else {f"{event.kind.partition('.')[0]}_id": event.subject_id}
    return message | {PUBLIC[name]: value for name, value in event.data.items() if name in PUBLIC}


def _lead(event: Event) -> dict:
    pipeline = event.data["pipeline"]
    written = {"growth": event.data.get("public_id"), "marketing": str(event.subject_id)}
    return {"lead_id": written.get(pipeline, event.subject_id), "pipeline": pipeline}


def encode(message: dict, position: int | None = None) -> bytes:
    """One SSE message; with a position, the one a reader names to read on behind it."""
    head = b"" if position is None else b"id: %d\n" % position
    return head + b"data: " + orjson.dumps(message) + b"\n\n"
