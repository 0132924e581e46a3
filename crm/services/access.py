"""The lock and the permission check that every change of a lead begins with."""

import copy

from betterside.errors import NotAllowed

from ..models import Lead, LeadNotFound


def staff(user):
    """The user as staff at work in the admin: somebody who may change the leads of every entity.

    Only the admin asks for it (held by a test), after its own permission check; over the API the same person keeps
    to their entity and role. The mark is on a copy, so that nothing else in the request sees it. Raises NotAllowed.
    """
    if not (user.is_active and user.is_staff):
        raise NotAllowed
    acting = copy.copy(user)
    acting.acts_as_staff = True
    return acting


def may(by, right: str) -> bool:
    """Whether the acting user has the right; the system (None) and staff in the admin have every one."""
    return by is None or by.acts_as_staff or (by.is_approved and by.may(right))


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
    if by.acts_as_staff:
        return
    if lead.entity_id != by.entity_id:
        raise LeadNotFound
    if not lead.is_editable_by(by):
        raise NotAllowed("You may only change leads assigned to you.")


def require(by, right: str) -> None:
    if not may(by, right):
        raise NotAllowed
