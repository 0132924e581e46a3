"""Who may open a WebSocket, and what pass the handshake shows (DESIGN section 9).

A browser lets every page open a socket to every host and sends the cookies along, and CORS does not apply. So the
Origin is looked at before anything else, and the session counts for this site's own pages alone.
"""

import io
from collections import Counter

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest

from betterside.api.addresses import client_address
from betterside.api.errors import plain_answer
from betterside.api.faces import SALES
from betterside.api.middleware import take_request_id
from betterside.errors import NotAllowed, NotFound, NotSignedIn, TooMany

from . import passes

PATH = "/ws"
SOCKETS_PER_ADDRESS = 1000  # in one process
SUBPROTOCOL = "bearer"


class Gate:
    """ASGI: lets a handshake through to `application`, as a Django request under `request` in the scope, or refuses it
    with an HTTP status."""

    def __init__(self, application):
        self.application = application
        self.open: Counter[str] = Counter()

    async def __call__(self, scope, receive, send):
        request = as_request(scope)
        take_request_id(request)
        address = client_address(request)
        try:
            self._admit(request, address)
        except Exception as refusal:  # noqa: BLE001 - what is unexpected is logged there
            await _refuse(scope, send, plain_answer(refusal, SALES))
            return
        self.open[address] += 1
        try:
            await self.application(scope | {"request": request}, receive, send)
        finally:
            self.open[address] -= 1
            if not self.open[address]:
                del self.open[address]

    def _admit(self, request, address: str) -> None:
        if request.path.rstrip("/") != PATH:
            raise NotFound
        if settings.SECURE_SSL_REDIRECT and not request.is_secure():
            raise NotAllowed("Connect with wss.")
        if not (is_own(request) or request.headers["Origin"] in settings.CORS_ALLOWED_ORIGINS):
            raise NotAllowed("This origin may not connect.")
        if self.open[address] >= SOCKETS_PER_ADDRESS:
            raise TooMany("Too many open connections.", retry_after=15)


def as_request(scope) -> ASGIRequest:
    scheme = {"ws": "http", "wss": "https"}[scope.get("scheme", "ws")]
    return ASGIRequest(scope | {"type": "http", "method": "GET", "scheme": scheme}, io.BytesIO())


def is_own(request) -> bool:
    """Whether no page asks, or one of this site. Raises DisallowedHost."""
    own = f"{request.scheme}://{request.get_host()}"
    return request.headers.get("Origin", own) == own


def pass_shown(request, subprotocols: list[str]) -> passes.Pass | None:
    """By the header, else the subprotocols `bearer, TOKEN`, else the session; None when it is to come in a message.

    Raises NotSignedIn for a token or key that is not good; a session that is over shows nothing.
    """
    if shown := passes.of_authorization(request.headers.get("Authorization", "")):
        return shown
    if subprotocols[:1] == [SUBPROTOCOL] and len(subprotocols) > 1:
        return passes.of_token(subprotocols[1])
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    return _session(key) if key and is_own(request) else None


def _session(key: str) -> passes.Pass | None:
    try:
        passes.holder((passes.SESSION, key))
    except NotSignedIn:
        return None
    return passes.SESSION, key


async def _refuse(scope, send, answer) -> None:
    """Before the handshake is over a refusal is an HTTP answer, on servers that can; else the bare 403 of a close."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close"})
        return
    headers = [(name.lower().encode(), value.encode()) for name, value in answer.items()]
    await send({"type": "websocket.http.response.start", "status": answer.status_code, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": answer.content})
