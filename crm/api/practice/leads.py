"""/api/v1/leads (practice.md, "Lead Update Endpoint")."""

from rest_framework import serializers
from rest_framework.response import Response

from betterside.api.paging import SkipQuery, window
from betterside.api.schema import documented
from betterside.api.shapes import Shape
from betterside.api.views import no_content
from crm import prepared_leads
from crm.models import Lead, LeadStatus, PracticeProfile
from crm.models.practice import EIN, NPI, STATES, ZIP_CODE
from crm.services import leads, practice

from .base import PracticeViewSet

STATUSES = ["NEW", "CONTACTED", "QUALIFIED", "PROPOSAL", "WON", "LOST"]
BIGGEST = 2**31 - 1


def text(length: int) -> serializers.CharField:
    return serializers.CharField(max_length=length, required=False, allow_blank=True, allow_null=True)


def pattern(regex: str, sentence: str) -> serializers.RegexField:
    """A text of this form; null and empty take it away."""
    return serializers.RegexField(
        f"^{regex}$", required=False, allow_blank=True, allow_null=True, error_messages={"invalid": sentence}
    )


class LeadFields(serializers.Serializer):
    practice_name = text(255)
    owner_name = text(Lead._meta.get_field("full_name").max_length)
    # Any form (DESIGN section 4): also one that somebody typed on Meta.
    practice_phone = text(Lead._meta.get_field("phone").max_length)
    owner_phone = text(30)
    address = text(255)
    city = text(100)
    state = text(2)
    zip_code = pattern(ZIP_CODE, "Write the ZIP code as 12345 or 12345-6789.")
    ein = pattern(EIN, "Write the EIN as 12-3456789.")
    npi = pattern(NPI, "An NPI has ten digits.")
    entity_type = serializers.ChoiceField(
        choices=PracticeProfile.EntityType.values, required=False, allow_blank=True, allow_null=True
    )
    providers = serializers.IntegerField(min_value=0, max_value=BIGGEST, required=False, allow_null=True)
    specialties = text(500)
    is_sole_proprietor = serializers.BooleanField(required=False, allow_null=True)
    status = serializers.ChoiceField(choices=STATUSES, required=False)

    def validate_state(self, value):
        if value and value not in STATES:
            raise serializers.ValidationError("This is no state of the USA.")
        return value

    def validate_status(self, name):
        return LeadStatus.objects.get(pipeline_id="practice", name=name)

    def validate(self, data):
        """Null takes a text away; the number and the yes-or-no know null."""
        known = ("providers", "is_sole_proprietor")
        return {name: "" if value is None and name not in known else value for name, value in data.items()}


class NewLead(LeadFields):
    practice_name = serializers.CharField(max_length=255)


class LeadQuery(SkipQuery):
    status = serializers.ChoiceField(choices=STATUSES, required=False)
    assigned_to = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    state = serializers.ChoiceField(choices=sorted(STATES), required=False)
    search = serializers.CharField(max_length=200, required=False, allow_blank=True)


class PracticeLeadShape(Shape):
    """The contract's fields, then what a list needs. `warnings` is there when something deserves a second look."""

    id = serializers.IntegerField()
    practice_name = serializers.CharField(source="company", allow_null=True)
    owner_name = serializers.CharField(source="full_name", allow_null=True)
    practice_phone = serializers.CharField(source="phone", allow_null=True)
    owner_phone = serializers.CharField(source="practice.owner_phone", allow_null=True)
    address = serializers.CharField(source="practice.address", allow_null=True)
    city = serializers.CharField(source="practice.city", allow_null=True)
    state = serializers.CharField(source="practice.state", allow_null=True)
    zip_code = serializers.CharField(source="practice.zip_code", allow_null=True)
    ein = serializers.CharField(source="practice.ein", allow_null=True)
    npi = serializers.CharField(source="practice.npi", allow_null=True)
    entity_type = serializers.CharField(source="practice.entity_type", allow_null=True)
    providers = serializers.IntegerField(source="practice.providers", allow_null=True)
    specialties = serializers.CharField(source="practice.specialties", allow_null=True)
    is_sole_proprietor = serializers.BooleanField(source="practice.is_sole_proprietor", allow_null=True)
    updated_at = serializers.DateTimeField()
    status = serializers.CharField(source="status.name")
    assigned_user_id = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()


class WarnedLeadShape(PracticeLeadShape):
    warnings = serializers.ListField(child=serializers.CharField(), required=False)


def answer(lead: Lead, status: int = 200) -> Response:
    body = PracticeLeadShape.of(lead)
    if lead.practice.npi and not practice.npi_is_plausible(lead.practice.npi):
        body["warnings"] = ["The NPI's check digit does not fit; please compare it with the source."]
    return Response(body, status=status)


# The engine's words for this face's.
WORDS = {"assigned_to": "assigned_user_id"}
PIPELINE = {"pipeline": "practice"}


class PracticeLeadViewSet(PracticeViewSet):
    rights = {"create": "leads.create"}

    @documented(query=LeadQuery, answer=PracticeLeadShape(many=True), summary="Practice leads, newest first")
    def list(self, request):
        """Empty parameters filter nothing. The full count is in `X-Total-Count`."""
        query = self.query(LeadQuery)
        asked = {WORDS.get(name, name): value for name, value in query.items()} | PIPELINE
        rows, total = prepared_leads.page(PracticeLeadShape, request.user, asked, window(query))
        return Response(rows, headers={"X-Total-Count": str(total)})

    @documented(body=NewLead, answer=WarnedLeadShape, status=201, summary="Create a practice lead")
    def create(self, request):
        """An agent's new lead is their own; a manager's is given to somebody where the entity assigns by itself."""
        data = self.body(NewLead)
        status = data.pop("status", None)
        return answer(practice.create(by=request.user, fields=data, status=status), status=201)

    @documented(answer=WarnedLeadShape, summary="One practice lead")
    def retrieve(self, request, lead_id):
        return answer(self.lead(lead_id))

    @documented(body=LeadFields, answer=WarnedLeadShape, summary="Change a practice lead; what is not sent stays")
    def update(self, request, lead_id):
        lead = self.lead(lead_id)
        practice.require_own(lead, request.user)
        data = self.body(LeadFields)
        status = data.pop("status", None)
        return answer(practice.update(lead=lead, by=request.user, fields=data, status=status))

    @documented(status=204, summary="Delete a practice lead")
    def destroy(self, request, lead_id):
        lead = self.lead(lead_id)
        practice.require_own(lead, request.user)
        leads.delete(lead=lead, by=request.user)
        return no_content()
