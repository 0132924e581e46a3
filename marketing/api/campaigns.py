"""`GET /api/campaigns` (growth.md, D): campaigns with what they cost and brought."""

from datetime import timedelta

from rest_framework import serializers
from rest_framework.response import Response

from betterside import days
from betterside.api import bare
from betterside.api.faces import GROWTH
from betterside.api.paging import LimitField, OffsetQuery, cut
from betterside.api.ranges import DayField
from betterside.api.schema import documented
from betterside.api.shapes import Shape
from betterside.api.views import FaceViewSet
from betterside.errors import Invalid

from .. import figures
from ..models import Campaign

DEFAULT_DAYS = 30


class CampaignQuery(OffsetQuery):
    """Without dates the last 30 days. The contract's clients fetch all, so a page is as long as pages get."""

    limit = LimitField(default=100)
    startDate = DayField()
    endDate = DayField()
    status = serializers.ChoiceField(choices=Campaign.Status.values, required=False)


class CampaignShape(Shape):
    """`leads` is Meta's count, `crm_leads` ours; `cpl` and `roas` are null without a divisor; money is in `currency`.

    `synced_at`: when Meta was asked last; null for a campaign without an ad account.
    """

    id = serializers.CharField(source="campaign.public_id")
    name = serializers.CharField(source="campaign.name")
    status = serializers.CharField(source="campaign.status")
    objective = serializers.CharField(source="campaign.objective", help_text="Empty until Meta says it.")
    spend = serializers.DecimalField(max_digits=14, decimal_places=2)
    impressions = serializers.IntegerField()
    clicks = serializers.IntegerField()
    leads = serializers.IntegerField()
    cpl = serializers.FloatField(allow_null=True)
    roas = serializers.FloatField(allow_null=True)
    crm_leads = serializers.IntegerField()
    roas_source = serializers.CharField()
    currency = serializers.CharField(source="campaign.currency", allow_null=True)
    synced_at = serializers.DateTimeField(source="campaign.account.synced_at", allow_null=True)


class CampaignViewSet(FaceViewSet):
    face = GROWTH
    right = "campaigns.read"

    @documented(query=CampaignQuery, answer=CampaignShape(many=True), summary="Campaigns, newest first")
    def list(self, request):
        query = self.query(CampaignQuery)
        zone = request.user.entity.zone
        last = query.get("endDate") or days.today(zone)
        first = query.get("startDate") or last - timedelta(days=DEFAULT_DAYS - 1)
        if first > last:
            raise Invalid(fields={"startDate": "startDate is after endDate."})
        found = Campaign.objects.in_entity_of(request.user).select_related("account")
        found = found.filter(status=query["status"]) if "status" in query else found
        rows = figures.of(cut(found, query), first=first, last=last, zone=zone)
        return Response(CampaignShape.many(rows), headers=bare.headers(request, found.count(), query))
