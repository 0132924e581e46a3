"""Login rows: each names one sign-in of one person on one device (DESIGN section 3)."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import update_last_login
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from betterside.database.chain import Chain
from betterside.errors import NotSignedIn
from betterside.realtime import events

from .. import tokens
from ..models import Login, User
from . import presence

WITH_USER = Chain(Login, "user", "entity")


@transaction.atomic
def start(*, user: User, address: str | None = None, user_agent: str = "") -> tokens.Tokens:
    """Open a login row for a user whose credentials were checked."""
    refresh = tokens.new_refresh()
    login = Login.objects.create(
        user=user,
        refresh_jti=refresh["jti"],
        stamp=user.get_session_auth_hash(),
        address=address or None,
        user_agent=user_agent[:200],
        expires_at=timezone.now() + settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"],
    )
    update_last_login(None, user)
    presence.note(user)
    return tokens.issue(login, refresh)


def refresh(*, token: str) -> tokens.Tokens:
    """Rotate: the given refresh token dies, its successor is returned.

    A token that was used before ends its whole family. Raises NotSignedIn. The ending is committed even though
    the caller sees an exception, so this must not run inside a transaction that the caller rolls back.
    """
    sid, jti = tokens.read_refresh(token)
    with transaction.atomic():
        login = Login.objects.locked(sid)
        if login and login.is_current() and login.refresh_jti == jti:
            return _rotate(login)
        if login:
            end(login=login, reason=Login.EndReason.TOKEN_REUSED)
    raise NotSignedIn("The refresh token is not valid any more.")


def _rotate(login: Login) -> tokens.Tokens:
    successor = tokens.new_refresh()
    login.refresh_jti, login.refreshed_at = successor["jti"], timezone.now()
    login.expires_at = timezone.now() + settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"]
    login.save(update_fields=["refresh_jti", "refreshed_at", "expires_at"])
    return tokens.issue(login, successor)


def of_access_token(token: str) -> Login:
    """The current login row behind an access token, with user and entity in one query. Raises NotSignedIn."""
    sid, _jti = tokens.read_access(token)
    try:
        login = WITH_USER.get(sid)
    except ValidationError:  # a sid that is no UUID
        login = None
    if login is None or not login.is_current():
        raise NotSignedIn("The token is not valid or has expired.")
    presence.note(login.user)
    return login


def end(*, login: Login, reason: str = Login.EndReason.LOGOUT) -> None:
    _end(Login.objects.filter(pk=login.pk), reason, login.user_id)


def end_by_refresh_token(*, token: str) -> None:
    """Log out with nothing but the refresh token at hand. An invalid token ends nothing and says nothing."""
    try:
        sid, _jti = tokens.read_refresh(token)
    except NotSignedIn:
        return
    if login := Login.objects.filter(pk=sid).first():
        end(login=login)


def end_all(*, user: User, reason: str) -> int:
    """End every login of the user; returns how many were open."""
    return _end(Login.objects.filter(user=user), reason, user.pk)


def _end(rows, reason: str, user_id: int) -> int:
    ended = rows.open().update(ended_at=timezone.now(), end_reason=reason)
    # Also when no row was open: whoever deactivates a person or changes a password ends sessions too.
    events.doubt(user_id=user_id)
    return ended


def forget(*, before: datetime) -> int:
    """Delete rows that were over before the given time; returns how many."""
    return Login.objects.filter(Q(ended_at__lt=before) | Q(expires_at__lt=before)).delete()[0]
