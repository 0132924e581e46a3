"""What people do with leads, and their follow-ups (sales.md, lead_activities)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import prefetch_related_objects

from betterside import clock
from betterside.errors import Conflict, NotAllowed, NotFound

from ..models import Activity, Contact, Lead
from . import access, contacts, history


class ActivityNotFound(NotFound):
    code = "ACTIVITY_NOT_FOUND"
    message = "Activity not found"


@transaction.atomic
def log(
    *,
    lead: Lead,
    by,
    activity_type: str,
    description: str,
    title: str = "",
    priority: str = Activity.Priority.MEDIUM,
    status: str = Activity.Status.PENDING,
    next_follow_up_date: datetime | None = None,
) -> Activity:
    """Record what somebody did; the lead was interacted with now. Raises LeadNotFound, NotAllowed."""
    lead = access.locked(lead, by=by)
    now = clock.now()
    activity = Activity.objects.create(
        entity_id=lead.entity_id,
        lead=lead,
        user=by,
        activity_type=activity_type,
        title=title,
        description=description,
        priority=priority,
        status=status,
        next_follow_up_date=next_follow_up_date,
        completed_at=now if status == Activity.Status.COMPLETED else None,
        completed_by=by if status == Activity.Status.COMPLETED else None,
        created_at=now,
    )
    touch(lead)
    if activity_type in contacts.CONTACTING:
        contacts.reached(Contact.objects.filter(lead=lead))
    history.tell(lead, "activity.logged", activity=activity.pk, activity_public_id=str(activity.public_id))
    return activity


def touch(lead: Lead) -> None:
    """The lead was interacted with now; never earlier than it was before. The caller holds its lock."""
    lead.last_interaction_at = max(clock.now(), lead.last_interaction_at or clock.now())
    lead.save(update_fields=["last_interaction_at"])


@transaction.atomic
def set_status(*, pk: int, status: str, by, notes: str = "") -> Activity:
    """Complete, cancel or reopen an activity. Raises ActivityNotFound, NotAllowed, Conflict (automatic)."""
    activity = _locked([pk], by)[0]
    now = clock.now()
    activity.status, activity.notes, activity.updated_at = status, notes or activity.notes, now
    if status != Activity.Status.COMPLETED:
        activity.completed_at = activity.completed_by = None
    elif activity.completed_at is None:
        activity.completed_at, activity.completed_by = now, by
    activity.save(update_fields=["status", "notes", "completed_at", "completed_by", "updated_at"])
    _remember([activity], f"{_name(activity)} is {status}", notes, by)
    return activity


@transaction.atomic
def move_follow_ups(*, ids: list[int], to: datetime, by, notes: str = "") -> list[Activity]:
    """Give the activities another follow-up date, all or none; their reminders begin anew.

    Raises ActivityNotFound, NotAllowed (not the user's to change) and Conflict (automatic, or not pending any
    more); each names the ids it refuses.
    """
    moved = _locked(sorted(set(ids)), by)
    _refuse(Conflict, [one.pk for one in moved if one.status != one.Status.PENDING], "The activity is not pending.")
    for activity in moved:
        activity.next_follow_up_date, activity.notes = to, notes or activity.notes
        activity.due_reminded_at = activity.overdue_reminded_at = None
        activity.updated_at = clock.now()
    Activity.objects.bulk_update(
        moved, ["next_follow_up_date", "notes", "due_reminded_at", "overdue_reminded_at", "updated_at"]
    )
    _remember(moved, f"Follow-up moved to {to:%Y-%m-%d %H:%M} UTC", notes, by)
    return moved


def _locked(ids: list[int], by) -> list[Activity]:
    """The activities, locked in the order of their ids, with their leads; every one is the user's to change, and
    somebody's: what changes recorded about themselves stays as it is (sales.md, "audit trail")."""
    found = Activity.objects.filter(pk__in=ids).of_leads()
    found = found.filter(entity_id=by.entity_id) if by is not None else found
    rows = list(found.order_by("pk").select_for_update())
    prefetch_related_objects(rows, "lead")
    rows = [row for row in rows if row.lead.deleted_at is None]
    _refuse(ActivityNotFound, set(ids) - {row.pk for row in rows})
    if by is not None:
        refused = [row.pk for row in rows if not row.lead.is_editable_by(by)]
        _refuse(NotAllowed, refused, "You may only change activities of leads assigned to you.")
    _refuse(Conflict, [row.pk for row in rows if row.is_automatic], "What a change recorded stays as it is.")
    return rows


def _refuse(error: type, ids: Iterable[int], sentence: str = "") -> None:
    if ids:
        raise error(sentence, fields={"activity_ids": f"Refused: {', '.join(map(str, sorted(ids)))}"})


def _name(activity: Activity) -> str:
    return activity.title or activity.get_activity_type_display()


def _remember(activities: list[Activity], title: str, notes: str, by) -> None:
    changes = [
        history.Change(
            activity.lead,
            Activity.Type.NOTE,
            title,
            notes or title,
            "activity.updated",
            {"activity": activity.pk, "activity_public_id": str(activity.public_id)},
        )
        for activity in activities
    ]
    history.record_all(changes, by=by)
