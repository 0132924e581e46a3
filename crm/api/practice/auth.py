"""/auth/*: signing in to the practice face, and who one is, with one's performance (practice.md; DESIGN section 3)."""

from rest_framework import serializers
from rest_framework.response import Response

from betterside import clock
from betterside.accounts.api.serializers import LoginBody
from betterside.accounts.api.shapes import ColleagueShape
from betterside.accounts.api.views import signed_in
from betterside.accounts.models import User
from betterside.api.parsers import FormParser, JSONParser
from betterside.api.permissions import IsSignedIn
from betterside.api.schema import documented
from betterside.api.shapes import Shape
from crm import badges
from crm.analytics import performance
from crm.models import PerformanceScore

from .base import PracticeViewSet


class PracticeLoginBody(LoginBody):
    """JSON or a form."""

    asked_for = "username"


class PracticeUserShape(ColleagueShape):
    """The figures are of all time (practice.md, "Database Schema Issues"); `GET /api/v1/me/performance` has periods.

    `performance_score` is all points, `activity_score` those for responses and follow-ups.
    """

    email = serializers.EmailField()
    created_at = serializers.DateTimeField()
    last_activity = serializers.DateTimeField(allow_null=True, help_text="Exact to five minutes.")
    conversion_rate = serializers.FloatField(source="standing.conversion_rate")
    activity_score = serializers.IntegerField(source="standing.score.activity_score")
    deals_closed = serializers.IntegerField(source="standing.score.deals_closed")
    current_percentile = serializers.FloatField(source="standing.percentile")
    current_rank = serializers.IntegerField(source="standing.rank", help_text="1 is the best; 0: not ranked.")
    performance_score = serializers.FloatField(source="standing.score.points")
    badges = serializers.ListField(child=serializers.CharField(), help_text="Keys.")


class PracticeTokensShape(Shape):
    access_token = serializers.CharField(source="access")
    refresh_token = serializers.CharField(source="refresh")
    token_type = serializers.SerializerMethodField()
    expires_in = serializers.IntegerField(help_text="Seconds")
    user = PracticeUserShape()

    @staticmethod
    def get_token_type(tokens) -> str:
        return "bearer"


def with_performance(user: User) -> User:
    today = clock.now().astimezone(user.entity.zone).date()
    user.standing = performance.standing_of(user, PerformanceScore.Period.ALL, today)
    user.badges = [badge.key for badge in badges.earned(user.standing.score)]
    return user


class PracticeAuthViewSet(PracticeViewSet):
    """Open to strangers. Not atomic: counted tries outlive the refusal."""

    atomic = False
    authentication_classes = []
    permission_classes = []
    parser_classes = [JSONParser, FormParser]

    @documented(body=PracticeLoginBody, answer=PracticeTokensShape, summary="Sign in with a username or e-mail")
    def login(self, request):
        tokens = signed_in(request, self.body(PracticeLoginBody))
        with_performance(tokens.user)
        return Response(PracticeTokensShape.of(tokens))


class PracticeMeViewSet(PracticeViewSet):
    permission_classes = [IsSignedIn]

    @documented(answer=PracticeUserShape, summary="Who am I")
    def me(self, request):
        return Response(PracticeUserShape.of(with_performance(request.user)))
