"""The growth face (growth.md)."""

from betterside.accounts.services import api_keys
from crm.services import contacts, tasks

from .rows import row, thing


@thing
def api_key(world):
    return api_keys.regenerate(by=world.admin).key


@thing
def contact(world):
    return contacts.create(by=world.rep, fields={"name": "Alice Johnson", "email": "alice@mail.example"})


@thing
def task(world):
    return tasks.create(by=world.rep, fields={"title": "Call Alice"}, about=world.growth_lead)


AS_GROWTH = {"X-API-Profile": "growth"}
READERS = {"staff": 200, "rest": 403}
OWNER = {"managers": 200, "rep": 200, "rest": 403}

# Dashboard
row("GET", "dashboard-stats", **READERS)
row("GET", "dashboard-revenue", **READERS)
row("GET", "dashboard-sources", **READERS)

# Leads; GET "leads" as growth is among the sales face's rows
BOB = {"name": "Bob Ray", "email": "bob@mail.example"}
row("POST", "leads", body=BOB, headers=AS_GROWTH, label="as growth", managers=201, sellers=201, cps=201, rest=403)
row("GET", "lead", on="growth_lead.public_id", headers=AS_GROWTH, label="as growth", **READERS)
row("GET", "lead", on="growth_lead.pk", headers=AS_GROWTH, label="as growth, by integer", **READERS)
row("GET", "lead", on="channel_lead.pk", headers=AS_GROWTH, label="a CP's, as growth", staff=200, cp=200, rest=403)
MOVE = {"status": "contacted"}
row("PATCH", "lead", on="growth_lead.public_id", body=MOVE, headers=AS_GROWTH, label="as growth", **OWNER)
GIVE = {"owner_id": "{rep_colleague.pk}"}
row("PATCH", "lead", on="growth_lead.public_id", body=GIVE, headers=AS_GROWTH, label="pass on, as growth", **OWNER)
row("DELETE", "lead", on="growth_lead.public_id", headers=AS_GROWTH, label="as growth", managers=204, rep=204, rest=403)
row("GET", "lead-activity", on="growth_lead.public_id", **READERS)
CALL = {"type": "call", "title": "Called"}
row("POST", "lead-activity", on="growth_lead.public_id", body=CALL, managers=201, rep=201, rest=403)

row("POST", "lead-convert", on="growth_lead.public_id", managers=201, rep=201, rest=403)
row("POST", "lead-convert", on="channel_lead.pk", label="a CP's", managers=201, cp=201, rest=403)

# Contacts
row("GET", "contacts", staff=200, cps=200, rest=403)
row("POST", "contacts", body=BOB, managers=201, sellers=201, cps=201, rest=403)
row(
    "POST", "contacts", body=BOB | GIVE, label="for somebody", managers=201, sellers=201, cps=201, foreign=400, rest=403
)
row("GET", "contact", on="contact.public_id", **READERS)
row("PATCH", "contact", on="contact.public_id", body={"phone": "1"}, **OWNER)
row("PATCH", "contact", on="contact.public_id", body=GIVE, label="pass on", **OWNER)
row("DELETE", "contact", on="contact.public_id", managers=204, rep=204, rest=403)
row("GET", "contact-history", on="contact.public_id", **READERS)
row("POST", "contact-history", on="contact.public_id", body=CALL, managers=201, rep=201, rest=403)

# Tasks
DO = {"title": "Call Alice", "due_date": "2026-12-24", "priority": "high"}
ABOUT = {"related_to_type": "lead", "related_to_id": "{growth_lead.public_id}"}
row("GET", "tasks", staff=200, cps=200, rest=403)
row("POST", "tasks", body=DO, managers=201, sellers=201, cps=201, rest=403)
row("POST", "tasks", body=DO | ABOUT, label="about a lead", managers=201, sellers=201, cps=400, foreign=400, rest=403)
row("POST", "tasks", body=DO | GIVE, label="for somebody", managers=201, sellers=201, cps=201, foreign=400, rest=403)
row("GET", "task", on="task.public_id", **READERS)
row("PATCH", "task", on="task.public_id", body={"completed": True}, **OWNER)
row("PATCH", "task", on="task.public_id", body=GIVE, label="pass on", **OWNER)
row("DELETE", "task", on="task.public_id", managers=204, rep=204, rest=403)

# Settings
row("GET", "settings-config", admin=200, rest=403)
row("POST", "settings-regenerate-key", admin=200, rest=403)
row("DELETE", "settings-api-key", admin=204, rest=403)
