"""Whether a login and a password belong together. Every door (API, panel, admin) asks here."""

from django.contrib.auth import authenticate

from betterside.api import limits
from betterside.errors import NotAllowed, NotSignedIn

from ..models import User

TRIES_PER_ACCOUNT = 10
TRIES_PER_ADDRESS = 30


class WrongCredentials(NotSignedIn):
    code = "INVALID_CREDENTIALS"
    message = "Wrong e-mail or password."


class NotVerified(NotAllowed):
    code = "EMAIL_NOT_VERIFIED"
    message = "Verify your e-mail address first."


def check(*, login: str, password: str, address: str, request=None) -> User:
    """The user behind the credentials.

    Tries are counted per account and address, and per address, before the password is hashed (trust 15): the
    counters are shared by all doors. Raises TooMany, WrongCredentials (the same for an unknown, an inactive and
    a wrong one) or NotVerified. Must not run inside a transaction that the caller rolls back.
    """
    account = login.strip().lower()
    limits.hit("login.address", address, limit=TRIES_PER_ADDRESS)
    limits.hit("login.account", account, address, limit=TRIES_PER_ACCOUNT)
    user = authenticate(request, username=login.strip(), password=password)
    if user is None:
        raise WrongCredentials
    limits.forgive("login.address", address)
    limits.forgive("login.account", account, address, all_hits=True)
    if not user.is_verified:
        raise NotVerified
    return user
