"""/api/cp/ads-requests (channel.md, "Ads requests")."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from betterside.api.kept import KeepingChange
from betterside.api.paging import PageQuery
from betterside.api.schema import documented
from betterside.api.shapes import Shape

from .. import filters, results, results_per_day, rules
from ..models import AdsRequest
from ..services import ads_requests
from .base import ChannelViewSet
from .envelopes import one, one_schema, page, page_schema
from .serializers import ProjectIdField


class NewAdsRequest(serializers.Serializer):
    project_id = ProjectIdField()
    objective = serializers.ChoiceField(choices=AdsRequest.Objective.values)
    budget_inr = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=rules.LEAST_BUDGET)
    duration_days = serializers.IntegerField(min_value=1, max_value=rules.LONGEST_DAYS)
    notes = serializers.CharField(max_length=10_000, required=False, allow_blank=True, allow_null=True)

    def validate_notes(self, value):
        return value or ""


class AdsRequestQuery(PageQuery):
    project_id = ProjectIdField(required=False)
    status = serializers.ChoiceField(choices=AdsRequest.Status.values, required=False)


class AdsRequestShape(Shape):
    id = serializers.IntegerField()
    cp_id = serializers.IntegerField()
    project_id = serializers.IntegerField()
    objective = serializers.CharField()
    budget_inr = serializers.DecimalField(max_digits=12, decimal_places=2)
    duration_days = serializers.IntegerField()
    notes = serializers.CharField(allow_null=True)
    status = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class OnlyNotesAndStatus(serializers.Serializer):
    def to_internal_value(self, data):
        found = super().to_internal_value(data)
        if others := sorted(set(data) - set(self.fields)):
            raise serializers.ValidationError(dict.fromkeys(others, "Only notes and status can be changed."))
        return found


class AdsRequestChange(KeepingChange, OnlyNotesAndStatus):
    """Other values are refused, not ignored: a CP who sends a new budget must not think that it counts."""

    shape = AdsRequestShape
    kept = tuple(name for name in AdsRequestShape().fields if name != "notes")
    notes = serializers.CharField(max_length=10_000, required=False, allow_blank=True, allow_null=True)
    status = serializers.ChoiceField(
        choices=[AdsRequest.Status.CANCELLED.value],
        required=False,
        error_messages={"invalid_choice": 'You can only cancel: the status must be "cancelled".'},
    )

    def validate_notes(self, value):
        return value or ""


ANSWER = one_schema("ad_request", AdsRequestShape)


class AdsRequestViewSet(ChannelViewSet):
    rights = {"create": "channel.own", "update": "channel.own"}

    def ads_request(self, request_id: int) -> AdsRequest:
        return AdsRequest.objects.seen_by(self.request.user, pk=request_id)

    @documented(query=AdsRequestQuery, answer=page_schema(AdsRequestShape), summary="The CP's ads requests")
    def list(self, request):
        query = self.query(AdsRequestQuery)
        return page(AdsRequestShape, filters.ads_requests(AdsRequest.objects.visible_to(request.user), query), query)

    @documented(body=NewAdsRequest, answer=ANSWER, status=201, summary="Ask for ads")
    def create(self, request):
        found = ads_requests.create(by=request.user, **self.body(NewAdsRequest))
        return one("ad_request", AdsRequestShape, found, status=201)

    @documented(answer=ANSWER, summary="One ads request")
    def retrieve(self, request, request_id):
        return one("ad_request", AdsRequestShape, self.ads_request(request_id))

    @documented(body=AdsRequestChange, answer=ANSWER, summary="Edit the notes, or cancel")
    def update(self, request, request_id):
        found = self.ads_request(request_id)
        data = self.body(AdsRequestChange, instance=found)
        found = ads_requests.change(
            ads_request=found, by=request.user, notes=data.get("notes"), cancel="status" in data
        )
        return one("ad_request", AdsRequestShape, found)


class ResultDayShape(Shape):
    date = serializers.DateField()
    spend = serializers.FloatField(allow_null=True)
    leads = serializers.IntegerField()


class ResultsShape(Shape):
    """What the request brought; costs are null without a divisor, or where the spend is in several currencies."""

    ads_request_id = serializers.IntegerField(source="request.pk")
    status = serializers.CharField(source="request.status")
    budget_inr = serializers.DecimalField(source="request.budget_inr", max_digits=12, decimal_places=2)
    currency = serializers.CharField(allow_null=True)
    spend = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    spend_by_currency = serializers.DictField(child=serializers.FloatField())
    budget_used_percent = serializers.FloatField(allow_null=True)
    leads = serializers.IntegerField()
    interested = serializers.IntegerField()
    site_visits = serializers.IntegerField()
    closed = serializers.IntegerField()
    cost_per_lead = serializers.FloatField(allow_null=True)
    cost_per_closed = serializers.FloatField(allow_null=True)
    spend_as_of = serializers.DateTimeField(allow_null=True)
    per_day = serializers.SerializerMethodField()

    @staticmethod
    @extend_schema_field(ResultDayShape(many=True))
    def get_per_day(found: results.Results) -> list[dict]:
        return ResultDayShape.many(results_per_day.of([found])[found.request.pk])


class ResultsViewSet(ChannelViewSet):
    @documented(answer=one_schema("results", ResultsShape), summary="What an ads request cost and brought")
    def retrieve(self, request, request_id):
        ads_request = AdsRequest.objects.select_related("entity").seen_by(request.user, pk=request_id)
        return one("results", ResultsShape, results.of([ads_request])[0])
