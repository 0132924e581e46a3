from django.middleware.csrf import CsrfViewMiddleware
from rest_framework import authentication

from betterside.accounts.services import logins
from betterside.errors import NotAllowed, NotSignedIn


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer …`. One query reads login row, user and entity; nothing is believed of the claims."""

    def authenticate(self, request):
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        if not token.isascii():
            raise NotSignedIn
        login = logins.of_access_token(token.strip())
        return login.user, login

    def authenticate_header(self, request):
        return 'Bearer realm="api"'


class _CsrfCheck(CsrfViewMiddleware):
    def _reject(self, request, reason):
        return reason


class SessionAuthentication(authentication.BaseAuthentication):
    """The panel's session; changing requests need the CSRF token."""

    def authenticate(self, request):
        user = getattr(request._request, "user", None)
        if not user or not user.is_authenticated:
            return None
        self._enforce_csrf(request)
        return user, None

    def _enforce_csrf(self, request):
        check = _CsrfCheck(lambda _request: None)
        check.process_request(request)
        if check.process_view(request, None, (), {}):
            raise NotAllowed("The CSRF token is missing or wrong.")
