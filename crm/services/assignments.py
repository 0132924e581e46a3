"""Who owns a lead. One current assignment per lead; the lead's owner equals it."""

from django.db import connection, transaction

from betterside import clock
from betterside.accounts.models import User
from betterside.accounts.roles import OWNERS
from betterside.errors import Conflict, Invalid, NotAllowed

from ..models import Activity, Assignment, DistributionRule, Lead, LeadNotFound
from . import access, history, notices

LOCK = "SELECT pg_advisory_xact_lock(hashtext('crm.assignments'), %s)"


@transaction.atomic
def assign(*, lead: Lead, to: User, by, reason: str = "", notes: str = "") -> Assignment:
    """Give an unassigned lead an owner; a seller may claim one for themselves.

    Raises LeadNotFound, NotAllowed, Invalid (the assignee may not own leads here or holds as many open ones as the
    entity allows), Conflict (it has an owner).
    """
    lead = _locked_for_assignment(lead, by, to)
    if lead.assigned_user_id is not None:
        raise Conflict("The lead is assigned already; reassign it instead.")
    require_room(lead, to)
    return hand_over([(lead, to)], by=by, reason=reason, notes=[notes])[0]


@transaction.atomic
def reassign(*, lead: Lead, to: User, by, reason: str = "", notes: str = "") -> Assignment:
    """Pass an assigned lead on; a seller may pass on their own. Raises as `assign`, Conflict when `to` owns it."""
    lead = _locked_for_assignment(lead, by, to)
    if lead.assigned_user_id is None:
        raise Conflict("The lead has no owner; assign it instead.")
    if lead.assigned_user_id == to.pk:
        raise Conflict("The lead belongs to this user already.")
    require_room(lead, to)
    return hand_over([(lead, to)], by=by, reason=reason, notes=[notes])[0]


@transaction.atomic
def unassign(*, lead: Lead, by, reason: str = "") -> Assignment:
    """Take the owner away; returns the assignment that ended. Sellers may do it to their own.

    Raises LeadNotFound, NotAllowed, Conflict (it has no owner).
    """
    access.require(by, "leads.claim")
    lead = access.locked(lead, by=by)
    if lead.assigned_user_id is None:
        raise Conflict("The lead has no owner.")
    previous = lead.assigned_user
    ended = _end_current([lead], reason=reason)[lead.pk]
    lead.assigned_user = lead.assigned_at = None
    lead.updated_at = ended.ended_at
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


def require_room(lead: Lead, user: User) -> None:
    """Invalid when the user holds as many open leads as the entity allows (`max_leads_per_user`).

    A closed lead takes no room. Others who give this entity's leads wait until our transaction ends, so that two
    of them cannot fill the same place.
    """
    if not lead.is_open:
        return
    lock(lead.entity_id)
    held = Lead.objects.open().filter(assigned_user=user).count()
    if held >= lead.entity.max_leads_per_user:
        raise Invalid(fields={"assigned_user_id": f"This user holds as many open leads as allowed ({held})."})


def lock(entity_id: int) -> None:
    """One transaction at a time gives away an entity's leads. Lock the lead first: whoever holds this lock never
    waits for a lead."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [entity_id])


def set_owner(lead: Lead, owner: User, *, at) -> None:
    lead.assigned_user, lead.assigned_at = owner, at
    lead.first_assigned_at = lead.first_assigned_at or at


def open_row(lead: Lead, *, by, reason: str = "") -> Assignment:
    """The assignment of a lead that begins its life with an owner."""
    row = _row(lead, by=by, previous_id=None, reason=reason, notes="")
    row.save()
    notices.leads_given([row], by=by)
    return row


def hand_over(
    pairs: list[tuple[Lead, User]],
    *,
    by,
    reason: str,
    notes: list[str],
    rules: list[DistributionRule | None] | None = None,
) -> list[Assignment]:
    """Give each lead, locked by the caller, its new owner: rows, leads, activities and events, in as many statements
    for many leads as for one. `notes` and `rules` (who chose) have one item per pair. The callers check who may."""
    ended = _end_current([lead for lead, _to in pairs if lead.assigned_user_id])
    rows, now = [], clock.now()
    for (lead, to), note, rule in zip(pairs, notes, rules or [None] * len(pairs), strict=True):
        previous = ended.get(lead.pk)
        set_owner(lead, to, at=previous.ended_at if previous else now)
        lead.updated_at = lead.assigned_at
        former = previous and previous.assigned_user_id
        rows.append(_row(lead, by=by, previous_id=former, reason=reason, notes=note, rule=rule))
    Lead.objects.bulk_update(
        [lead for lead, _to in pairs],
        ["assigned_user", "assigned_at", "first_assigned_at", "updated_at"],
        batch_size=500,
    )
    Assignment.objects.bulk_create(rows)
    history.record_all([_change(row) for row in rows], by=by)
    notices.leads_given(rows, by=by)
    return rows


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


def _row(lead: Lead, *, by, previous_id: int | None, reason: str, notes: str, rule=None) -> Assignment:
    return Assignment(
        entity_id=lead.entity_id,
        lead=lead,
        assigned_user=lead.assigned_user,
        assigned_by=by,
        previous_user_id=previous_id,
        rule=rule,
        assigned_at=lead.assigned_at,
        reassignment_reason=reason[:255],
        notes=notes,
    )


def _change(row: Assignment) -> history.Change:
    said = f": {row.reassignment_reason}" if row.reassignment_reason else ""
    return history.Change(
        row.lead,
        Activity.Type.ASSIGNMENT,
        "Lead assigned",
        f"Assigned to {row.assigned_user.get_full_name()}{said}",
        "lead.assigned",
        {"previous": row.previous_user_id},
    )


def _end_current(leads: list[Lead], reason: str = "") -> dict[int, Assignment]:
    """End the leads' current assignments; by lead. Never before they began, whatever this machine's clock says."""
    if not leads:
        return {}
    rows = list(Assignment.objects.current().filter(lead__in=leads).order_by("pk").select_for_update())
    for row in rows:
        row.ended_at, row.end_reason = max(clock.now(), row.assigned_at), reason[:255]
    Assignment.objects.bulk_update(rows, ["ended_at", "end_reason"], batch_size=500)
    return {row.lead_id: row for row in rows}
