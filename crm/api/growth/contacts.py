"""/api/contacts (growth.md, section C), and the way there from a lead."""

from rest_framework import serializers
from rest_framework.response import Response

from betterside.api import bare
from betterside.api.kept import KeepingChange
from betterside.api.ranges import MomentField
from betterside.api.schema import documented
from betterside.api.views import no_content
from crm import filters
from crm.models import Activity, Contact
from crm.services import contacts

from ..sales.base import naming
from ..sales.fields import IdField
from .base import GrowthViewSet, as_uuid
from .fields import NewOwnerField, PageQuery, SearchQuery, text
from .shapes import LOGGED, GrowthContactDetailShape, GrowthContactShape, TimelineEntry, TimelineShape


class ContactQuery(SearchQuery):
    owner = IdField(source="owner_id", required=False, help_text="A user's id.")


class ContactFields(serializers.Serializer):
    """What is not listed is ignored: entity, ids, times."""

    name = serializers.CharField(max_length=200)
    email = serializers.EmailField(max_length=255)
    role = text(255)
    company = text(255)
    phone = text(100)
    notes = text(10_000)
    last_contacted = MomentField(source="last_contacted_at", required=False, allow_null=True)
    owner_id = NewOwnerField(help_text="A user's id, by default one's own. Of a new contact managers only choose it.")


class ContactChange(KeepingChange, ContactFields):
    """What is not listed is ignored: entity, ids, times. What is sent as it is shown may stay, however it came."""

    shape, kept = GrowthContactDetailShape, ("name", "email", "role", "company", "phone")
    email = serializers.EmailField(max_length=255, allow_blank=True)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"partial": True} | kwargs)


class ContactViewSet(GrowthViewSet):
    rights = {"create": "leads.create"}

    def contact(self, public_id: str) -> Contact:
        lookup = {"public_id": as_uuid(public_id, Contact.NotFound)}
        return Contact.objects.select_related("lead", "entity").seen_by(self.request.user, **lookup)

    @documented(query=ContactQuery, answer=GrowthContactShape(many=True), summary="Contacts, the newest first")
    def list(self, request):
        query = self.query(ContactQuery)
        found = filters.contacts(Contact.objects.visible_to(request.user), query)
        return bare.page(request, GrowthContactShape, found, query)

    @documented(body=ContactFields, answer=GrowthContactDetailShape(), status=201, summary="Create a contact")
    def create(self, request):
        fields = self.body(ContactFields)
        owner_id = fields.pop("owner_id", None)
        owner = self.colleague(owner_id) if request.user.may("leads.assign_any") else None
        with naming(assigned_user_id="owner_id"):
            contact = contacts.create(by=request.user, fields=fields, owner=owner)
        return Response(GrowthContactDetailShape.of(contact), status=201)

    @documented(answer=GrowthContactDetailShape(), summary="One contact, with notes")
    def retrieve(self, request, public_id):
        return Response(GrowthContactDetailShape.of(self.contact(public_id)))

    @documented(
        body=ContactChange, answer=GrowthContactDetailShape(), summary="Change a contact; what is not sent stays"
    )
    def partial_update(self, request, public_id):
        """`owner_id` passes the contact on."""
        contact = self.contact(public_id)
        fields = self.body(ContactChange, instance=contact)
        owner = self.colleague(fields.pop("owner_id", None))
        with naming(assigned_user_id="owner_id"):
            contact = contacts.update(contact=contact, by=request.user, fields=fields, owner=owner)
        return Response(GrowthContactDetailShape.of(contact))

    @documented(status=204, summary="Delete a contact")
    def destroy(self, request, public_id):
        contacts.delete(contact=self.contact(public_id), by=request.user)
        return no_content()

    @documented(
        query=PageQuery, answer=TimelineShape(many=True), summary="What happened to a contact, the newest first"
    )
    def history(self, request, public_id):
        """With what happened while the contact was a lead."""
        found = Activity.objects.of_contact(self.contact(public_id))
        return bare.page(request, TimelineShape, found, self.query(PageQuery))

    @documented(body=TimelineEntry, answer=TimelineShape(), status=201, summary="Add to a contact's history")
    def log(self, request, public_id):
        body = self.body(TimelineEntry)
        activity = contacts.log(
            contact=self.contact(public_id),
            by=request.user,
            activity_type=LOGGED[body["type"]],
            title=body["title"],
            description=body.get("description", ""),
        )
        return Response(TimelineShape.of(activity), status=201)
