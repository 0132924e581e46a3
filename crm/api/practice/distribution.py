"""/api/v1/leads/distribute and /api/v1/leads/{id}/history (practice.md, "Lead distribution system")."""

from rest_framework import serializers
from rest_framework.response import Response

from betterside.accounts.models import Entity
from betterside.api.schema import documented
from betterside.api.shapes import Shape
from betterside.errors import Invalid
from crm.models import Assignment, Lead, StageEntry
from crm.services import distribution

from ..sales.fields import IdField, text
from .base import PracticeViewSet

MOST_IDS = 500
# Of a lead's history the newest of each kind.
MOST_ENTRIES = 100


class DistributeBody(serializers.Serializer):
    lead_ids = serializers.ListField(
        child=IdField(), min_length=1, max_length=MOST_IDS, required=False, help_text="By default all that wait."
    )
    strategy = serializers.ChoiceField(
        choices=[Entity.Strategy.ROUND_ROBIN.value, Entity.Strategy.WORKLOAD.value],
        required=False,
        help_text="By default the entity's; round robin where it assigns by hand.",
    )
    max_per_agent = serializers.IntegerField(
        min_value=1,
        required=False,
        help_text="Open leads that a person may hold afterwards; more than the entity allows is taken as that.",
    )
    reason = text(255)


class DistributedShape(Shape):
    lead_id = serializers.IntegerField()
    practice_name = serializers.CharField(source="lead.company", allow_null=True)
    assigned_user_id = serializers.IntegerField()
    assigned_user_name = serializers.SerializerMethodField()
    rule = serializers.CharField(source="rule.name", allow_null=True, help_text="The rule that chose, if one did.")
    why = serializers.CharField(source="notes")

    @staticmethod
    def get_assigned_user_name(row: Assignment) -> str:
        return row.assigned_user.get_full_name()


class LeftShape(Shape):
    lead_id = serializers.IntegerField()
    reason = serializers.CharField()


class DistributionShape(Shape):
    distributed_count = serializers.IntegerField()
    distributed = DistributedShape(many=True)
    left_count = serializers.IntegerField()
    left = LeftShape(many=True, help_text=f"The first {distribution.LEFT_SHOWN} of them.")


class PastOwnerShape(Shape):
    id = serializers.IntegerField()
    assigned_user_id = serializers.IntegerField()
    assigned_user_name = serializers.SerializerMethodField()
    assigned_by_id = serializers.IntegerField(allow_null=True, help_text="Null when the system assigned it.")
    assigned_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    rule = serializers.CharField(source="rule.name", allow_null=True)
    reason = serializers.CharField(source="reassignment_reason", allow_null=True)
    why = serializers.CharField(source="notes", allow_null=True)
    end_reason = serializers.CharField(allow_null=True)

    @staticmethod
    def get_assigned_user_name(row: Assignment) -> str:
        return row.assigned_user.get_full_name()


class PastStatusShape(Shape):
    id = serializers.IntegerField()
    status = serializers.CharField(source="status.name")
    entered_at = serializers.DateTimeField()
    exited_at = serializers.DateTimeField(allow_null=True)
    duration_hours = serializers.FloatField(allow_null=True)
    user_id = serializers.IntegerField(allow_null=True, help_text="Who moved the lead here; null for the system.")
    notes = serializers.CharField(allow_null=True)


class HistoryShape(Shape):
    lead_id = serializers.IntegerField()
    assignments = PastOwnerShape(many=True)
    stages = PastStatusShape(many=True)


class DistributionViewSet(PracticeViewSet):
    rights = {"distribute": "leads.assign_any"}

    @documented(body=DistributeBody, answer=DistributionShape, summary="Give waiting leads to agents")
    def distribute(self, request):
        """By the distribution rules and the strategy, the oldest lead first; nobody gets beyond the entity's
        `max_leads_per_user` or a rule's capacity. The answer says who got what and why, and what was left and why."""
        body = self.body(DistributeBody)
        found = distribution.distribute(
            entity=self.entity,
            by=request.user,
            leads=self._leads(body.get("lead_ids")),
            strategy=body.get("strategy", ""),
            max_per_user=body.get("max_per_agent"),
            reason=body.get("reason", ""),
        )
        counts = {"distributed_count": len(found.given), "left_count": found.left_count}
        given, left = DistributedShape.many(found.given), LeftShape.many(found.left)
        return Response(counts | {"distributed": given, "left": left})

    def _leads(self, ids: list[int] | None):
        leads = Lead.objects.in_pipeline("practice").in_entity_of(self.request.user)
        if ids is None:
            return leads.waiting()
        named = leads.filter(pk__in=ids)
        if named.count() < len(set(ids)):
            raise Invalid(fields={"lead_ids": "Some of these leads do not exist."})
        return named

    @documented(answer=HistoryShape, summary="Who owned a lead and where it stood, the newest first")
    def history(self, request, lead_id):
        lead = self.lead(lead_id)
        owners = Assignment.objects.filter(lead=lead).select_related("assigned_user", "rule")
        stays = StageEntry.objects.filter(lead=lead).select_related("status")
        return Response(
            {
                "lead_id": lead.pk,
                "assignments": PastOwnerShape.many(owners[:MOST_ENTRIES]),
                "stages": PastStatusShape.many(stays[:MOST_ENTRIES]),
            }
        )
