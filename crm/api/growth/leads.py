"""/api/leads of the growth profile (growth.md, section B); /api/leads/{id}/activity is this face's alone."""

from rest_framework import serializers
from rest_framework.response import Response

from betterside.api import bare
from betterside.api.kept import KeepingChange
from betterside.api.paging import window
from betterside.api.schema import documented
from betterside.api.views import no_content
from crm import prepared_leads
from crm.models import Activity, Lead, LeadNotFound, LeadStatus
from crm.services import activities, contacts, growth_leads, leads

from ..sales.base import naming
from ..sales.fields import IdField, lead_lookup
from .base import GrowthViewSet
from .fields import OwnerField, PageQuery, ScoreField, SearchQuery, ValueField, text
from .shapes import (
    LOGGED,
    GrowthContactDetailShape,
    GrowthLeadDetailShape,
    GrowthLeadShape,
    TimelineEntry,
    TimelineShape,
)


class GrowthLeadQuery(SearchQuery):
    status = serializers.CharField(max_length=50, required=False, help_text="A status word.")
    source = serializers.CharField(max_length=255, required=False)
    owner = IdField(source="assigned_user_id", required=False, help_text="A user's id.")


class GrowthLeadFields(serializers.Serializer):
    """What is not listed is ignored: entity, ids, times. A new lead is always `new`."""

    name = serializers.CharField(source="full_name", max_length=200)
    email = serializers.EmailField(max_length=255)
    phone = text(100)
    company = text(255)
    job_title = text(255)
    source = text(255)
    score = ScoreField()
    value = ValueField()
    owner_id = OwnerField(help_text="A user's id. Of a new lead managers only choose it.")


class GrowthLeadChange(KeepingChange, GrowthLeadFields):
    """What is not listed is ignored: entity, ids, times. What is sent as it is shown may stay, however it came."""

    shape, kept = GrowthLeadDetailShape, ("name", "email", "phone", "company", "job_title", "source")
    email = serializers.EmailField(max_length=255, allow_blank=True)
    status = serializers.CharField(max_length=50, help_text="Any status of the lead's pipeline.")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"partial": True} | kwargs)


class LeadViewSet(GrowthViewSet):
    rights = {"create": "leads.create", "convert": "leads.create"}

    def lead(self, ref: str) -> Lead:
        """The lead of a UUID or integer, of any pipeline: the profile changes the shape, not who may see what."""
        lookup = lead_lookup(ref)
        if lookup is None:
            raise LeadNotFound
        return prepared_leads.seen_by(self.request.user, ("status", "pipeline", "entity"), **lookup)

    @documented(query=GrowthLeadQuery, answer=GrowthLeadShape(many=True), summary="Leads, the newest first")
    def list(self, request):
        query = self.query(GrowthLeadQuery)
        asked = query | {"pipeline": growth_leads.PIPELINE}
        rows, total = prepared_leads.page(GrowthLeadShape, request.user, asked, window(query))
        return Response(rows, headers=bare.headers(request, total, query))

    @documented(body=GrowthLeadFields, answer=GrowthLeadDetailShape(), status=201, summary="Create a lead")
    def create(self, request):
        """409 when an open lead has the e-mail. A seller's new lead is their own."""
        fields = {"source": "Manual"} | self.body(GrowthLeadFields)
        owner_id = fields.pop("owner_id", None)
        owner = self.colleague(owner_id) if request.user.may("leads.assign_any") else None
        with naming(assigned_user_id="owner_id"):
            lead = growth_leads.create(by=request.user, fields=fields, owner=owner)
        return Response(GrowthLeadDetailShape.of(lead), status=201)

    @documented(answer=GrowthLeadDetailShape(), summary="One lead")
    def retrieve(self, request, ref):
        return Response(GrowthLeadDetailShape.of(self.lead(ref)))

    @documented(body=GrowthLeadChange, answer=GrowthLeadDetailShape(), summary="Change a lead; what is not sent stays")
    def partial_update(self, request, ref):
        """Any status may become any other. `owner_id` assigns: null takes the owner away."""
        lead = self.lead(ref)
        fields = self.body(GrowthLeadChange, instance=lead)
        word, set_owner = fields.pop("status", None), "owner_id" in fields
        owner = self.colleague(fields.pop("owner_id", None))
        status = LeadStatus.objects.named(word, pipeline=lead.pipeline_id) if word else None
        with naming(assigned_user_id="owner_id"):
            lead = growth_leads.update(
                lead=lead, by=request.user, fields=fields, status=status, owner=owner, set_owner=set_owner
            )
        return Response(GrowthLeadDetailShape.of(lead))

    @documented(status=204, summary="Delete a lead")
    def destroy(self, request, ref):
        leads.delete(lead=self.lead(ref), by=request.user)
        return no_content()

    @documented(query=PageQuery, answer=TimelineShape(many=True), summary="What happened to a lead, the newest first")
    def activity(self, request, ref):
        found = Activity.objects.filter(lead=self.lead(ref))
        return bare.page(request, TimelineShape, found, self.query(PageQuery))

    @documented(body=TimelineEntry, answer=TimelineShape(), status=201, summary="Add to a lead's timeline")
    def log(self, request, ref):
        body = self.body(TimelineEntry)
        activity = activities.log(
            lead=self.lead(ref),
            by=request.user,
            activity_type=LOGGED[body["type"]],
            title=body["title"],
            description=body.get("description", ""),
            status=Activity.Status.COMPLETED,
        )
        return Response(TimelineShape.of(activity), status=201)

    @documented(answer=GrowthContactDetailShape(), status=(201, 200), summary="Make a contact of a lead")
    def convert(self, request, ref):
        """The contact's history begins with the lead's timeline; the lead stays in its pipeline. Once: a lead that has a
        contact answers 200 with it."""
        contact, is_new = contacts.convert(lead=self.lead(ref), by=request.user)
        return Response(GrowthContactDetailShape.of(contact), status=201 if is_new else 200)
