"""/auth/*: signing in to the practice face (practice.md; DESIGN section 3). Bare objects."""

from rest_framework import serializers
from rest_framework.response import Response

from betterside.api.faces import PRACTICE
from betterside.api.parsers import FormParser, JSONParser
from betterside.api.permissions import IsSignedIn
from betterside.api.schema import documented
from betterside.api.shapes import Shape
from betterside.api.views import FaceViewSet

from .serializers import LoginBody
from .shapes import ColleagueShape
from .views import signed_in


class PracticeLoginBody(LoginBody):
    """JSON or a form."""

    asked_for = "username"


class PracticeUserShape(ColleagueShape):
    email = serializers.EmailField()
    created_at = serializers.DateTimeField()


class PracticeTokensShape(Shape):
    access_token = serializers.CharField(source="access")
    refresh_token = serializers.CharField(source="refresh")
    token_type = serializers.SerializerMethodField()
    expires_in = serializers.IntegerField(help_text="Seconds")
    user = PracticeUserShape()

    @staticmethod
    def get_token_type(tokens) -> str:
        return "bearer"


class PracticeAuthViewSet(FaceViewSet):
    """Open to strangers. Not atomic: counted tries outlive the refusal."""

    face = PRACTICE
    atomic = False
    authentication_classes = []
    permission_classes = []
    parser_classes = [JSONParser, FormParser]

    @documented(body=PracticeLoginBody, answer=PracticeTokensShape, summary="Sign in with a username or e-mail")
    def login(self, request):
        return Response(PracticeTokensShape.of(signed_in(request, self.body(PracticeLoginBody))))


class PracticeMeViewSet(FaceViewSet):
    face = PRACTICE
    permission_classes = [IsSignedIn]

    @documented(answer=PracticeUserShape, summary="Who am I")
    def me(self, request):
        return Response(PracticeUserShape.of(request.user))
