"""By what right somebody listens, and whether it still holds: a login row or a session, looked up again and again.

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

from betterside.accounts.models import Login, User
from betterside.accounts.services import logins
from betterside.api.permissions import NotApproved
from betterside.errors import NotSignedIn

TICKET_SECONDS = 60
LOGIN, SESSION = "login", "session"
Pass = tuple[str, str]  # (LOGIN, sid) or (SESSION, session key)


def of_request(request) -> Pass:
    """The pass that a request shows: a token, else a ticket, else a session. Raises NotSignedIn."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.isascii():
        return of_login(logins.of_access_token(token.strip()))
    if "ticket" in request.GET:
        return read_ticket(request.GET["ticket"])
    return of_session(request.session)


def of_login(login: Login) -> Pass:
    return LOGIN, str(login.pk)


def of_session(session) -> Pass:
    return SESSION, session.session_key or ""


def holder(of: Pass) -> User:
    """Who holds the pass, as the database says now. Raises NotSignedIn when it is over, NotApproved without a seat."""
    kind, key = of
    user = _user_of_login(key) if kind == LOGIN else _user_of_session(key)
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
