"""The lock and the permission check that every change of a lead begins with."""

from betterside.errors import NotAllowed

from ..models import Lead, LeadNotFound


def locked(lead: Lead, *, by) -> Lead:
    """The lead, fresh and locked until the transaction ends.

    `by` is the acting user, None the system. Raises LeadNotFound when it is gone or outside the user's entity and
    NotAllowed when it is not the user's to change.
    """
    fresh = for_update(lead.pk)
    if by is not None:
        require_edit(fresh, by)
    return fresh


def for_update(pk: int) -> Lead:
    """No join here: PostgreSQL, having waited for the lock, compares the changed row with the status that it joined
    before, finds that they no longer match, and returns nothing, as if the lead were gone."""
    lead = Lead.objects.select_for_update().filter(pk=pk).first()
    if lead is None:
        raise LeadNotFound
    return lead


def require_edit(lead: Lead, by) -> None:
    if lead.entity_id != by.entity_id:
        raise LeadNotFound
    if not lead.is_editable_by(by):
        raise NotAllowed("You may only change leads assigned to you.")


def require(by, right: str) -> None:
    if by is not None and not (by.is_approved and by.may(right)):
        raise NotAllowed
