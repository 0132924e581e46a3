"""By what right somebody listens, and whether it still holds: a login row, a session or an API key, looked up again
and again.

A browser's EventSource can send no header. It has the session cookie, or asks for a ticket with its token and puts
that into the address; so a ticket lives a minute and says nothing to whoever reads the server's log.
"""

import base64
import hashlib
from importlib import import_module

import orjson
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from betterside.accounts.models import ApiKey, Login, User
from betterside.accounts.services import api_keys, logins
from betterside.api.permissions import NotApproved
from betterside.errors import NotSignedIn

TICKET_SECONDS = 60
LOGIN, SESSION, API_KEY = "login", "session", "api_key"
Pass = tuple[str, str]  # (LOGIN, sid), (SESSION, session key) or (API_KEY, the row's id)


def of_request(request) -> Pass:
    """The pass that a request shows: a token or API key, else a ticket, else a session. Raises NotSignedIn."""
    if shown := of_authorization(request.headers.get("Authorization", "")):
        return shown
    if "ticket" in request.GET:
        return read_ticket(request.GET["ticket"])
    return of_session(request.session)


def of_authorization(header: str) -> Pass | None:
    """None for a header of neither scheme. Raises NotSignedIn for a token or key that is not good."""
    scheme, _space, secret = header.partition(" ")
    if scheme.lower() == "bearer":
        return of_token(secret.strip())
    if scheme.lower() == "api-key":
        return of_api_key(api_keys.of_secret(secret.strip()))
    return None


def of_token(token: str) -> Pass:
    if not token.isascii():
        raise NotSignedIn
    return of_login(logins.of_access_token(token))


def of_login(login: Login) -> Pass:
    return LOGIN, str(login.pk)


def of_session(session) -> Pass:
    return SESSION, session.session_key or ""


def of_api_key(key: ApiKey) -> Pass:
    return API_KEY, str(key.pk)


def of_signed_in(request) -> Pass:
    """The pass behind a request that a view has let in."""
    if isinstance(request.auth, ApiKey):
        return of_api_key(request.auth)
    return of_login(request.auth) if request.auth else of_session(request.session)


def holder(of: Pass) -> User:
    """Who holds the pass, as the database says now. NotSignedIn when it is over, NotAllowed without a seat or scope."""
    kind, key = of
    user = USERS[kind](key)
    if not user.is_approved:
        raise NotApproved
    return user


def _user_of_login(sid: str) -> User:
    login = Login.objects.select_related("user__entity").filter(pk=sid).first()
    if login is None or not login.is_current():
        raise NotSignedIn
    return login.user


def _user_of_session(key: str) -> User:
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key or None)
    user = get_user(request)
    if not user.is_authenticated:
        raise NotSignedIn
    return user


def _user_of_api_key(pk: str) -> User:
    key = api_keys.of_id(int(pk))
    api_keys.require_scope(key, ApiKey.Scope.READ)
    api_keys.note_use(key)
    return key.user


USERS = {LOGIN: _user_of_login, SESSION: _user_of_session, API_KEY: _user_of_api_key}


def ticket_for(of: Pass) -> str:
    return _cipher().encrypt(orjson.dumps(of)).decode()


def read_ticket(ticket: str) -> Pass:
    """NotSignedIn for a forged one and for one older than a minute."""
    try:
        kind, key = orjson.loads(_cipher().decrypt(ticket.encode(), ttl=TICKET_SECONDS))
    except (InvalidToken, UnicodeError):
        raise NotSignedIn("The ticket is not valid any more.") from None
    return kind, key


def _cipher() -> Fernet:
    return Fernet(
        base64.urlsafe_b64encode(hashlib.sha256(b"betterside.events:" + settings.SECRET_KEY.encode()).digest())
    )
