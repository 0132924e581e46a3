"""What every change leaves behind, in its transaction: its activity, its event, and points to be counted again."""

from dataclasses import dataclass, field

from betterside import clock
from betterside.realtime import events
from betterside.realtime.models import Event

from ..models import Activity, Lead
from . import scores


@dataclass(frozen=True)
class Change:
    """One change of a lead. `data` goes into the event: ids and short words only."""

    lead: Lead
    activity_type: str
    title: str
    description: str = ""
    event: str = "lead.updated"
    data: dict = field(default_factory=dict)


def record(
    *, lead: Lead, by, activity_type: str, title: str, description: str = "", event: str = "lead.updated", **data
):
    """Write the automatic activity of a change and its event. Call it inside the change's transaction."""
    return record_all([Change(lead, activity_type, title, description, event, data)], by=by)[0]


def record_all(changes: list[Change], *, by) -> list[Activity]:
    """The same for many changes by one hand, in as many statements as for one."""
    activities = Activity.objects.bulk_create([_activity(change, by) for change in changes])
    events.record_all([_event(change.lead, change.event, change.data) for change in changes])
    scores.changed([change.lead for change in changes])
    return activities


def tell(lead: Lead, event: str, **data) -> None:
    """The event alone. `data` holds ids and short words only."""
    events.record_all([_event(lead, event, data)])
    scores.changed([lead])


def _activity(change: Change, by) -> Activity:
    return Activity(
        entity_id=change.lead.entity_id,
        lead=change.lead,
        user=by,
        activity_type=change.activity_type,
        title=change.title[:200],
        description=change.description or change.title,
        status=Activity.Status.COMPLETED,
        is_automatic=True,
        created_at=clock.now(),
    )


def _event(lead: Lead, kind: str, data: dict) -> Event:
    data = {"pipeline": lead.pipeline_id, "public_id": str(lead.public_id), **data}
    return Event(entity_id=lead.entity_id, kind=kind, subject_id=lead.pk, user_id=lead.assigned_user_id, data=data)
