"""The practice face (practice.md): agents edit the leads assigned to them, admins and managers any."""

from .rows import row

CITY = {"city": "Austin"}
row("GET", "practice-leads", managers=200, sellers=200, support=200, cps=200, rest=403)
row("POST", "practice-leads", body={"practice_name": "Heart Clinic"}, managers=201, sellers=201, cps=201, rest=403)
row("GET", "practice-lead", on="practice_lead.pk", managers=200, sellers=200, support=200, rest=403)
row("PUT", "practice-lead", on="practice_lead.pk", body=CITY, managers=200, agent=200, rest=403)
row("PATCH", "practice-lead", on="practice_lead.pk", body=CITY, managers=200, agent=200, rest=403)
row("DELETE", "practice-lead", on="practice_lead.pk", managers=204, agent=204, rest=403)
