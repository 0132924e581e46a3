"""Who a contact or task belongs to. Leads have more to it: assignments.py."""

from . import access, assignments


def of_new(*, by, chosen=None):
    """Managers choose the owner; what anybody else makes is their own. Raises Invalid (not somebody who can own)."""
    owner = chosen if chosen is not None and by.may("leads.assign_any") else by
    assignments.require_assignable(owner, by.entity)
    return owner


def require_may_give(row, *, to, by) -> None:
    """`by` may change the row; managers and sellers may also pass it on. Raises NotAllowed, Invalid."""
    access.require(by, "leads.claim")
    assignments.require_assignable(to, row.entity)
