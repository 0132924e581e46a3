"""/api/leads (sales.md, "Lead Management Endpoints")."""

from rest_framework import serializers

from betterside.api.paging import MAX_LIMIT, LimitField, window
from betterside.api.ranges import MomentField, RangeQuery
from betterside.api.sales import NothingField, enveloped, success
from betterside.api.schema import documented
from crm import filters, prepared_leads
from crm.analytics import pipeline, tallies
from crm.models import Lead, LeadStatus
from crm.services import leads

from .base import SalesViewSet, list_of, naming, one_of, page, page_of
from .fields import IdField, PageQuery, PipelineField, text
from .shapes import BoardShape, LeadRowShape, SalesLeadShape, StatusCountShape

ORDERINGS = ["id", "created_at", "updated_at", "first_name", "last_name", "email", "score", "value", "status"]
COLUMN = {"status": "status__position"}


class LeadQuery(RangeQuery, PageQuery):
    status = serializers.CharField(max_length=50, required=False, help_text="A status word of any pipeline.")
    platform = serializers.ChoiceField(choices=Lead.Platform.values, required=False)
    assigned_user_id = IdField(required=False)
    search = serializers.CharField(max_length=200, required=False, help_text="In name, company, e-mail and phone.")
    source = serializers.CharField(max_length=255, required=False)
    pipeline = PipelineField()
    ordering = serializers.ChoiceField(
        choices=[f"{sign}{name}" for name in ORDERINGS for sign in ("", "-")],
        required=False,
        help_text="By default the newest first.",
    )


class BoardQuery(serializers.Serializer):
    limit = LimitField(default=20, help_text=f"Leads in each column, at most {MAX_LIMIT}.")


class LeadFields(serializers.Serializer):
    """Lengths are those of sales.md's lead_data. What is not listed is ignored: owner, status, entity, codes."""

    first_name = text(100)
    last_name = text(100)
    full_name = text(200)
    email = serializers.EmailField(max_length=150, required=False, allow_blank=True, allow_null=True)
    phone = text(30)
    platform_key = serializers.ChoiceField(
        choices=Lead.Platform.values, source="platform", required=False, allow_blank=True, allow_null=True
    )
    source_page_id = text(64)
    source_page_name = text(150)
    source = text(255)
    company = text(255)
    job_title = text(255)
    campaign_name = text(255)
    notes = text(10_000)
    score = serializers.IntegerField(min_value=0, max_value=100, required=False)
    value = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0, required=False)
    consent_time = MomentField(required=False, allow_null=True)
    raw_field_data = serializers.DictField(required=False)

    def validate_email(self, value):
        return value or ""

    def validate_platform_key(self, value):
        return value or ""


class NewSalesLead(LeadFields):
    def validate(self, data):
        if not any(data.get(name) for name in ("first_name", "last_name", "full_name", "email", "phone")):
            raise serializers.ValidationError("Give a name, an e-mail or a phone.")
        return data


class SalesLeadChange(LeadFields):
    status = serializers.CharField(max_length=50, required=False, help_text="A status word of the lead's pipeline.")


NOTHING = enveloped("SalesNothing", NothingField())


class LeadViewSet(SalesViewSet):
    rights = {"create": "leads.create"}

    def leads(self):
        return Lead.objects.visible_to(self.request.user)

    def main_pipeline(self):
        return self.entity.main_pipeline

    @documented(query=LeadQuery, answer=page_of(LeadRowShape), summary="The entity's leads")
    def list(self, request):
        query = self.query(LeadQuery)
        rows, total = prepared_leads.page(LeadRowShape, request.user, query, window(query), _order(query))
        return success(rows, filters=query, total=total)

    @documented(query=LeadQuery, answer=page_of(LeadRowShape), summary="Open leads that nobody owns")
    def unassigned(self, request):
        query = self.query(LeadQuery)
        asked = filters.resolved(query)
        found = self._found(self.leads().waiting(), asked)
        return page(LeadRowShape, found, query, total=tallies.waiting(request.user, found, asked))

    @documented(query=LeadQuery, answer=page_of(LeadRowShape), summary="One's own leads")
    def mine(self, request):
        query = self.query(LeadQuery)
        found = self._found(self.leads().filter(assigned_user=request.user), query)
        return page(LeadRowShape, found, query)

    def _found(self, leads, query: dict):
        return filters.leads(leads, query, self.entity.zone).order_by(_order(query))

    @documented(
        body=NewSalesLead, answer=one_of(SalesLeadShape), status=201, summary="Create a lead in the main pipeline"
    )
    def create(self, request):
        """A seller's or CP's new lead is their own; a manager's has no owner yet."""
        fields = self.body(NewSalesLead)
        owner = None if request.user.is_manager else request.user
        lead = leads.create(
            by=request.user, entity=self.entity, pipeline=self.main_pipeline(), fields=fields, owner=owner
        )
        return success(SalesLeadShape.of(lead), "Lead created successfully", status=201)

    @documented(answer=one_of(SalesLeadShape), summary="One lead, by integer or UUID")
    def retrieve(self, request, ref):
        return success(SalesLeadShape.of(self.lead(ref)))

    @documented(body=SalesLeadChange, answer=one_of(SalesLeadShape), summary="Change a lead; what is not sent stays")
    def update(self, request, ref):
        lead = self.lead(ref)
        fields = self.body(SalesLeadChange)
        word = fields.pop("status", None)
        with naming(platform="platform_key"):
            status = LeadStatus.objects.named(word, pipeline=lead.pipeline_id) if word else None
            lead = leads.update(lead=lead, by=request.user, fields=fields, status=status)
        return success(SalesLeadShape.of(lead), "Lead updated successfully")

    @documented(body=SalesLeadChange, answer=one_of(SalesLeadShape), summary="Change a lead; what is not sent stays")
    def partial_update(self, request, ref):
        return self.update(request, ref)

    @documented(answer=NOTHING, summary="Delete a lead")
    def destroy(self, request, ref):
        leads.delete(lead=self.lead(ref), by=request.user)
        return success(None, "Lead deleted successfully")

    @documented(answer=list_of(StatusCountShape), summary="Leads of the main pipeline by status")
    def counts(self, request):
        return success(_counts(pipeline.counts(request.user, self.main_pipeline())))

    @documented(query=BoardQuery, answer=one_of(BoardShape), summary="The main pipeline as a board")
    def board(self, request):
        counted = pipeline.counts(request.user, self.main_pipeline())
        columns = pipeline.board(self.leads(), [status for status, _n in counted], self.query(BoardQuery)["limit"])
        shown = {name: LeadRowShape.many(column) for name, column in columns.items()}
        return success({"pipeline": shown, "statusCounts": _counts(counted)})


def _counts(counted) -> list[dict]:
    return [{"status": status.name, "count": count} for status, count in counted]


def _order(query: dict) -> str:
    order = query.get("ordering", "-created_at")
    name = order.removeprefix("-")
    return ("-" if order != name else "") + COLUMN.get(name, name)
