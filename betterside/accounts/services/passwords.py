from django.db import transaction

from ..models import Login, User
from . import logins


@transaction.atomic
def change(*, user: User, password: str) -> None:
    """Set a password that was validated, and end every login that the old one opened."""
    user.set_password(password)
    user.save(update_fields=["password", "updated_at"])
    logins.end_all(user=user, reason=Login.EndReason.PASSWORD_CHANGED)
