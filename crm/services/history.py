"""What every change leaves behind: its activity and its event, in the transaction of the change."""

from betterside import clock
from betterside.realtime import events

from ..models import Activity, Lead


def record(
    *, lead: Lead, by, activity_type: str, title: str, description: str = "", event: str = "lead.updated", **data
):
    """Write the automatic activity of a change and its event. Call it inside the change's transaction."""
    activity = Activity.objects.create(
        entity_id=lead.entity_id,
        lead=lead,
        user=by,
        activity_type=activity_type,
        title=title[:200],
        description=description or title,
        status=Activity.Status.COMPLETED,
        is_automatic=True,
        created_at=clock.now(),
    )
    tell(lead, event, **data)
    return activity


def tell(lead: Lead, event: str, **data) -> None:
    """The event alone. `data` holds ids and short words only."""
    events.record(
        entity_id=lead.entity_id,
        kind=event,
        subject_id=lead.pk,
        user_id=lead.assigned_user_id,
        pipeline=lead.pipeline_id,
        public_id=str(lead.public_id),
        **data,
    )
