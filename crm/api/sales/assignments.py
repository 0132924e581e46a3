"""/api/assignments (sales.md, "Lead Assignment Endpoints")."""

from rest_framework import serializers

from betterside.api.sales import success
from betterside.api.schema import documented
from crm import filters
from crm.analytics import workload
from crm.models import Assignment
from crm.services import assignments, distribution

from .base import SalesViewSet, list_of, naming, one_of, page, page_of
from .fields import IdField, LeadRefField, PageQuery, text
from .shapes import (
    AssignedShape,
    AssignmentShape,
    BulkAssignedShape,
    CurrentAssignmentShape,
    GivenShape,
    PastAssignmentShape,
    PersonShape,
    UnassignedShape,
    WorkloadRowShape,
    WorkloadShape,
)


class AssignBody(serializers.Serializer):
    leadId = LeadRefField()  # noqa: N815 - the contract's names
    assignedUserId = IdField()  # noqa: N815
    reason = text(255)
    notes = text(10_000)


class ReassignBody(serializers.Serializer):
    leadId = LeadRefField()  # noqa: N815
    newAssignedUserId = IdField()  # noqa: N815
    reason = text(255)
    notes = text(10_000)


class UnassignBody(serializers.Serializer):
    leadId = LeadRefField()  # noqa: N815
    reason = text(255)


class BulkAssignBody(serializers.Serializer):
    reason = text(255)
    max_leads_per_user = serializers.IntegerField(
        min_value=1,
        required=False,
        help_text="Open leads that a person may hold afterwards; more than the entity allows is taken as that.",
    )


class AssignmentQuery(PageQuery):
    assigned_user_id = IdField(required=False)
    lead_status = serializers.CharField(max_length=50, required=False)


class AssignmentViewSet(SalesViewSet):
    rights = {"bulk_assign": "leads.assign_any", "workload": "analytics.read"}

    def assignments(self):
        return Assignment.objects.visible_to(self.request.user).select_related("assigned_user", "assigned_by")

    @documented(body=AssignBody, answer=one_of(AssignedShape), summary="Give an unassigned lead an owner")
    def assign(self, request):
        """Managers give any lead to anybody who may own leads; a seller claims one for themselves."""
        return self._give(assignments.assign, AssignBody, "assignedUserId", "Lead assigned successfully")

    @documented(body=ReassignBody, answer=one_of(AssignedShape), summary="Pass a lead on")
    def reassign(self, request):
        return self._give(assignments.reassign, ReassignBody, "newAssignedUserId", "Lead reassigned successfully")

    def _give(self, service, serializer, field: str, message: str):
        body = self.body(serializer)
        lead, to = self.lead(body["leadId"]), self.colleague(body[field], field)
        with naming(assigned_user_id=field):
            row = service(
                lead=lead, to=to, by=self.request.user, reason=body.get("reason", ""), notes=body.get("notes", "")
            )
        return success(_assigned(row), message)

    @documented(body=UnassignBody, answer=one_of(UnassignedShape), summary="Take a lead's owner away")
    def unassign(self, request):
        body = self.body(UnassignBody)
        ended = assignments.unassign(lead=self.lead(body["leadId"]), by=request.user, reason=body.get("reason", ""))
        return success(UnassignedShape.of(ended), "Lead unassigned successfully")

    @documented(body=BulkAssignBody, answer=one_of(BulkAssignedShape), summary="Deal out the waiting leads")
    def bulk_assign(self, request):
        """By the entity's strategy (round robin when it assigns by hand), oldest leads first, 2,000 at a time."""
        body = self.body(BulkAssignBody)
        rows = distribution.assign_waiting(
            entity=self.entity,
            by=request.user,
            reason=body.get("reason", ""),
            max_per_user=body.get("max_leads_per_user"),
        )
        message = f"Successfully assigned {len(rows)} lead{'' if len(rows) == 1 else 's'}"
        return success({"total_assigned": len(rows), "assignments": GivenShape.many(rows)}, message)

    @documented(answer=one_of(AssignedShape), summary="Who owns a lead; nulls when nobody does")
    def of_lead(self, request, ref):
        return success(_assigned(self.assignments().current().filter(lead=self.lead(ref)).first()))

    @documented(answer=list_of(PastAssignmentShape), summary="Who owned a lead, the newest first")
    def history(self, request, ref):
        return success(PastAssignmentShape.many(self.assignments().filter(lead=self.lead(ref))))

    @documented(query=AssignmentQuery, answer=page_of(CurrentAssignmentShape), summary="Current assignments")
    def of_entity(self, request):
        return self._page(self.query(AssignmentQuery))

    @documented(query=AssignmentQuery, answer=page_of(CurrentAssignmentShape), summary="One's own current assignments")
    def mine(self, request):
        return self._page(self.query(AssignmentQuery), assigned_user=request.user)

    def _page(self, query: dict, **whose):
        current = self.assignments().current().filter(**whose).select_related("lead__status")
        return page(CurrentAssignmentShape, filters.assignments(current, query), query)

    @documented(answer=one_of(WorkloadShape), summary="Who holds how many leads")
    def workload(self, request):
        figures = workload.statistics(request.user)
        people = WorkloadRowShape.many(figures["workload_distribution"])
        return success(figures | {"workload_distribution": people})


def _assigned(row: Assignment | None) -> dict:
    return {"assignment": AssignmentShape.of(row), "assigned_user": PersonShape.of(row and row.assigned_user)}
