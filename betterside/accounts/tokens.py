"""The tokens themselves: what they claim, how they are read. Rights are never read from a claim."""

from dataclasses import dataclass

from django.conf import settings
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from betterside.errors import NotSignedIn

from .models import Login, User


@dataclass(frozen=True)
class Tokens:
    user: User
    login: Login
    access: str
    refresh: str

    @property
    def expires_in(self) -> int:
        """Seconds the access token lives."""
        return int(settings.JWT_LIFETIME.total_seconds())


def new_refresh() -> RefreshToken:
    return RefreshToken()


def issue(login: Login, refresh: RefreshToken) -> Tokens:
    """Both tokens of a login row, with the claims of sales.md, "JWT Token Structure", and `sid`."""
    user, sid = login.user, str(login.pk)
    refresh["sid"] = sid
    access = AccessToken()
    access.payload.update(
        user_id=user.pk,
        email=user.email,
        role_id=user.role,
        entity_id=user.entity_id,
        entity_name=user.entity.name,
        sid=sid,
    )
    return Tokens(user=user, login=login, access=str(access), refresh=str(refresh))


def read_refresh(token: str) -> tuple[str, str]:
    """(sid, jti) of a genuine, unexpired refresh token; NotSignedIn for anything else."""
    return _read(RefreshToken, token)


def read_access(token: str) -> tuple[str, str]:
    """(sid, jti) of a genuine, unexpired access token; NotSignedIn for anything else."""
    return _read(AccessToken, token)


def _read(kind, token: str) -> tuple[str, str]:
    try:
        parsed = kind(token)
        return str(parsed["sid"]), str(parsed["jti"])
    except (TokenError, KeyError) as error:
        raise NotSignedIn("The token is not valid or has expired.") from error
