from django.middleware.csrf import CsrfViewMiddleware
from rest_framework import authentication

from betterside.accounts.models import ApiKey
from betterside.accounts.services import api_keys, logins
from betterside.errors import NotAllowed, NotSignedIn

SAFE = ("GET", "HEAD", "OPTIONS")


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


class ApiKeyAuthentication(authentication.BaseAuthentication):
    """`Authorization: Api-Key …`: acts as the person who made the key, as far as its scopes reach.

    Accounts are people's own: under /api/auth and /auth no key is accepted.
    """

    def authenticate(self, request):
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "api-key":
            return None
        key = api_keys.of_secret(secret.strip())
        if request.path_info.startswith(("/api/auth/", "/auth/")):
            raise NotAllowed("API keys do not work here.")
        api_keys.require_scope(key, ApiKey.Scope.READ if request.method in SAFE else ApiKey.Scope.WRITE)
        api_keys.note_use(key)
        return key.user, key


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
