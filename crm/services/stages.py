"""Moving leads through their pipeline. Each stay leaves a stage entry (sales.md, lead_stages)."""

from datetime import timedelta
from decimal import Decimal

from django.db import transaction

from betterside import clock
from betterside.errors import Invalid, InvalidTransition

from .. import signals
from ..models import Activity, Lead, LeadStatus, StageEntry
from . import access, history
from .uniqueness import refused_by_name


@transaction.atomic
def move(*, lead: Lead, to: LeadStatus, by, notes: str = "", next_action: str = "") -> StageEntry:
    """Move the lead to another status: closes its open stay, opens the next, records activity and event.

    Raises LeadNotFound, NotAllowed, Invalid (a status of another pipeline), InvalidTransition (409: the same
    status again, or a step the pipeline does not allow; the message names the allowed ones).
    """
    lead = access.locked(lead, by=by)
    before = lead.status
    _require_step(lead, to, by)
    left = _close_open_entry(lead)
    now = left.exited_at
    been_there = to.is_lost or to.position <= lead.furthest_position
    lead.updated_at, lead.was_late = now, lead.was_late or _is_late(left)
    fields = put_in(lead, to, at=now)
    with refused_by_name():
        lead.save(update_fields=[*fields, "was_late", "updated_at"])
    is_repeat = been_there and bool(StageEntry.objects.filter(lead=lead, status=to).update(is_repeat=True))
    entry = open_entry(lead, by=by, at=now, previous=left, is_repeat=is_repeat, notes=notes, next_action=next_action)
    text = f"Status changed from '{before.name}' to '{to.name}'" + (f": {notes}" if notes else "")
    history.record(
        lead=lead,
        by=by,
        activity_type=Activity.Type.STATUS_CHANGE,
        title=f"{before.name} → {to.name}",
        description=text,
        event="lead.moved",
        status=to.name,
    )
    signals.status_entered.send(sender=Lead, lead=lead, by=by)
    return entry


def put_in(lead: Lead, status: LeadStatus, *, at) -> list[str]:
    """Set the status with what follows from it on the lead; the names of the fields."""
    lead.status, lead.status_since = status, at
    lead.closed_at = at if status.is_closed else None
    if not status.is_lost:
        lead.furthest_position = max(lead.furthest_position or 0, status.position)
    return ["status", "status_since", "closed_at", "furthest_position"]


def open_entry(
    lead: Lead,
    *,
    by,
    at,
    previous: StageEntry | None = None,
    is_repeat: bool = False,
    notes: str = "",
    next_action: str = "",
) -> StageEntry:
    return StageEntry.objects.create(
        entity_id=lead.entity_id,
        lead=lead,
        status=lead.status,
        is_repeat=is_repeat,
        previous=previous,
        entered_at=at,
        user=by,
        notes=notes,
        next_action_required=next_action,
    )


@transaction.atomic
def annotate(*, entry: StageEntry, by, notes: str | None = None, next_action: str | None = None) -> StageEntry:
    """Change the notes of a stay; None leaves a text as it is."""
    lead = access.locked(entry.lead, by=by)
    entry = StageEntry.objects.select_for_update().get(pk=entry.pk)
    entry.notes = entry.notes if notes is None else notes
    entry.next_action_required = entry.next_action_required if next_action is None else next_action
    entry.save(update_fields=["notes", "next_action_required"])
    history.record(
        lead=lead,
        by=by,
        activity_type=Activity.Type.NOTE,
        title=f"Notes of stage '{entry.status.name}' updated",
        description=entry.notes,
    )
    return entry


def allowed_from(lead: Lead, by=None) -> list[LeadStatus]:
    """Where the lead may go next, in the pipeline's order; `by` None stands for somebody with every right."""
    if not lead.pipeline.enforces_transitions:
        return list(LeadStatus.objects.of(lead.pipeline_id).exclude(pk=lead.status_id).order_by("position"))
    transitions = lead.status.transitions.filter(to_status__is_active=True).select_related("to_status")
    may_reopen = access.may(by, "leads.reopen")
    found = [step.to_status for step in transitions if may_reopen or not step.managers_only]
    return sorted(found, key=lambda status: status.position)


def _require_step(lead: Lead, to: LeadStatus, by) -> None:
    if to.pipeline_id != lead.pipeline_id or not to.is_active:
        raise Invalid(fields={"status": "This status does not exist in the lead's pipeline."})
    is_same = to.pk == lead.status_id
    if not (is_same or lead.pipeline.enforces_transitions):
        return
    allowed = allowed_from(lead, by)
    if to not in allowed:
        refusal = f"The lead is '{to.name}' already" if is_same else f"'{lead.status.name}' cannot become '{to.name}'"
        names = ", ".join(status.name for status in allowed) or "none"
        raise InvalidTransition(f"{refusal}. Allowed: {names}.")


def _is_late(left: StageEntry) -> bool:
    return not left.status.is_closed and left.exited_at - left.entered_at > timedelta(hours=left.status.sla_hours)


def _close_open_entry(lead: Lead) -> StageEntry:
    """End the open stay and return it; never before it began, whatever this machine's clock says."""
    entry = StageEntry.objects.select_for_update().open().get(lead=lead)
    entry.status = lead.status
    now = max(clock.now(), entry.entered_at)
    entry.exited_at = now
    entry.duration_hours = round(Decimal((now - entry.entered_at).total_seconds()) / 3600, 2)
    entry.save(update_fields=["exited_at", "duration_hours"])
    return entry
