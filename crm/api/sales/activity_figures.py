"""The figures of /api/activities (sales.md). Ranges are about activities logged in them; automatic ones do not count."""

from betterside import clock
from betterside.api.sales import success
from betterside.api.schema import documented
from crm.analytics import activities

from .base import SalesViewSet, list_of, one_of
from .fields import PersonRange, PipelineRange
from .figure_shapes import (
    ActivitySummaryShape,
    ActivityTypeShape,
    FollowUpsShape,
    PriorityShape,
    UserActivitiesShape,
)


class UserActivityQuery(PersonRange, PipelineRange):
    pass


class ActivityFiguresViewSet(SalesViewSet):
    right = "analytics.read"
    rights = {"follow_ups": "leads.read", "summary": "leads.read"}

    @documented(query=PipelineRange, answer=list_of(ActivityTypeShape), summary="Activities by type")
    def statistics(self, request):
        return success(activities.by_type(request.user, self.query(PipelineRange)))

    @documented(query=UserActivityQuery, answer=list_of(UserActivitiesShape), summary="Who did how much")
    def user_performance(self, request):
        return success(activities.by_user(request.user, self.query(UserActivityQuery), now=clock.now()))

    @documented(query=PipelineRange, answer=list_of(PriorityShape), summary="Activities by priority")
    def priority_distribution(self, request):
        return success(activities.by_priority(request.user, self.query(PipelineRange)))

    @documented(answer=one_of(FollowUpsShape), summary="Follow-ups by urgency and nearness")
    def follow_ups(self, request):
        return success(activities.follow_ups(request.user, now=clock.now()))

    @documented(answer=one_of(ActivitySummaryShape), summary="Activities at a glance")
    def summary(self, request):
        return success(activities.summary(request.user, now=clock.now()))
