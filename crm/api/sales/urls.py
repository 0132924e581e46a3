from django.urls import path

from ..profiles import by_profile
from .activities import ActivityViewSet
from .activity_figures import ActivityFiguresViewSet
from .analytics import AnalyticsViewSet
from .assignments import AssignmentViewSet
from .custom_reports import CustomReportViewSet
from .exports import ExportViewSet
from .leads import LeadViewSet
from .report_recipients import RecipientViewSet
from .report_schedules import ScheduleViewSet
from .report_templates import TemplateViewSet
from .stage_figures import StageFiguresViewSet
from .stages import StageViewSet


def get(viewset, action: str):
    return viewset.as_view({"get": action})


def post(viewset, action: str):
    return viewset.as_view({"post": action})


def put(viewset, action: str):
    return viewset.as_view({"put": action})


lead = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}
leads = [
    path("leads", by_profile({"get": "list", "post": "create"}), name="leads"),
    path("leads/counts", get(LeadViewSet, "counts"), name="leads-counts"),
    path("leads/unassigned", get(LeadViewSet, "unassigned"), name="leads-unassigned"),
    path("leads/my-leads", get(LeadViewSet, "mine"), name="leads-mine"),
    path("leads/pipeline", get(LeadViewSet, "board"), name="leads-pipeline"),
    path("leads/<str:ref>", by_profile(lead), name="lead"),
]

assignments = [
    path("assignments/assign", post(AssignmentViewSet, "assign"), name="assignments-assign"),
    path("assignments/reassign", post(AssignmentViewSet, "reassign"), name="assignments-reassign"),
    path("assignments/unassign", post(AssignmentViewSet, "unassign"), name="assignments-unassign"),
    path("assignments/bulk-assign", post(AssignmentViewSet, "bulk_assign"), name="assignments-bulk-assign"),
    path("assignments/lead/<str:ref>", get(AssignmentViewSet, "of_lead"), name="assignments-lead"),
    path("assignments/lead/<str:ref>/history", get(AssignmentViewSet, "history"), name="assignments-lead-history"),
    path("assignments/entity", get(AssignmentViewSet, "of_entity"), name="assignments-entity"),
    path("assignments/user", get(AssignmentViewSet, "mine"), name="assignments-user"),
    path("assignments/workload-stats", get(AssignmentViewSet, "workload"), name="assignments-workload"),
]

stages = [
    path("stages/change-status", post(StageViewSet, "change_status"), name="stages-change-status"),
    path("stages/update-notes", put(StageViewSet, "update_notes"), name="stages-update-notes"),
    path("stages/lead/<str:ref>/current", get(StageViewSet, "current"), name="stages-current"),
    path("stages/lead/<str:ref>/history", get(StageViewSet, "history"), name="stages-history"),
    path("stages/lead/<str:ref>/next-statuses", get(StageViewSet, "next_statuses"), name="stages-next-statuses"),
    path(
        "stages/performance-metrics", get(StageFiguresViewSet, "performance_metrics"), name="stages-performance-metrics"
    ),
    path("stages/user-performance", get(StageFiguresViewSet, "user_performance"), name="stages-user-performance"),
    path("stages/transition-matrix", get(StageFiguresViewSet, "transition_matrix"), name="stages-transition-matrix"),
    path("stages/sla-violations", get(StageFiguresViewSet, "sla_violations"), name="stages-sla-violations"),
    path("stages/conversion-rates", get(StageFiguresViewSet, "conversion_rates"), name="stages-conversion-rates"),
    path("stages/summary", get(StageFiguresViewSet, "summary"), name="stages-summary"),
    path("stages/recent-changes", get(StageFiguresViewSet, "recent_changes"), name="stages-recent-changes"),
    path("stages/status-statistics", get(StageFiguresViewSet, "status_statistics"), name="stages-status-statistics"),
    path("stages/sla-compliance", get(StageFiguresViewSet, "sla_compliance"), name="stages-sla-compliance"),
    path(
        "stages/workflow-efficiency", get(StageFiguresViewSet, "workflow_efficiency"), name="stages-workflow-efficiency"
    ),
    path(
        "stages/bottleneck-analysis", get(StageFiguresViewSet, "bottleneck_analysis"), name="stages-bottleneck-analysis"
    ),
]

