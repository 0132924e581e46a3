"""/api/v1/leaderboard and /api/v1/me/performance (practice.md, "Gamification system")."""

from rest_framework import serializers
from rest_framework.response import Response

from betterside import clock
from betterside.api.paging import SkipQuery, window
from betterside.api.schema import documented
from betterside.api.shapes import Shape
from crm import badges, points
from crm.analytics import performance
from crm.analytics.performance import Standing
from crm.models import PerformanceScore

from .base import PracticeViewSet

Period = PerformanceScore.Period
HOW_IT_IS_COUNTED = f"""{points.in_words()}

Points are for whoever did the work, whoever owns the lead now; leads that were deleted do not count. Equal points share
a rank, and the next rank follows after as many (1, 2, 2, 4). `percentile` is the share of the other ranked people who
have fewer points, in per cent. Ranked are active agents, and others who have points. Periods are those of the entity's
time zone; a week begins on Monday. `conversion_rate` is deals closed in the period in per cent of leads given in it.

{badges.in_words()}

Badges go by the figures of all time."""


class PeriodQuery(serializers.Serializer):
    period = serializers.ChoiceField(choices=Period.values, default=Period.MONTH.value)


class LeaderboardQuery(PeriodQuery, SkipQuery):
    pass


class FiguresShape(Shape):
    performance_score = serializers.FloatField(source="score.points", help_text="All points.")
    activity_score = serializers.IntegerField(source="score.activity_score", help_text="For responses and follow-ups.")
    response_points = serializers.IntegerField(source="score.response_points")
    follow_up_points = serializers.IntegerField(source="score.follow_up_points")
    closing_points = serializers.IntegerField(source="score.closing_points")
    leads_given = serializers.IntegerField(source="score.leads_given")
    first_responses = serializers.IntegerField(source="score.first_responses")
    quick_responses = serializers.IntegerField(source="score.quick_responses", help_text="Within 15 minutes.")
    follow_ups_completed = serializers.IntegerField(source="score.follow_ups_completed")
    follow_ups_on_time = serializers.IntegerField(source="score.follow_ups_on_time")
    deals_closed = serializers.IntegerField(source="score.deals_closed")
    value_won = serializers.FloatField(source="score.value_won")
    conversion_rate = serializers.FloatField()


class PlaceShape(Shape):
    rank = serializers.IntegerField()
    percentile = serializers.FloatField()
    user_id = serializers.IntegerField(source="user.pk")
    username = serializers.CharField(source="user.username")
    full_name = serializers.SerializerMethodField()

    @staticmethod
    def get_full_name(standing: Standing) -> str:
        return standing.user.get_full_name()


class LeaderboardRowShape(PlaceShape, FiguresShape):
    badges = serializers.ListField(child=serializers.CharField(), help_text="Keys.")


class StretchShape(Shape):
    period = serializers.ChoiceField(choices=Period.values)
    date_from = serializers.DateField()
    date_to = serializers.DateField(allow_null=True, help_text="Included; null for `all`.")
    ranked = serializers.IntegerField(help_text="How many people are ranked.")


class LeaderboardShape(StretchShape):
    leaderboard = LeaderboardRowShape(many=True)


class BadgeShape(Shape):
    key = serializers.CharField()
    name = serializers.CharField()
    rule = serializers.CharField()
    is_earned = serializers.BooleanField()


class PerformanceShape(StretchShape, PlaceShape, FiguresShape):
    last_activity = serializers.DateTimeField(allow_null=True, help_text="Exact to five minutes.")
    badges = BadgeShape(many=True)


class PerformanceViewSet(PracticeViewSet):
    """`rank` is 0 for whoever is not ranked."""

    rights = {"leaderboard": "analytics.read", "mine": None}

    @documented(
        query=LeaderboardQuery,
        answer=LeaderboardShape,
        summary="Who stands where, the best first",
        description=HOW_IT_IS_COUNTED,
    )
    def leaderboard(self, request):
        query = self.query(LeaderboardQuery)
        found, stretch = self._standings(query["period"])
        start, length = window(query)
        rows = found[start : start + length]
        ever = performance.scores_ever(self.entity, [one.user for one in rows])
        shown = [_place(one) | {"badges": _keys(ever.get(one.user.pk))} for one in rows]
        return Response(stretch | {"leaderboard": shown}, headers={"X-Total-Count": str(len(found))})

    @documented(
        query=PeriodQuery, answer=PerformanceShape, summary="One's own performance", description=HOW_IT_IS_COUNTED
    )
    def mine(self, request):
        period = self.query(PeriodQuery)["period"]
        found, stretch = self._standings(period)
        mine = performance.place_in(found, request.user, period, stretch["date_from"])
        ever = performance.scores_ever(self.entity, [request.user]).get(request.user.pk, PerformanceScore())
        own = {"last_activity": request.user.last_activity, "badges": [_badge(one, ever) for one in badges.BADGES]}
        return Response(stretch | _place(mine) | own)

    def _standings(self, period: str) -> tuple[list[Standing], dict]:
        today = clock.now().astimezone(self.entity.zone).date()
        found = performance.standings(self.entity, period, today)
        first, last = performance.stretch(period, today)
        return found, {"period": period, "date_from": first, "date_to": last, "ranked": len(found)}


def _place(standing: Standing) -> dict:
    return PlaceShape.of(standing) | FiguresShape.of(standing)


def _keys(ever: PerformanceScore | None) -> list[str]:
    return [badge.key for badge in badges.earned(ever)] if ever else []


def _badge(badge: badges.Badge, ever: PerformanceScore) -> dict:
    return {"key": badge.key, "name": badge.name, "rule": badge.rule, "is_earned": badge.is_earned(ever)}
