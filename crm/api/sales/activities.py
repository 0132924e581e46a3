"""/api/activities (sales.md, "Lead Activity Management Endpoints"): logging, lists and follow-ups. Figures: figures.py."""

from rest_framework import serializers

from betterside import clock
from betterside.api.ranges import MomentField, RangeQuery
from betterside.api.sales import success
from betterside.api.schema import documented
from crm import filters
from crm.models import Activity
from crm.services import activities

from .base import SalesViewSet, list_of, naming, one_of, page, page_of
from .fields import IdField, LeadRefField, LimitQuery, PageQuery, ShortPageQuery, text
from .shapes import ActivityRowShape, ActivityShape, LoggedShape, MovedFollowUpsShape

# The contract's types; growth's page_visit and email_opened come from elsewhere.
TYPES = ["call", "email", "meeting", "note", "status_change", "assignment", "follow_up"]


class LogBody(serializers.Serializer):
    leadId = LeadRefField()  # noqa: N815 - the contract's names
    activityType = serializers.ChoiceField(choices=TYPES)  # noqa: N815
    description = serializers.CharField(max_length=10_000)
    nextFollowUpDate = MomentField(required=False, allow_null=True)  # noqa: N815
    priority = serializers.ChoiceField(choices=Activity.Priority.values, default=Activity.Priority.MEDIUM.value)
    status = serializers.ChoiceField(choices=Activity.Status.choices, default=Activity.Status.PENDING.value)


class StatusBody(serializers.Serializer):
    activityId = IdField()  # noqa: N815
    status = serializers.ChoiceField(choices=Activity.Status.choices)
    notes = text(10_000)


class FollowUpBody(serializers.Serializer):
    activityId = IdField()  # noqa: N815
    nextFollowUpDate = MomentField()  # noqa: N815
    notes = text(10_000)


class BulkFollowUpBody(serializers.Serializer):
    activityIds = serializers.ListField(child=IdField(), min_length=1, max_length=500)  # noqa: N815
    nextFollowUpDate = MomentField()  # noqa: N815
    notes = text(10_000)


class ActivityFilters(serializers.Serializer):
    activity_type = serializers.ChoiceField(choices=Activity.Type.values, required=False)
    user_id = IdField(required=False, help_text="Who did it.")
    priority = serializers.ChoiceField(choices=Activity.Priority.values, required=False)


class ActivityQuery(RangeQuery, ActivityFilters, PageQuery):
    status = serializers.ChoiceField(choices=Activity.Status.choices, required=False)


class FollowUpQuery(ActivityFilters, ShortPageQuery):
    pass


class UpcomingShape(ActivityRowShape):
    hours_until_follow_up = serializers.SerializerMethodField()

    @staticmethod
    def get_hours_until_follow_up(activity) -> int:
        return round((activity.next_follow_up_date - clock.now()).total_seconds() / 3600)


class OverdueShape(ActivityRowShape):
    hours_overdue = serializers.SerializerMethodField()

    @staticmethod
    def get_hours_overdue(activity) -> int:
        return round((clock.now() - activity.next_follow_up_date).total_seconds() / 3600)


class ActivityViewSet(SalesViewSet):
    def activities(self):
        return Activity.objects.visible_to(self.request.user).of_leads().select_related("user", "lead")

    @documented(body=LogBody, answer=one_of(LoggedShape), status=201, summary="Log what was done with a lead")
    def log(self, request):
        body = self.body(LogBody)
        activity = activities.log(
            lead=self.lead(body["leadId"]),
            by=request.user,
            activity_type=body["activityType"],
            description=body["description"],
            priority=body["priority"],
            status=body["status"],
            next_follow_up_date=body.get("nextFollowUpDate"),
        )
        logged = {"activity_id": activity.pk, "activity": ActivityShape.of(activity)}
        return success(logged, "Activity logged successfully", status=201)

    @documented(query=ActivityQuery, answer=page_of(ActivityRowShape), summary="A lead's activities, the newest first")
    def of_lead(self, request, ref):
        return self._logged(lead=self.lead(ref))

    @documented(query=ActivityQuery, answer=page_of(ActivityRowShape), summary="All that happened to a lead")
    def timeline(self, request, ref):
        """What people did and what changes recorded: moves, assignments, edits (`is_automatic`)."""
        return self._page(self.activities().filter(lead=self.lead(ref)))

    @documented(query=ActivityQuery, answer=page_of(ActivityRowShape), summary="The entity's activities")
    def of_entity(self, request):
        return self._logged()

    @documented(query=ActivityQuery, answer=page_of(ActivityRowShape), summary="One's own activities")
    def mine(self, request):
        return self._logged(user=request.user)

    def _logged(self, **of):
        """What people logged. Moves and assignments record themselves: those come when their type is asked for."""
        found = self.activities().filter(**of)
        automatic = self.request.query_params.get("activity_type") in ("status_change", "assignment")
        return self._page(found if automatic else found.by_people())

    def _page(self, found, shape=ActivityRowShape, serializer=ActivityQuery):
        query = self.query(serializer)
        return page(shape, filters.activities(found, query, self.entity.zone), query)

    @documented(query=LimitQuery, answer=list_of(ActivityRowShape), summary="What people did last")
    def recent(self, request):
        return success(ActivityRowShape.many(self.activities().by_people()[: self.query(LimitQuery)["limit"]]))

    @documented(query=FollowUpQuery, answer=page_of(UpcomingShape), summary="Follow-ups to come, the next first")
    def pending(self, request):
        return self._follow_ups(self.activities().upcoming(clock.now()), UpcomingShape)

    @documented(query=FollowUpQuery, answer=page_of(OverdueShape), summary="Follow-ups overdue, the oldest first")
    def overdue(self, request):
        return self._follow_ups(self.activities().overdue(clock.now()), OverdueShape)

    def _follow_ups(self, found, shape):
        return self._page(found.order_by("next_follow_up_date"), shape, FollowUpQuery)

    @documented(body=StatusBody, answer=one_of(ActivityShape), summary="Complete, cancel or reopen an activity")
    def update_status(self, request):
        body = self.body(StatusBody)
        with naming(activity_ids="activityId"):
            activity = activities.set_status(
                pk=body["activityId"], status=body["status"], by=request.user, notes=body.get("notes", "")
            )
        return success(ActivityShape.of(activity), "Activity status updated successfully")

    @documented(body=FollowUpBody, answer=one_of(ActivityShape), summary="Move a follow-up")
    def update_follow_up(self, request):
        body = self.body(FollowUpBody)
        with naming(activity_ids="activityId"):
            moved = self._move([body["activityId"]], body)
        return success(ActivityShape.of(moved[0]), "Follow-up date updated successfully")

    @documented(body=BulkFollowUpBody, answer=one_of(MovedFollowUpsShape), summary="Move follow-ups, all or none")
    def bulk_update_follow_ups(self, request):
        """A refusal names the ids that it is about, and nothing is changed."""
        body = self.body(BulkFollowUpBody)
        with naming(activity_ids="activityIds"):
            moved = self._move(body["activityIds"], body)
        answer = {"updated_count": len(moved), "next_follow_up_date": body["nextFollowUpDate"]}
        return success(answer, f"Successfully updated {len(moved)} follow-up date{'' if len(moved) == 1 else 's'}")

    def _move(self, ids: list[int], body: dict):
        return activities.move_follow_ups(
            ids=ids, to=body["nextFollowUpDate"], by=self.request.user, notes=body.get("notes", "")
        )
