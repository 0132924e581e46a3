"""The channel face (channel.md): a CP and their own; managers see what their CPs do."""

from cp.tests.factories import mapped_project

from .rows import row, thing


@thing
def project(world):
    return mapped_project(world.cp)


LEAD = {"name": "Asha Rao", "phone": "9876543210"}
row("GET", "cp-leads", managers=200, cps=200, rest=403)
row("POST", "cp-leads", body=LEAD, cps=201, rest=403)
row("GET", "cp-lead", on="channel_lead.pk", managers=200, cp=200, rest=403)
row("PUT", "cp-lead", on="channel_lead.pk", body=LEAD | {"notes": "Call"}, managers=200, cp=200, rest=403)
row("PATCH", "cp-lead", on="channel_lead.pk", body={"status": "interested"}, managers=200, cp=200, rest=403)
row("DELETE", "cp-lead", on="channel_lead.pk", managers=204, cp=204, rest=403)
row("GET", "cp-projects", managers=200, cps=200, developer=200, rest=403)
row("GET", "cp-profile", cps=200, rest=403)
row("PUT", "cp-profile", body={"city": "Pune"}, cps=200, rest=403)
