"""The link in an invitation: it proves the address and leads to the first password."""

from datetime import timedelta

from django.core import signing
from django.utils.crypto import salted_hmac

from ..models import User

SALT = "betterside.invitation"
LIFETIME = timedelta(days=7)


def token(user: User) -> str:
    return signing.dumps([user.pk, _stamp(user)], salt=SALT)


def invited(token: str) -> User | None:
    """Whom the link invites; None when it was used, is older than seven days, or is no link of ours."""
    try:
        pk, stamp = signing.loads(token, salt=SALT, max_age=LIFETIME)
    except signing.BadSignature:
        return None
    user = User.objects.active().select_related("entity").filter(pk=pk).first()
    return user if user and user.is_invited and stamp == _stamp(user) else None


def _stamp(user: User) -> str:
    """Changes with the password and the entity: the first password ends the link, and so does a move."""
    return salted_hmac(SALT, f"{user.password}:{user.entity_id}", algorithm="sha256").hexdigest()[:32]
