"""The figures of /api/stages (sales.md; DESIGN section 6). Ranges are about stays that began in them, for
status-statistics, sla-compliance and workflow-efficiency about leads created in them."""

from rest_framework import serializers

from betterside import clock
from betterside.api.sales import success
from betterside.api.schema import documented
from crm import filters
from crm.analytics import efficiency, entry_rows, sla, stages

from .base import SalesViewSet, list_of, one_of, page, page_of
from .fields import IdField, LimitQuery, PageQuery, PersonRange, PipelineField, PipelineRange
from .figure_shapes import (
    BottleneckShape,
    ComplianceShape,
    ConversionShape,
    EfficiencyShape,
    PerformanceShape,
    StageMoveShape,
    StageSummaryShape,
    StatusStatisticsShape,
    TransitionShape,
    UserStagesShape,
    ViolationShape,
)


class SlaHours(serializers.Serializer):
    sla_hours = serializers.IntegerField(
        min_value=1, max_value=100_000, required=False, help_text="By default each status's own."
    )


class ViolationQuery(SlaHours, PageQuery):
    pipeline = PipelineField()
    assigned_user_id = IdField(required=False)


class ComplianceQuery(SlaHours, PipelineRange):
    pass


class UserStageQuery(PersonRange, PipelineRange):
    pass


class StageFiguresViewSet(SalesViewSet):
    """All leads of the entity; `?pipeline=` narrows. Statuses of the main pipeline (or of the one asked for) are
    listed even when they have no figures."""

    right = "analytics.read"
    rights = {"recent_changes": "leads.read"}

    def shown(self, query: dict) -> str:
        return query.get("pipeline", self.entity.main_pipeline)

    @documented(query=PipelineRange, answer=list_of(PerformanceShape), summary="How long leads stay in each status")
    def performance_metrics(self, request):
        query = self.query(PipelineRange)
        return success(stages.performance(request.user, query, now=clock.now(), pipeline=self.shown(query)))

    @documented(query=UserStageQuery, answer=list_of(UserStagesShape), summary="Who moved leads")
    def user_performance(self, request):
        return success(stages.by_user(request.user, self.query(UserStageQuery)))

    @documented(query=PipelineRange, answer=list_of(TransitionShape), summary="Which steps leads took")
    def transition_matrix(self, request):
        return success(stages.transitions(request.user, self.query(PipelineRange)))

    @documented(query=PipelineRange, answer=list_of(ConversionShape), summary="Who goes on from each status")
    def conversion_rates(self, request):
        query = self.query(PipelineRange)
        return success(stages.conversion(request.user, query, pipeline=self.shown(query)))

    @documented(query=PipelineRange, answer=list_of(StatusStatisticsShape), summary="Where leads are now")
    def status_statistics(self, request):
        query = self.query(PipelineRange)
        return success(stages.statistics(request.user, query, now=clock.now(), pipeline=self.shown(query)))

    @documented(answer=one_of(StageSummaryShape), summary="The stages at a glance")
    def summary(self, request):
        return success(stages.summary(request.user, now=clock.now(), pipeline=self.entity.main_pipeline))

    @documented(query=LimitQuery, answer=list_of(StageMoveShape), summary="The latest moves")
    def recent_changes(self, request):
        related = ("lead", "status", "previous__status", "user")
        found = entry_rows.stays(request.user, {}).changes().select_related(*related)[: self.query(LimitQuery)["limit"]]
        return success(StageMoveShape.many(found))

    @documented(query=ViolationQuery, answer=page_of(ViolationShape), summary="Leads that wait longer than the SLA")
    def sla_violations(self, request):
        query = self.query(ViolationQuery)
        of_leads = {name: query[name] for name in ("pipeline", "assigned_user_id") if name in query}
        wanted = {"now": clock.now(), "sla_hours": query.get("sla_hours")}
        found = sla.violations(filters.about_leads(entry_rows.stays(request.user, {}), of_leads, "lead__"), **wanted)
        total = sla.violating(self.request.user, of_leads, **wanted)
        return page(ViolationShape, found.select_related("lead__assigned_user", "status"), query, total=total)

    @documented(query=ComplianceQuery, answer=one_of(ComplianceShape), summary="How many leads are within SLA")
    def sla_compliance(self, request):
        query = self.query(ComplianceQuery)
        return success(sla.compliance(request.user, query, now=clock.now(), sla_hours=query.get("sla_hours")))

    @documented(query=PipelineRange, answer=one_of(EfficiencyShape), summary="What becomes of leads, and how fast")
    def workflow_efficiency(self, request):
        query = self.query(PipelineRange)
        return success(efficiency.workflow(request.user, query))

    @documented(query=PipelineRange, answer=list_of(BottleneckShape), summary="Where leads get stuck, slowest first")
    def bottleneck_analysis(self, request):
        query = self.query(PipelineRange)
        pipeline = self.shown(query)
        return success(efficiency.bottlenecks(request.user, query, now=clock.now(), pipeline=pipeline))
