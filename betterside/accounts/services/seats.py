"""Who gets a seat in an entity, which is what lets somebody read anything of it (DESIGN section 3; trust 12)."""

from ..addresses import domain_of
from ..models import User


def prove_address(*, user: User) -> None:
    """Note that the user reads the mail of their address; the first time, the entity's own domain gives a seat."""
    if user.is_verified:
        return
    user.is_verified = True
    user.is_approved = user.is_approved or is_at_home(user)
    user.save(update_fields=["is_verified", "is_approved", "updated_at"])


def is_at_home(user: User) -> bool:
    """Whether the address is of exactly the entity's domain: not of one below it, nor of one that looks like it."""
    home = user.entity.email_domain.lower()
    return bool(home) and domain_of(user.email).lower() == home
