"""The sales face (sales.md): the manager's view of every lead of the entity.

Managers everything; sellers read everything and change what is theirs; support reads; a CP has their own leads only;
developers and buyers nothing.
"""

from datetime import time

from crm.models import Activity
from crm.services import activities, exports, recipients, report_templates, schedules

from .rows import row, thing

SHEET = {"staff": 200, "cps": 200, "rest": 403}  # whoever reads leads, CPs their own
FIGURES = {"staff": 200, "rest": 403}  # figures over everybody's leads
OF_SALES_LEAD = {"staff": 200, "rest": 403}  # owned by `rep`: also a CP is refused
OWNER = {"managers": 200, "rep": 200, "rest": 403}


@thing
def sales_stage(world):
    return world.sales_lead.stages.get()


@thing
def follow_up(world):
    return activities.log(
        lead=world.sales_lead,
        by=world.rep,
        activity_type=Activity.Type.CALL,
        description="Call again",
        next_follow_up_date=world.sales_lead.created_at,
    )


@thing
def asked_export(world):
    """The manager's, ready."""
    return exports.ask(by=world.manager, report_type="lead_analytics", file_format="csv", filters={})


@thing
def report_schedule(world):
    """Daily, of a template that the manager made."""
    template = report_templates.create(by=world.manager, name="Daily", report_type="lead_analytics", filters={})
    return schedules.create(template=template, by=world.manager, fields={"frequency": "daily", "time": time(9)})


@thing
def outside_recipient(world):
    return recipients.allow(address="auditor@outside.example", by=world.admin)


# Leads
row("GET", "leads", **SHEET)
row("GET", "leads", headers={"X-API-Profile": "growth"}, label="as growth", **SHEET)
row("POST", "leads", body={"full_name": "Jane Smith"}, managers=201, sellers=201, cps=201, rest=403)
row("GET", "leads-counts", **SHEET)
row("GET", "leads-unassigned", **SHEET)
row("GET", "leads-mine", **SHEET)
row("GET", "leads-pipeline", **SHEET)
row("GET", "lead", on="sales_lead.pk", **OF_SALES_LEAD)
row("GET", "lead", on="sales_lead.public_id", label="by UUID", **OF_SALES_LEAD)
row("GET", "lead", on="channel_lead.pk", label="a CP's", staff=200, cp=200, rest=403)
row("PUT", "lead", on="sales_lead.pk", body={"first_name": "Jane"}, **OWNER)
row("PUT", "lead", on="sales_lead.public_id", body={"first_name": "Jane"}, label="by UUID", **OWNER)
row("PATCH", "lead", on="sales_lead.pk", body={"notes": "Call"}, **OWNER)
row("PATCH", "lead", on="channel_lead.pk", body={"notes": "Call"}, label="a CP's", managers=200, cp=200, rest=403)
row("DELETE", "lead", on="sales_lead.pk", **OWNER)

# Assignments
ASSIGN = {"leadId": "{unassigned_lead.pk}", "assignedUserId": "{rep.pk}"}
row("POST", "assignments-assign", body=ASSIGN, managers=200, rep=200, foreign=404, rest=403)
REASSIGN = {"leadId": "{sales_lead.pk}", "newAssignedUserId": "{rep_colleague.pk}"}
row("POST", "assignments-reassign", body=REASSIGN, foreign=404, **OWNER)
row("POST", "assignments-unassign", body={"leadId": "{sales_lead.pk}"}, foreign=404, **OWNER)
row(
    "POST",
    "assignments-unassign",
    body={"leadId": "{channel_lead.pk}"},
    label="a CP's",
    foreign=404,
    managers=200,
    rest=403,
)
row("POST", "assignments-bulk-assign", body={"reason": "Weekly"}, managers=200, rest=403)
row("GET", "assignments-lead", on="sales_lead.pk", **OF_SALES_LEAD)
row("GET", "assignments-lead-history", on="sales_lead.public_id", **OF_SALES_LEAD)
row("GET", "assignments-entity", **SHEET)
row("GET", "assignments-user", **SHEET)
row("GET", "assignments-workload", **FIGURES)

# Stages
MOVE = {"leadId": "{sales_lead.pk}", "statusId": 2}
row("POST", "stages-change-status", body=MOVE, foreign=404, **OWNER)
row("PUT", "stages-update-notes", body={"stageId": "{sales_stage.pk}", "notes": "Warm"}, foreign=404, **OWNER)
row("GET", "stages-current", on="sales_lead.pk", **OF_SALES_LEAD)
row("GET", "stages-history", on="sales_lead.pk", **OF_SALES_LEAD)
row("GET", "stages-next-statuses", on="sales_lead.pk", **OF_SALES_LEAD)
row("GET", "stages-recent-changes", **SHEET)
row("GET", "stages-performance-metrics", **FIGURES)
row("GET", "stages-user-performance", query="user_id={rep.pk}", **FIGURES)
row("GET", "stages-transition-matrix", **FIGURES)
row("GET", "stages-sla-violations", **FIGURES)
row("GET", "stages-conversion-rates", **FIGURES)
row("GET", "stages-summary", **FIGURES)
row("GET", "stages-status-statistics", **FIGURES)
row("GET", "stages-sla-compliance", **FIGURES)
row("GET", "stages-workflow-efficiency", **FIGURES)
row("GET", "stages-bottleneck-analysis", **FIGURES)

