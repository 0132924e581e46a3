"""/api/v1/distribution/rules: which leads go to whom, for admins and managers."""

from rest_framework import serializers
from rest_framework.response import Response

from betterside.api.paging import SkipQuery
from betterside.api.schema import documented
from betterside.api.shapes import Shape
from betterside.api.views import created, no_content
from crm.models import DistributionRule
from crm.models.practice import STATES
from crm.services import distribution_rules
from crm.services.distribution_rules import RuleNotFound

from ..sales.fields import IdField
from .base import PracticeViewSet, page

SMALL, INTEGER = 2**15 - 1, 2**31 - 1


class RuleFields(serializers.Serializer):
    name = serializers.CharField(max_length=100)
    states = serializers.ListField(
        child=serializers.ChoiceField(choices=sorted(STATES)),
        max_length=len(STATES),
        default=list,
        help_text="Empty: every state.",
    )
    specialties = serializers.ListField(
        child=serializers.CharField(max_length=100), max_length=100, default=list, help_text="Empty: every specialty."
    )
    agent_ids = serializers.ListField(
        child=IdField(), max_length=200, default=list, help_text="Empty: everybody who may be given leads."
    )
    capacity = serializers.IntegerField(
        min_value=1,
        max_value=INTEGER,
        default=None,
        allow_null=True,
        help_text="Open leads that one person may hold by this rule; null: as many as the entity allows.",
    )
    priority = serializers.IntegerField(
        min_value=0, max_value=SMALL, default=100, help_text="The lowest number is tried first."
    )
    is_active = serializers.BooleanField(default=True)


class DistributionRuleShape(Shape):
    id = serializers.IntegerField()
    name = serializers.CharField()
    states = serializers.ListField(child=serializers.CharField())
    specialties = serializers.ListField(child=serializers.CharField())
    agent_ids = serializers.SerializerMethodField()
    capacity = serializers.IntegerField(allow_null=True)
    priority = serializers.IntegerField()
    is_active = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    @staticmethod
    def get_agent_ids(rule: DistributionRule) -> list[int]:
        return sorted(row.user_id for row in rule.rows_of_agents.all())


class DistributionRuleViewSet(PracticeViewSet):
    """Rules are tried by `priority`. The first that covers the lead and has somebody free decides among whom the
    strategy chooses. A lead that rules cover goes to their agents only; one that none covers may go to anybody."""

    right = "leads.assign_any"

    def rules(self):
        return DistributionRule.objects.in_entity_of(self.request.user).prefetch_related("rows_of_agents")

    @documented(
        query=SkipQuery, answer=DistributionRuleShape(many=True), summary="Distribution rules, as they are tried"
    )
    def list(self, request):
        return page(DistributionRuleShape, self.rules(), self.query(SkipQuery))

    @documented(body=RuleFields, answer=DistributionRuleShape, status=201, summary="Add a distribution rule")
    def create(self, request):
        fields = self.body(RuleFields)
        agent_ids = fields.pop("agent_ids")
        return created(
            DistributionRuleShape.of(distribution_rules.create(by=request.user, fields=fields, agent_ids=agent_ids))
        )

    @documented(answer=DistributionRuleShape, summary="One distribution rule")
    def retrieve(self, request, rule_id):
        rule = self.rules().filter(pk=rule_id).first()
        if rule is None:
            raise RuleNotFound
        return Response(DistributionRuleShape.of(rule))

    @documented(body=RuleFields, answer=DistributionRuleShape, summary="Write a rule anew; what is not sent is reset")
    def update(self, request, rule_id):
        return self._change(rule_id, partial=False)

    @documented(body=RuleFields, answer=DistributionRuleShape, summary="Change a rule; what is not sent stays")
    def partial_update(self, request, rule_id):
        return self._change(rule_id, partial=True)

    def _change(self, rule_id: int, *, partial: bool):
        fields = self.body(RuleFields, partial=partial)
        agent_ids = fields.pop("agent_ids", None)
        rule = distribution_rules.update(pk=rule_id, by=self.request.user, fields=fields, agent_ids=agent_ids)
        return Response(DistributionRuleShape.of(rule))

    @documented(status=204, summary="Delete a rule; leads given by it stay where they are")
    def destroy(self, request, rule_id):
        distribution_rules.delete(pk=rule_id, by=request.user)
        return no_content()