follow_ups = "activities/follow-ups"
activities = [
    path("activities/log", post(ActivityViewSet, "log"), name="activities-log"),
    path("activities/lead/<str:ref>", get(ActivityViewSet, "of_lead"), name="activities-lead"),
    path("activities/lead/<str:ref>/timeline", get(ActivityViewSet, "timeline"), name="activities-timeline"),
    path("activities/entity", get(ActivityViewSet, "of_entity"), name="activities-entity"),
    path("activities/user", get(ActivityViewSet, "mine"), name="activities-user"),
    path("activities/recent", get(ActivityViewSet, "recent"), name="activities-recent"),
    path(f"{follow_ups}/pending", get(ActivityViewSet, "pending"), name="follow-ups-pending"),
    path(f"{follow_ups}/overdue", get(ActivityViewSet, "overdue"), name="follow-ups-overdue"),
    path(f"{follow_ups}/summary", get(ActivityFiguresViewSet, "follow_ups"), name="follow-ups-summary"),
    path("activities/update-status", put(ActivityViewSet, "update_status"), name="activities-update-status"),
    path("activities/update-follow-up", put(ActivityViewSet, "update_follow_up"), name="activities-update-follow-up"),
    path(
        "activities/bulk-update-follow-ups",
        put(ActivityViewSet, "bulk_update_follow_ups"),
        name="activities-bulk-update-follow-ups",
    ),
    path("activities/statistics", get(ActivityFiguresViewSet, "statistics"), name="activities-statistics"),
    path(
        "activities/user-performance",
        get(ActivityFiguresViewSet, "user_performance"),
        name="activities-user-performance",
    ),
    path(
        "activities/priority-distribution",
        get(ActivityFiguresViewSet, "priority_distribution"),
        name="activities-priority-distribution",
    ),
    path("activities/summary", get(ActivityFiguresViewSet, "summary"), name="activities-summary"),
]

analytics = [
    path("analytics/dashboard", get(AnalyticsViewSet, "dashboard"), name="analytics-dashboard"),
    path("analytics/leads", get(AnalyticsViewSet, "totals"), name="analytics-leads"),
    path("analytics/platforms", get(AnalyticsViewSet, "platforms"), name="analytics-platforms"),
    path("analytics/users", get(AnalyticsViewSet, "users"), name="analytics-users"),
    path("analytics/funnel", get(AnalyticsViewSet, "funnel"), name="analytics-funnel"),
    path("analytics/time-based", get(AnalyticsViewSet, "time_based"), name="analytics-time-based"),
    path("analytics/activities", get(AnalyticsViewSet, "activity_totals"), name="analytics-activities"),
    path("analytics/sla-compliance", get(AnalyticsViewSet, "sla_compliance"), name="analytics-sla-compliance"),
    path("analytics/custom-report", post(CustomReportViewSet, "make"), name="analytics-custom-report"),
]

export = "analytics/export"
exports = [
    path(export, ExportViewSet.as_view({"get": "list", "post": "create"}), name="analytics-export"),
    path(f"{export}/<int:export_id>", get(ExportViewSet, "retrieve"), name="analytics-export-state"),
    path(f"{export}/download/<str:token>", get(ExportViewSet, "download"), name="analytics-export-download"),
]
reporting = "reporting"
schedule = f"{reporting}/schedules/<int:schedule_id>"
many = {"get": "list", "post": "create"}
one = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}
reports = [
    path(f"{reporting}/templates", TemplateViewSet.as_view(many), name="report-templates"),
    path(f"{reporting}/templates/<int:template_id>", TemplateViewSet.as_view(one), name="report-template"),
    path(f"{reporting}/schedules", ScheduleViewSet.as_view(many), name="report-schedules"),
    path(schedule, ScheduleViewSet.as_view(one), name="report-schedule"),
    path(f"{schedule}/pause", post(ScheduleViewSet, "pause"), name="report-schedule-pause"),
    path(f"{schedule}/resume", post(ScheduleViewSet, "resume"), name="report-schedule-resume"),
    path(f"{schedule}/runs", get(ScheduleViewSet, "runs"), name="report-schedule-runs"),
    path(f"{reporting}/runs", get(ScheduleViewSet, "all_runs"), name="report-runs"),
    path(f"{reporting}/recipients", RecipientViewSet.as_view(many), name="report-recipients"),
    path(
        f"{reporting}/recipients/<int:recipient_id>",
        RecipientViewSet.as_view({"delete": "destroy"}),
        name="report-recipient",
    ),
]
urlpatterns = [*leads, *assignments, *stages, *activities, *analytics, *exports, *reports]
