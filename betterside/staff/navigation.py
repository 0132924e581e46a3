"""The sidebar: every registered model that the signed-in person may see, under headings."""

from django.apps import apps
from django.contrib import admin
from django.urls import reverse

# heading: (model, words, icon)
GROUPS = {
    "People": [
        ("accounts.User", "Users", "person"),
        ("accounts.Entity", "Entities", "domain"),
        ("accounts.Login", "Logins", "login"),
    ],
    "Leads": [
        ("crm.Lead", "Leads", "contact_phone"),
        ("crm.Contact", "Contacts", "contacts"),
        ("crm.Task", "Tasks", "task_alt"),
        ("crm.Activity", "Activities", "history"),
        ("crm.Pipeline", "Pipelines", "view_kanban"),
        ("crm.LeadStatus", "Statuses", "label"),
        ("crm.DistributionRule", "Distribution rules", "rule"),
        ("crm.LeadMeta", "Captured from", "travel_explore"),
    ],
    "Channel partners": [
        ("cp.CPProfile", "Profiles", "badge"),
        ("cp.Project", "Projects", "apartment"),
        ("cp.AdsRequest", "Ads requests", "campaign"),
        ("cp.MarketingRequest", "Marketing requests", "brush"),
        ("cp.MarketingCounter", "Marketing counters", "tag"),
    ],
    "Marketing": [
        ("marketing.Campaign", "Campaigns", "ads_click"),
        ("marketing.AdAccount", "Ad accounts", "account_balance_wallet"),
        ("marketing.InboxEntry", "Inbox", "inbox"),
        ("marketing.CaptureRoute", "Capture routes", "alt_route"),
        ("marketing.MetaPage", "Pages", "web"),
        ("marketing.WebsiteIntake", "Website forms", "language"),
        ("marketing.ReconcileRun", "Reconciliations", "fact_check"),
    ],
    "Reports": [
        ("crm.Export", "Exports", "download"),
        ("crm.ReportTemplate", "Report templates", "summarize"),
        ("crm.ReportSchedule", "Report schedules", "event_repeat"),
        ("crm.ReportRun", "Report runs", "outgoing_mail"),
        ("crm.AllowedRecipient", "Outside recipients", "alternate_email"),
    ],
    "System": [
        ("procrastinate.ProcrastinateJob", "Jobs", "manufacturing"),
        ("realtime.Event", "Events", "bolt"),
        ("admin.LogEntry", "Staff log", "policy"),
        ("auth.Group", "Staff groups", "groups"),
    ],
}


def groups(request) -> list[dict]:
    """For UNFOLD["SIDEBAR"]["navigation"]: headings without a visible model are left out."""
    found = [{"items": [{"title": "What waits", "icon": "inbox", "link": reverse("admin:index")}]}]
    for heading, rows in GROUPS.items():
        items = [_item(request, *row) for row in rows]
        if items := list(filter(None, items)):
            found.append({"title": heading, "separator": True, "items": items})
    return found


def _item(request, label: str, words: str, icon: str) -> dict | None:
    app_label, model_name = label.lower().split(".")
    model = apps.all_models[app_label].get(model_name)
    model_admin = admin.site._registry.get(model)
    if model_admin is None or not model_admin.has_view_permission(request):
        return None
    return {"title": words, "icon": icon, "link": reverse(f"admin:{app_label}_{model_name}_changelist")}
