"""The practice face (practice.md): agents edit the leads assigned to them, admins and managers any."""

from crm.services import distribution_rules
from crm.tests.factories import make_lead

from .rows import row, thing


@thing
def distribution_rule(world):
    return distribution_rules.create(
        by=world.admin, fields={"name": "California", "states": ["CA"]}, agent_ids=[world.agent.pk]
    )


@thing
def waiting_practice(world):
    return make_lead(entity=world.entity, pipeline="practice")


# Leads
CITY = {"city": "Austin"}
row("GET", "practice-leads", managers=200, sellers=200, support=200, cps=200, rest=403)
row("POST", "practice-leads", body={"practice_name": "Heart Clinic"}, managers=201, sellers=201, cps=201, rest=403)
row("GET", "practice-lead", on="practice_lead.pk", managers=200, sellers=200, support=200, rest=403)
row("PUT", "practice-lead", on="practice_lead.pk", body=CITY, managers=200, agent=200, rest=403)
row("PATCH", "practice-lead", on="practice_lead.pk", body=CITY, managers=200, agent=200, rest=403)
row("DELETE", "practice-lead", on="practice_lead.pk", managers=204, agent=204, rest=403)
row("GET", "practice-lead-history", on="practice_lead.pk", managers=200, sellers=200, support=200, rest=403)

# Distribution
NAMED = {"lead_ids": ["{waiting_practice.pk}"], "strategy": "workload", "max_per_agent": 5, "reason": "Monday"}
row("POST", "practice-distribute", body=NAMED, managers=200, foreign=422, rest=403)
row("POST", "practice-distribute", body={}, label="all that wait", managers=200, rest=403)
row("GET", "practice-distribution-rules", managers=200, rest=403)
RULE = {"name": "Texas", "states": ["TX"], "specialties": ["Cardiology"], "agent_ids": ["{agent.pk}"], "capacity": 5}
row("POST", "practice-distribution-rules", body=RULE, managers=201, foreign=422, rest=403)
row("GET", "practice-distribution-rule", on="distribution_rule.pk", managers=200, rest=403)
row("PUT", "practice-distribution-rule", on="distribution_rule.pk", body={"name": "West"}, managers=200, rest=403)
row("PATCH", "practice-distribution-rule", on="distribution_rule.pk", body={"priority": 1}, managers=200, rest=403)
row("DELETE", "practice-distribution-rule", on="distribution_rule.pk", managers=204, rest=403)

# Gamification and analytics
FIGURES = {"managers": 200, "sellers": 200, "support": 200, "rest": 403}
row("GET", "practice-leaderboard", **FIGURES)
row("GET", "practice-leaderboard", query="period=all", **FIGURES)
row("GET", "practice-performance", rest=200)
row("GET", "practice-dashboard", **FIGURES)
