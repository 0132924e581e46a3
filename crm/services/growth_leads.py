"""What the growth face adds to the lead services: a lead's owner is one of its fields (growth.md, "Lead")."""

from django.db import transaction

from ..models import Lead, LeadStatus
from . import assignments, leads

PIPELINE = "growth"


def create(*, by, fields: dict, owner=None) -> Lead:
    """Managers choose the owner, or none; anybody else's new lead is their own. Raises as `leads.create`."""
    owner = owner if by.may("leads.assign_any") else by
    return leads.create(by=by, entity=by.entity, pipeline=PIPELINE, fields=fields, owner=owner)


@transaction.atomic
def update(
    *, lead: Lead, by, fields: dict, status: LeadStatus | None = None, owner=None, set_owner: bool = False
) -> Lead:
    """Change fields, status and owner together; the owner only if `set_owner`, None takes the present one away.

    A seller may claim a lead that nobody owns, and change it with that, or change their own and pass it on.
    Raises as `leads.update` and `assignments`.
    """
    claims = set_owner and owner is not None and lead.assigned_user_id is None
    if claims:
        assignments.assign(lead=lead, to=owner, by=by)
    lead = leads.update(lead=lead, by=by, fields=fields, status=status)
    if set_owner and not claims:
        _give(lead, owner, by)
        lead.refresh_from_db()
    return lead


def _give(lead: Lead, owner, by) -> None:
    if owner is None and lead.assigned_user_id is not None:
        assignments.unassign(lead=lead, by=by)
    elif owner is not None and lead.assigned_user_id is None:
        assignments.assign(lead=lead, to=owner, by=by)
    elif owner is not None and lead.assigned_user_id != owner.pk:
        assignments.reassign(lead=lead, to=owner, by=by)
