"""/api/auth/sessions: where one is signed in with a token."""

from rest_framework import serializers

from betterside.api.authentication import SessionAuthentication, TokenAuthentication
from betterside.api.faces import SALES
from betterside.api.permissions import IsSignedIn
from betterside.api.sales import enveloped, success
from betterside.api.schema import documented
from betterside.api.shapes import Shape
from betterside.api.views import FaceViewSet, no_content
from betterside.errors import NotFound

from ..models import Login
from ..services import logins


class LoginShape(Shape):
    id = serializers.UUIDField()
    address = serializers.IPAddressField(allow_null=True)
    user_agent = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    refreshed_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField()


class LoginViewSet(FaceViewSet):
    """For the person, not for a program with an API key."""

    face = SALES
    authentication_classes = [TokenAuthentication, SessionAuthentication]
    permission_classes = [IsSignedIn]

    @documented(answer=enveloped("SessionList", LoginShape(many=True)), summary="My sign-ins, newest first")
    def list(self, request):
        newest = Login.objects.carrying(request.user).order_by("-created_at")[:100]
        return success(LoginShape.many(newest))

    @documented(status=204, summary="End one of my sign-ins")
    def destroy(self, request, sid):
        login = Login.objects.carrying(request.user).filter(pk=sid).first()
        if login is None:
            raise NotFound
        logins.end(login=login)
        return no_content()
