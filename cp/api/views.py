"""The channel face (channel.md): leads, projects, profile."""

from betterside.api.paging import PageQuery
from betterside.api.schema import documented
from betterside.api.views import no_content
from crm.models import Lead
from crm.services import leads as crm_leads

from .. import dashboard, filters
from ..models import Project
from ..services import leads, profiles
from . import serializers
from .base import ChannelViewSet
from .envelopes import one, one_schema, page, page_schema, rows, rows_schema
from .shapes import LeadShape, ProfileShape, ProjectShape

MOST_DUPLICATES = 5


class LeadViewSet(ChannelViewSet):
    rights = {"create": "channel.own", "duplicates": "channel.own"}

    def channel_leads(self):
        return Lead.objects.in_pipeline("channel").select_related("status")

    def lead(self, lead_id: int) -> Lead:
        return self.channel_leads().seen_by(self.request.user, pk=lead_id)

    @documented(query=serializers.LeadQuery, answer=page_schema(LeadShape), summary="The CP's leads, newest first")
    def list(self, request):
        query = self.query(serializers.LeadQuery)
        found = filters.leads(self.channel_leads().visible_to(request.user), query, request.user.entity.zone)
        return page(LeadShape, found, query, total=dashboard.count(request.user, found, query))

    @documented(
        query=serializers.PhoneQuery,
        answer=rows_schema(LeadShape),
        summary="One's own leads with this phone, newest first",
    )
    def duplicates(self, request):
        phone = self.query(serializers.PhoneQuery)["phone"]
        return rows(LeadShape, filters.own_with_phone(self.channel_leads(), request.user, phone)[:MOST_DUPLICATES])

    @documented(
        body=serializers.NewLead, answer=one_schema("lead", LeadShape), status=201, summary="Create a lead of one's own"
    )
    def create(self, request):
        fields = _model_names(self.body(serializers.NewLead))
        lead = leads.create(by=request.user, project_id=fields.pop("project_id", None), fields=fields)
        return one("lead", LeadShape, lead, status=201)

    @documented(answer=one_schema("lead", LeadShape), summary="One lead")
    def retrieve(self, request, lead_id):
        return one("lead", LeadShape, self.lead(lead_id))

    @documented(body=serializers.LeadChange, answer=one_schema("lead", LeadShape), summary="Change a lead")
    def update(self, request, lead_id):
        lead = self.lead(lead_id)
        fields = _model_names(self.body(serializers.LeadChange, instance=lead))
        lead = leads.update(
            lead=lead,
            by=request.user,
            status=fields.pop("status", None),
            status_notes=fields.get("notes", ""),
            set_project="project_id" in fields,
            project_id=fields.pop("project_id", None),
            fields=fields,
        )
        return one("lead", LeadShape, lead)

    @documented(status=204, summary="Delete a lead")
    def destroy(self, request, lead_id):
        crm_leads.delete(lead=self.lead(lead_id), by=request.user)
        return no_content()


def _model_names(fields: dict) -> dict:
    """The contract's `name` is the model's `full_name`."""
    return {"full_name" if key == "name" else key: value for key, value in fields.items()}


class ProjectViewSet(ChannelViewSet):
    right = "projects.read"

    @documented(query=PageQuery, answer=page_schema(ProjectShape), summary="Projects mapped to the CP")
    def list(self, request):
        return page(ProjectShape, Project.objects.visible_to(request.user), self.query(PageQuery))


class ProfileViewSet(ChannelViewSet):
    right = "channel.own"

    @documented(answer=one_schema("profile", ProfileShape), summary="The CP's profile")
    def retrieve(self, request):
        return one("profile", ProfileShape, profiles.of(request.user))

    @documented(
        body=serializers.ProfileChange, answer=one_schema("profile", ProfileShape), summary="Change the profile"
    )
    def update(self, request):
        fields = self.body(serializers.ProfileChange)
        return one("profile", ProfileShape, profiles.update(user=request.user, fields=fields))
