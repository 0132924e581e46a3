"""The marketing face (marketing.md), and the doors for leads (sales.md, "Webhook Endpoints")."""

from .rows import row

row("GET", "marketing-leads", managers=200, sellers=200, support=200, cps=200, rest=403)
row("POST", "marketing-leads", body={"first_name": "Asha"}, managers=201, sellers=201, cps=201, rest=403)
row("GET", "marketing-lead", on="marketing_lead.pk", managers=200, sellers=200, support=200, rest=403)
row("PATCH", "marketing-lead", on="marketing_lead.pk", body={"score": 5}, managers=200, rep=200, rest=403)
row("DELETE", "marketing-lead", on="marketing_lead.pk", managers=200, rep=200, rest=403)
row("GET", "campaigns", managers=200, sellers=200, support=200, rest=403)

# Doors for machines: what opens them is a signature or a form key, not an account.
FORM = {"entity_id": "{entity.pk}", "answers": {}}
row("GET", "webhook-facebook", everyone=503)
row("POST", "webhook-facebook", body={"entry": []}, everyone=503)
row("POST", "webhook-website", body=FORM, everyone=400)
