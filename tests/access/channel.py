"""The channel face (channel.md): a CP and their own; managers see what their CPs do."""

from django.conf import settings

from betterside.realtime.notifications import Kind, notify
from cp.services import marketing
from cp.tests.factories import AdsRequestFactory, mapped_project

from .rows import row, thing


@thing
def project(world):
    return mapped_project(world.cp)


@thing
def ads_request(world):
    return AdsRequestFactory(cp=world.cp, project=world.project)


@thing
def marketing_request(world):
    """Without a file, so its CP gets 404."""
    return marketing.request(by=world.cp, type="creative")


@thing
def notification(world):
    return notify(user=world.cp, kind=Kind.LEAD_ASSIGNED, title="A lead was given to you")


LEAD = {"name": "Asha Rao", "phone": "9876543210"}
row("GET", "cp-leads", managers=200, cps=200, rest=403)
row("POST", "cp-leads", body=LEAD, cps=201, rest=403)
row("GET", "cp-lead", on="channel_lead.pk", managers=200, cp=200, rest=403)
row("PUT", "cp-lead", on="channel_lead.pk", body=LEAD | {"notes": "Call"}, managers=200, cp=200, rest=403)
row("PATCH", "cp-lead", on="channel_lead.pk", body={"status": "interested"}, managers=200, cp=200, rest=403)
row("DELETE", "cp-lead", on="channel_lead.pk", managers=204, cp=204, rest=403)
row("GET", "cp-lead-duplicates", query="phone=9876543210", cps=200, rest=403)
row("GET", "cp-dashboard", managers=200, cps=200, rest=403)
row("GET", "cp-projects", managers=200, cps=200, developer=200, rest=403)
row("GET", "cp-profile", cps=200, rest=403)
row("PUT", "cp-profile", body={"city": "Pune"}, cps=200, rest=403)

ADS = {"project_id": "{project.pk}", "objective": "awareness", "budget_inr": 5000, "duration_days": 7}
row("GET", "cp-ads-requests", managers=200, cps=200, rest=403)
row("POST", "cp-ads-requests", body=ADS, cp=201, cp_colleague=400, rest=403)
row("GET", "cp-ads-request", on="ads_request.pk", managers=200, cp=200, rest=403)
row("PUT", "cp-ads-request", on="ads_request.pk", body={"notes": "Call"}, cp=200, rest=403, foreign=403)
row("GET", "cp-ads-request-results", on="ads_request.pk", managers=200, cp=200, rest=403)

row("GET", "cp-marketing", managers=200, cps=200, rest=403)
row("POST", "cp-marketing-increment", rest=403)
row(
    "POST",
    "cp-marketing-increment",
    body={"cp_id": "{cp.pk}", "creatives": 1},
    headers={"X-Admin-Token": settings.ADMIN_API_TOKEN},
    label="with the token",
    everyone=200,
    cps=403,
)
row("GET", "cp-marketing-request", managers=200, cps=200, rest=403)
row("POST", "cp-marketing-request", body={"type": "edm"}, cps=201, rest=403)
row("GET", "cp-marketing-file", on="marketing_request.pk", managers=404, cp=404, rest=403)

row("GET", "cp-notifications", managers=200, cps=200, rest=403)
row("POST", "cp-notifications-read", managers=200, cps=200, rest=403)
row("POST", "cp-notification-read", on="notification.pk", cp=200, rest=403)
row("GET", "cp-notification-choices", managers=200, cps=200, rest=403)
row("PUT", "cp-notification-choices", body={"follow_up_due": False}, managers=200, cps=200, rest=403)