# Activities
CALL = {"leadId": "{sales_lead.pk}", "activityType": "call", "description": "Called"}
row("POST", "activities-log", body=CALL, foreign=404, managers=201, rep=201, rest=403)
row("GET", "activities-lead", on="sales_lead.pk", **OF_SALES_LEAD)
row("GET", "activities-timeline", on="sales_lead.pk", **OF_SALES_LEAD)
row("GET", "activities-entity", **SHEET)
row("GET", "activities-user", **SHEET)
row("GET", "activities-recent", **SHEET)
row("GET", "activities-summary", **SHEET)
row("GET", "activities-statistics", **FIGURES)
row("GET", "activities-user-performance", query="user_id={rep.pk}", **FIGURES)
row("GET", "activities-priority-distribution", **FIGURES)
row("GET", "follow-ups-pending", **SHEET)
row("GET", "follow-ups-overdue", **SHEET)
row("GET", "follow-ups-summary", **SHEET)
DONE = {"activityId": "{follow_up.pk}", "status": "completed"}
row("PUT", "activities-update-status", body=DONE, foreign=404, **OWNER)
LATER = {"nextFollowUpDate": "2026-12-24T10:00:00Z"}
row("PUT", "activities-update-follow-up", body=LATER | {"activityId": "{follow_up.pk}"}, foreign=404, **OWNER)
row("PUT", "activities-bulk-update-follow-ups", body=LATER | {"activityIds": ["{follow_up.pk}"]}, foreign=404, **OWNER)

# Analytics
TEAM = {"staff": 200, "rest": 403}
row("GET", "analytics-dashboard", **TEAM)
row("GET", "analytics-leads", **TEAM)
row("GET", "analytics-platforms", **TEAM)
row("GET", "analytics-users", **TEAM)
row("GET", "analytics-funnel", **TEAM)
row("GET", "analytics-time-based", **TEAM)
row("GET", "analytics-activities", **TEAM)
row("GET", "analytics-sla-compliance", **TEAM)

# Reports
REPORT = {"report_type": "lead_performance", "filters": {"status": ["new"], "assigned_user_id": "{rep.pk}"}}
row("POST", "analytics-custom-report", body=REPORT, managers=200, rest=403)
row("GET", "analytics-export", managers=200, rest=403)
EXPORT = {"report_type": "leads", "format": "json", "filters": {"platform": "facebook", "project_id": 1}}
row("POST", "analytics-export", body=EXPORT, managers=201, rest=403)
row("GET", "analytics-export-state", on="asked_export.export.pk", managers=200, rest=403)
row("GET", "analytics-export-download", on="asked_export.token", manager=200, rest=403)

REPORTS = {"managers": 200, "rest": 403}
TEMPLATE = {
    "name": "Monthly Lead Performance",
    "type": "lead_analytics",
    "filters": {"group_by": "month", "include_platforms": True, "include_conversion_funnel": True},
    "schedule": {"frequency": "monthly", "day_of_month": 1, "time": "09:00"},
}
row("GET", "report-templates", **REPORTS)
row("POST", "report-templates", body=TEMPLATE, managers=201, rest=403)
row("GET", "report-template", on="report_schedule.template_id", **REPORTS)
row("PUT", "report-template", on="report_schedule.template_id", body=TEMPLATE, **REPORTS)
row("PATCH", "report-template", on="report_schedule.template_id", body={"name": "Weekly"}, **REPORTS)
row("DELETE", "report-template", on="report_schedule.template_id", **REPORTS)
SCHEDULE = {"template_id": "{report_schedule.template_id}", "frequency": "weekly", "day_of_week": 5, "time": "08:30"}
row("GET", "report-schedules", **REPORTS)
row("POST", "report-schedules", body=SCHEDULE, managers=201, foreign=400, rest=403)
row("GET", "report-schedule", on="report_schedule.pk", **REPORTS)
row("PUT", "report-schedule", on="report_schedule.pk", body={"frequency": "daily"}, **REPORTS)
row("PATCH", "report-schedule", on="report_schedule.pk", body={"recipients": ["{rep.email}"]}, **REPORTS)
row("DELETE", "report-schedule", on="report_schedule.pk", **REPORTS)
row("POST", "report-schedule-pause", on="report_schedule.pk", **REPORTS)
row("POST", "report-schedule-resume", on="report_schedule.pk", **REPORTS)
row("GET", "report-schedule-runs", on="report_schedule.pk", **REPORTS)
row("GET", "report-runs", **REPORTS)
row("GET", "report-recipients", **REPORTS)
ADDRESS = {"address": "cfo@outside.example"}
row("POST", "report-recipients", body=ADDRESS, admin=201, foreign=403, rest=403)
row("DELETE", "report-recipient", on="outside_recipient.pk", admin=200, foreign=403, rest=403)
