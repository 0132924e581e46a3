"""/api/auth/*: signing in and out (sales.md, "Authentication Endpoints"; DESIGN section 3)."""

from rest_framework import serializers

from betterside.api.addresses import client_address
from betterside.api.authentication import TokenAuthentication
from betterside.api.faces import SALES
from betterside.api.permissions import IsSignedIn
from betterside.api.sales import enveloped, success
from betterside.api.schema import documented
from betterside.api.views import FaceViewSet

from ..services import credentials, logins
from ..tokens import Tokens
from .serializers import LoginBody, LogoutBody, RefreshBody
from .shapes import TokensShape, UserShape


def signed_in(request, data: dict) -> Tokens:
    """Check the body's login and password, and open a login row."""
    address, agent = client_address(request), request.headers.get("User-Agent", "")
    user = credentials.check(login=data["login"], password=data["password"], address=address, request=request._request)
    return logins.start(user=user, address=address, user_agent=agent)


class AuthViewSet(FaceViewSet):
    """Open to strangers. Not atomic: counted tries and ended families outlive the refusal."""

    face = SALES
    atomic = False
    authentication_classes = []
    permission_classes = []

    @documented(body=LoginBody, answer=enveloped("LoginAnswer", TokensShape()), summary="Sign in")
    def login(self, request):
        return success(TokensShape.of(signed_in(request, self.body(LoginBody))))

    @documented(body=RefreshBody, answer=enveloped("RefreshAnswer", TokensShape()), summary="Rotate the tokens")
    def refresh(self, request):
        return success(TokensShape.of(logins.refresh(token=self.body(RefreshBody)["refresh_token"])))


class SessionViewSet(FaceViewSet):
    """For whoever is signed in, approved or not."""

    face = SALES
    permission_classes = [IsSignedIn]

    @documented(answer=enveloped("MeAnswer", UserShape()), summary="Who am I")
    def me(self, request):
        return success(UserShape.of(request.user))


class LogoutViewSet(FaceViewSet):
    face = SALES
    authentication_classes = [TokenAuthentication]
    permission_classes = []

    @documented(body=LogoutBody, answer=enveloped("LogoutAnswer", serializers.JSONField()), summary="Sign out")
    def logout(self, request):
        """Ends the login of the access token, and of the refresh token when one is sent."""
        token = self.body(LogoutBody).get("refresh_token")
        if request.auth:
            logins.end(login=request.auth)
        if token:
            logins.end_by_refresh_token(token=token)
        return success(None, "Signed out.")
