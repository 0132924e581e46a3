"""/api/v1/marketing/leads (marketing.md)."""

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers as fields
from rest_framework.response import Response

from betterside.api.faces import MARKETING
from betterside.api.paging import window
from betterside.api.schema import documented
from betterside.api.views import FaceViewSet
from betterside.errors import Invalid
from crm import prepared_leads
from crm.models import Lead, LeadNotFound
from crm.services import leads as crm_leads

from ..services import leads
from . import serializers
from .shapes import LeadShape

ONE = inline_serializer("MarketingLeadAnswer", {"success": fields.BooleanField(), "data": LeadShape()})
MANY = inline_serializer(
    "MarketingLeadList",
    {"success": fields.BooleanField(), "data": LeadShape(many=True), "count": fields.IntegerField()},
)
GONE = inline_serializer("MarketingLeadDeleted", {"success": fields.BooleanField(), "message": fields.CharField()})


def one(lead: Lead, status: int = 200) -> Response:
    return Response({"success": True, "data": LeadShape.of(lead)}, status=status)


# No campaign has this id.
NOBODYS = 0


class LeadViewSet(FaceViewSet):
    face = MARKETING
    right = "leads.read"
    rights = {"create": "leads.create"}

    def marketing_leads(self):
        return Lead.objects.in_pipeline("marketing").select_related("status", "entity")

    def lead(self, lead_id: str) -> Lead:
        """The contract's ids are texts; one that is no number is of no lead."""
        if not (lead_id.isascii() and lead_id.isdigit() and len(lead_id) < 19):
            raise LeadNotFound
        return self.marketing_leads().seen_by(self.request.user, pk=int(lead_id))

    @documented(query=serializers.LeadQuery, answer=MANY, summary="Marketing leads, newest first")
    def list(self, request):
        query = self.query(serializers.LeadQuery)
        asked = query | {"pipeline": "marketing"} | self._campaign(query)
        rows, total = prepared_leads.page(LeadShape, request.user, asked, window(query))
        return Response({"success": True, "data": rows, "count": total})

    def _campaign(self, query: dict) -> dict:
        """A campaign that is not the entity's has no leads here, as one that never was."""
        if "campaign_id" not in query:
            return {}
        try:
            return {"campaign_id": leads.campaign_of(self.request.user, query["campaign_id"]).pk}
        except Invalid:
            return {"campaign_id": NOBODYS}

    @documented(body=serializers.NewLead, answer=ONE, status=201, summary="Create a marketing lead")
    def create(self, request):
        data = self.body(serializers.NewLead)
        code, status = data.pop("lead_code", ""), data.pop("status", None)
        return one(leads.create(by=request.user, fields=data, status=status, lead_code=code), status=201)

    @documented(answer=ONE, summary="One marketing lead")
    def retrieve(self, request, lead_id):
        return one(self.lead(lead_id))

    @documented(body=serializers.LeadFields, answer=ONE, summary="Change a marketing lead")
    def partial_update(self, request, lead_id):
        lead = self.lead(lead_id)
        data = self.body(serializers.LeadFields)
        status = data.pop("status", None)
        return one(leads.update(lead=lead, by=request.user, fields=data, status=status))

    @documented(answer=GONE, summary="Delete a marketing lead")
    def destroy(self, request, lead_id):
        crm_leads.delete(lead=self.lead(lead_id), by=request.user)
        return Response({"success": True, "message": "Lead deleted successfully"})
