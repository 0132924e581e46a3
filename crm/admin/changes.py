"""From the admin's forms to crm.services: each difference by the use case that it belongs to."""

from betterside.errors import Conflict

from ..models import Lead
from ..services import assignments, leads, stages


def add(*, lead: Lead, form, by) -> None:
    """Create the lead that the form describes; `lead`, the form's unsaved instance, becomes it."""
    data = form.cleaned_data
    created = leads.create(
        by=by,
        entity=data["entity"],
        pipeline=_pipeline(data),
        fields={name: data[name] for name in leads.FIELDS & data.keys()},
        owner=data["assigned_user"],
        status=data["status"],
        lead_code=data["lead_code"],
        reason=data["reason"],
    )
    lead.pk = created.pk
    lead.refresh_from_db()


def _pipeline(data: dict) -> str:
    """The chosen one, else the chosen status's, else the entity's main pipeline."""
    chosen = data["pipeline"] or (data["status"] and data["status"].pipeline)
    return chosen.pk if chosen else data["entity"].main_pipeline


def save(*, lead: Lead, form, by) -> None:
    """Write what the form changed. Its instance carries the new values already; the services read the row afresh."""
    data, changed = form.cleaned_data, set(form.changed_data)
    leads.update(
        lead=lead,
        by=by,
        fields={name: data[name] for name in changed & leads.FIELDS},
        status=data["status"] if "status" in changed else None,
        status_notes=data["status_notes"],
    )
    if "assigned_user" in changed:
        give(lead=Lead.objects.get(pk=lead.pk), to=data["assigned_user"], by=by, reason=data["reason"])


def give(*, lead: Lead, to, by, reason: str = "") -> None:
    """Assign, pass on or, with `to` None, take the owner away: whichever the lead's present owner makes it."""
    if to is None:
        assignments.unassign(lead=lead, by=by, reason=reason)
    elif lead.assigned_user_id is None:
        assignments.assign(lead=lead, to=to, by=by, reason=reason)
    else:
        assignments.reassign(lead=lead, to=to, by=by, reason=reason)


def move(*, lead: Lead, to, by, notes: str = "") -> None:
    if lead.pipeline_id != to.pipeline_id:
        raise Conflict(f"'{to.name}' is a status of the pipeline {to.pipeline_id}, not {lead.pipeline_id}.")
    stages.move(lead=lead, to=to, by=by, notes=notes)
