"""The lock and the permission check that every change of a lead, contact or task begins with."""

import copy
from typing import TypeVar

from betterside.errors import NotAllowed

from ..models import Lead
from ..models.owned import Owned

Row = TypeVar("Row", bound=Owned)


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


def locked(row: Row, *, by) -> Row:
    """The row, fresh and locked until the transaction ends.

    `by` is the acting user, None the system. Raises its NotFound (LeadNotFound …) when it is gone or outside the
    user's entity, and NotAllowed when it is not the user's to change.
    """
    fresh = for_update(row.pk, type(row))
    _carry_over(row, fresh)
    if by is not None:
        require_edit(fresh, by)
    return fresh


def for_update(pk: int, model: type[Row] = Lead) -> Row:
    """No join here: PostgreSQL, having waited for the lock, compares the changed row with the status that it joined
    before, finds that they no longer match, and returns nothing, as if the lead were gone."""
    try:
        return model.objects.select_for_update().get(pk=pk)
    except model.DoesNotExist as error:
        raise model.NotFound from error


def _carry_over(row: Row, fresh: Row) -> None:
    """Status and pipeline, where the caller has read them and they are the same still: they are reference data."""
    for name in ("status", "pipeline"):
        known = row._state.fields_cache.get(name)
        if known is not None and known.pk == getattr(fresh, f"{name}_id"):
            setattr(fresh, name, known)


def require_edit(row: Owned, by) -> None:
    if by.acts_as_staff:
        return
    if row.entity_id != by.entity_id:
        raise row.NotFound
    if not row.is_editable_by(by):
        raise NotAllowed(f"You may only change {row._meta.verbose_name_plural} assigned to you.")


def require(by, right: str) -> None:
    if not may(by, right):
        raise NotAllowed
