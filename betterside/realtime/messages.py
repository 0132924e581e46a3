"""How an event is written to readers: JSON, the lead's id as its face writes it (DESIGN section 9)."""

import orjson

from .models import Event

# What else of an event's data readers get; the rest (who owned it before) is for the audience's rule alone.
PUBLIC = ("status",)
RESYNC = {"kind": "resync"}


def of(event: Event) -> dict:
    """`{"kind": "lead.moved", "at": …, "lead_id": 12, "pipeline": "channel", "status": "closed"}`; other subjects
    likewise under their name, as `notification_id`."""
    subject = event.kind.partition(".")[0]
    message = {"kind": event.kind, "at": event.created_at.isoformat(timespec="seconds").replace("+00:00", "Z")}
    message[f"{subject}_id"] = event.subject_id
    if subject == "lead" or "lead_id" in event.data:
        message |= _lead(event, event.subject_id if subject == "lead" else event.data["lead_id"])
    return message | {name: event.data[name] for name in PUBLIC if name in event.data}


def _lead(event: Event, lead_id: int) -> dict:
    pipeline = event.data.get("pipeline")
    written = {"growth": event.data.get("public_id"), "marketing": str(lead_id)}.get(pipeline) or lead_id
    return {"lead_id": written, "pipeline": pipeline}


def encode(message: dict, position: int | None = None) -> bytes:
    """One SSE message; with a position, the one a reader names to read on behind it."""
    head = b"" if position is None else b"id: %d\n" % position
    return head + b"data: " + orjson.dumps(message) + b"\n\n"
