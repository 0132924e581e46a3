"""A lead's next follow-up, for people who plan one per lead: at most one is pending, and setting a date moves it."""

from datetime import datetime

from django.db import transaction

from betterside import clock
from betterside.errors import Invalid

from ..models import Activity, Lead
from . import access, activities

Status = Activity.Status


@transaction.atomic
def plan(*, lead: Lead, at: datetime, by, notes: str = "") -> Activity:
    """Follow the lead up at that time. The earliest pending follow-up is moved there, others are cancelled.

    Raises LeadNotFound, NotAllowed, Invalid (a time that is over).
    """
    lead = access.locked(lead, by=by)
    if at <= clock.now():
        raise Invalid(fields={"next_follow_up_date": "Choose a time to come."})
    planned = _pending(lead)
    _end(planned[1:], Status.CANCELLED, by, "Replaced by another follow-up")
    if planned:
        return activities.move_follow_ups(ids=[planned[0].pk], to=at, by=by, notes=notes)[0]
    return activities.log(
        lead=lead,
        by=by,
        activity_type=Activity.Type.FOLLOW_UP,
        title="Follow-up planned",
        description=notes or "Follow up",
        next_follow_up_date=at,
    )


@transaction.atomic
def finish(*, lead: Lead, by, notes: str = "", status: str = Status.COMPLETED) -> int:
    """Complete (or cancel) all that is pending; returns how many there were. Raises LeadNotFound, NotAllowed."""
    planned = _pending(access.locked(lead, by=by))
    _end(planned, status, by, notes)
    return len(planned)


def _pending(lead: Lead) -> list[Activity]:
    return list(lead.activities.with_follow_up().order_by("next_follow_up_date", "pk"))


def _end(planned: list[Activity], status: str, by, notes: str) -> None:
    for activity in planned:
        activities.set_status(pk=activity.pk, status=status, by=by, notes=notes)
