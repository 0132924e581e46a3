"""The panel's pages."""

from betterside.realtime.notifications import Kind, notify

from .rows import page, thing


@thing
def panel_notification(world):
    return notify(user=world.cp, kind=Kind.LEAD_ASSIGNED, title="A lead was given to you", url="/leads")


NEW = {"name": "Asha Rao", "phone": "9876543210", "source": "organic"}
page("GET", "panel:dashboard", cps=200, managers=200, rest=403)
page("GET", "panel:leads", cps=200, managers=200, rest=403)
page("GET", "panel:lead_create", cps=200, rest=403)
page("POST", "panel:lead_create", body=NEW, cps=302, rest=403)
page("GET", "panel:lead", on="channel_lead.pk", cp=200, managers=200, rest=403)
page("POST", "panel:lead_status", on="channel_lead.pk", body={"status": "interested"}, cp=302, managers=302, rest=403)
DONE = {"kind": "call", "description": "Talked"}
AT = {"next_follow_up_date": "2100-01-05T10:30"}
MANY = {"lead": "{channel_lead.pk}", "status": "closed"}
OWNERS = {"cp": 302, "managers": 302, "rest": 403}
page("GET", "panel:leads", query="view=board", cps=200, managers=200, rest=403)
page("GET", "panel:lead_known", query="phone={channel_lead.phone}", cps=200, rest=403)
page("GET", "panel:leads_export", cps=200, managers=200, rest=403)
page("GET", "panel:leads_print", cps=200, managers=200, rest=403)
page("POST", "panel:leads_status", body=MANY, cp=302, managers=302, rest=403, foreign=404)
page("GET", "panel:lead_edit", on="channel_lead.pk", cp=200, managers=200, rest=403)
page("POST", "panel:lead_edit", on="channel_lead.pk", body=NEW, **OWNERS)
page("POST", "panel:lead_activities", on="channel_lead.pk", body=DONE, **OWNERS)
page("POST", "panel:lead_follow_up", on="channel_lead.pk", body=AT, **OWNERS)
page("POST", "panel:lead_follow_up_done", on="channel_lead.pk", **OWNERS)
page("GET", "panel:lead_delete", on="channel_lead.pk", cp=200, managers=200, rest=403)
page("POST", "panel:lead_delete", on="channel_lead.pk", **OWNERS)
page("GET", "panel:run_ads", cps=200, managers=200, rest=403)
ADS = {"project": "{project.pk}", "objective": "awareness", "budget_inr": "5000", "duration_days": "7"}
page("POST", "panel:run_ads", body=ADS, cp=302, cp_colleague=400, rest=403)
page("GET", "panel:ads_notes", on="ads_request.pk", cp=200, rest=403, foreign=403)
page("POST", "panel:ads_notes", on="ads_request.pk", body={"notes": "Call"}, cp=302, rest=403, foreign=403)
page("GET", "panel:ads_cancel", on="ads_request.pk", cp=200, rest=403, foreign=403)
page("POST", "panel:ads_cancel", on="ads_request.pk", cp=302, rest=403, foreign=403)
page("GET", "panel:ads_report", on="ads_request.pk", cp=200, managers=200, rest=403)
page("GET", "panel:ads_days", on="ads_request.pk", cp=200, managers=200, rest=403)
page("GET", "panel:marketing", cps=200, managers=200, rest=403)
page("POST", "panel:marketing", body={"type": "edm"}, cps=302, rest=403)
page("GET", "panel:profile", cps=200, rest=403)
page("POST", "panel:profile", body={"full_name": "Asha", "phone": "9876543210", "city": "Pune"}, cps=302, rest=403)
page("GET", "panel:notifications", cps=200, managers=200, rest=403)
page("GET", "panel:bell", cps=200, managers=200, rest=403)
page("POST", "panel:notifications_read", cps=302, managers=302, rest=403)
page("POST", "panel:notification_read", on="panel_notification.pk", cp=302, rest=403, foreign=404)
page("POST", "panel:notification_choices", body={"lead_assigned": "on"}, cps=302, managers=302, rest=403)
