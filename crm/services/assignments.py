"""Who owns a lead. One current assignment per lead; the lead's owner equals it."""

from django.db import transaction

from betterside import clock
from betterside.accounts.models import User
from betterside.accounts.roles import OWNERS
from betterside.errors import Conflict, Invalid, NotAllowed

from ..models import Activity, Assignment, Lead, LeadNotFound
from . import access, history


@transaction.atomic
def assign(*, lead: Lead, to: User, by, reason: str = "", notes: str = "") -> Assignment:
    """Give an unassigned lead an owner; a seller may claim one for themselves.

    Raises LeadNotFound, NotAllowed, Invalid (the assignee may not own leads here), Conflict (it has an owner).
    """
    lead = _locked_for_assignment(lead, by, to)
    if lead.assigned_user_id is not None:
        raise Conflict("The lead is assigned already; reassign it instead.")
    return _give(lead, to, by=by, reason=reason, notes=notes)


@transaction.atomic
def reassign(*, lead: Lead, to: User, by, reason: str = "", notes: str = "") -> Assignment:
    """Pass an assigned lead on; a seller may pass on their own. Raises as `assign`, Conflict when `to` owns it."""
    lead = _locked_for_assignment(lead, by, to)
    if lead.assigned_user_id is None:
        raise Conflict("The lead has no owner; assign it instead.")
    if lead.assigned_user_id == to.pk:
        raise Conflict("The lead belongs to this user already.")
    return _give(lead, to, by=by, reason=reason, notes=notes)


@transaction.atomic
def unassign(*, lead: Lead, by, reason: str = "") -> Assignment:
    """Take the owner away; returns the assignment that ended. Conflict when there is none."""
    lead = access.locked(lead, by=by)
    if lead.assigned_user_id is None:
        raise Conflict("The lead has no owner.")
    previous = lead.assigned_user
    ended = _end_current(lead)
    lead.assigned_user = lead.assigned_at = None
    lead.updated_at = clock.now()
    lead.save(update_fields=["assigned_user", "assigned_at", "updated_at"])
    text = f"Unassigned from {previous.get_full_name()}" + (f": {reason}" if reason else "")
    history.record(
        lead=lead,
        by=by,
        activity_type=Activity.Type.ASSIGNMENT,
        title="Lead unassigned",
        description=text,
        event="lead.unassigned",
        previous=previous.pk,
    )
    return ended


def require_assignable(user: User, entity) -> None:
    """Invalid unless the user belongs to the entity, is active and has a role that owns leads."""
    if user.entity_id != entity.pk or not user.is_approved or user.role not in OWNERS:
        raise Invalid(fields={"assigned_user_id": "This user does not exist."})
    if not user.is_active:
        raise Invalid(fields={"assigned_user_id": "This user is inactive."})


def set_owner(lead: Lead, owner: User, *, at) -> None:
    lead.assigned_user, lead.assigned_at = owner, at
    lead.first_assigned_at = lead.first_assigned_at or at


def open_row(lead: Lead, *, by, previous: User | None = None, reason: str = "", notes: str = "") -> Assignment:
    return Assignment.objects.create(
        entity_id=lead.entity_id,
        lead=lead,
        assigned_user=lead.assigned_user,
        assigned_by=by,
        previous_user=previous,
        assigned_at=lead.assigned_at,
        reassignment_reason=reason[:255],
        notes=notes,
    )


def _locked_for_assignment(lead: Lead, by, to: User) -> Lead:
    lead = access.for_update(lead.pk)
    if by is not None:
        _require_right(lead, by, to)
    require_assignable(to, lead.entity)
    return lead


def _require_right(lead: Lead, by, to: User) -> None:
    """Managers assign anything; sellers claim what nobody owns, for themselves, and pass on their own."""
    if by.acts_as_staff:
        return
    if lead.entity_id != by.entity_id:
        raise LeadNotFound
    if by.is_approved and by.may("leads.assign_any"):
        return
    may_claim = lead.assigned_user_id is None and to.pk == by.pk
    may_pass_on = lead.assigned_user_id == by.pk
    if not (by.is_approved and by.may("leads.claim") and (may_claim or may_pass_on)):
        raise NotAllowed("You may claim an unassigned lead or pass on your own.")


def _give(lead: Lead, to: User, *, by, reason: str, notes: str) -> Assignment:
    previous = lead.assigned_user
    now = clock.now()
    if previous is not None:
        now = _end_current(lead).ended_at
    set_owner(lead, to, at=now)
    lead.updated_at = now
    lead.save(update_fields=["assigned_user", "assigned_at", "first_assigned_at", "updated_at"])
    row = open_row(lead, by=by, previous=previous, reason=reason, notes=notes)
    text = f"Assigned to {to.get_full_name()}" + (f": {reason}" if reason else "")
    history.record(
        lead=lead,
        by=by,
        activity_type=Activity.Type.ASSIGNMENT,
        title="Lead assigned",
        description=text,
        event="lead.assigned",
        previous=previous.pk if previous else None,
    )
    return row


def _end_current(lead: Lead) -> Assignment:
    row = Assignment.objects.select_for_update().current().get(lead=lead)
    row.ended_at = max(clock.now(), row.assigned_at)
    row.save(update_fields=["ended_at"])
    return row
