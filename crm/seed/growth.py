"""Demo data of sociovia (DESIGN section 9): sixty days of leads, contacts with history, tasks.

Two ranges of thirty days, each with new and closed leads of several sources, so that every figure of the dashboard has
something to be compared with. The campaign is marketing's, seeded before; some leads came through it.
"""

import random
from datetime import date, datetime, timedelta

from django.utils import timezone

from betterside import clock
from betterside.accounts.models import Entity, User
from betterside.realtime import notifications

from ..models import Contact, Lead, LeadStatus
from ..services import activities, contacts, growth_leads, leads, tasks

DAYS, COUNT, WAITING = 60, 45, 3
FIRST_NAMES = [
    "Alice",
    "Bruno",
    "Carla",
    "Diego",
    "Elena",
    "Femi",
    "Grace",
    "Hugo",
    "Ines",
    "Jonas",
    "Kiran",
    "Lena",
    "Mateo",
    "Nadia",
    "Oscar",
]
LAST_NAMES = [
    "Johnson",
    "Alvarez",
    "Becker",
    "Costa",
    "Duarte",
    "Eriksen",
    "Fischer",
    "Gupta",
    "Hansen",
    "Ivanov",
    "Jansen",
]
COMPANIES = ["Acme Studio", "Bloom Bakery", "Cedar Clinics", "Delta Fitness", "Ember Travel", ""]
ROLES = ["Owner", "Head of Sales", "Marketing lead", "Buyer", ""]
ADS = "Facebook Ad"
SOURCES = [ADS, "Google", ADS, "LinkedIn", "Referral", ADS, "Manual"]
LINE = ["contacted", "qualified", "proposal", "closed"]
# What is noted at each step: (type, title, description)
NOTES = {
    "contacted": ("call", "First call", "Wants to know what a month costs"),
    "qualified": ("email_opened", "Opened Email", "The price list"),
    "proposal": ("meeting", "Showed the proposal", "Half an hour, with the owner"),
    "closed": ("note", "Signed", "Starts next month"),
}
TALKS = [
    ("call", "Asked how it goes", "All well, wants a second channel"),
    ("page_visit", "Visited the price page", "Twice in a week"),
    ("meeting", "Quarterly review", "Agreed on the next campaign"),
    ("email_opened", "Opened Email", "The newsletter"),
    ("note", "Prefers mornings", "Best before ten"),
]
# (title, description, priority, days from today or None, hour or None, about, who, completed)
TASKS = [
    ("Call back about the proposal", "They asked for two variants", "high", 0, None, "lead", "growth.rep1", False),
    ("Send the contract", "", "high", 0, 17, "lead", "growth.rep1", False),
    ("Ask for the logo files", "", "medium", -2, None, "lead", "growth.rep1", False),
    ("Compare the two ad sets", "The second costs more per lead", "medium", 1, None, "campaign", "growth.admin", False),
    ("Raise the budget", "If the cost per lead stays below 800", "low", 4, 10, "campaign", "growth.admin", False),
    ("Prepare the monthly report", "", "medium", 6, None, "general", "growth.admin", False),
    ("Tidy up the price list", "", "low", None, None, "general", "growth.rep1", False),
    ("Thank for the referral", "", "low", -5, None, "lead", "growth.rep1", True),
    ("Set up the Facebook page", "", "high", -20, None, "general", "growth.admin", True),
]


def run() -> None:
    entity = Entity.objects.get(slug="sociovia")
    if Lead.with_deleted.filter(entity=entity).exists():
        return
    people = {user.username: user for user in entity.users.all()}
    dice, now = random.Random("sociovia"), timezone.now()
    for index in range(COUNT):
        created = now - timedelta(days=DAYS) * (COUNT - index) / (COUNT + 1)
        _lead(dice, index, people, created, now)
    _contacts(dice, people, now)
    _tasks(entity, people, now)
    for user in people.values():
        notifications.mark_all_read(user=user)


def _lead(dice: random.Random, index: int, people: dict[str, User], created: datetime, now: datetime) -> None:
    """One lead with what was done about it; the newest have no owner yet."""
    admin, source = people["growth.admin"], SOURCES[index % len(SOURCES)]
    owner = people["growth.rep1"] if index % 3 else admin
    first, last = dice.choice(FIRST_NAMES), dice.choice(LAST_NAMES)
    fields = {
        "full_name": f"{first} {last}",
        "email": f"{first}.{last}{index}@mail.example".lower(),
        "phone": f"+91 97{dice.randint(10_000_000, 99_999_999)}",
        "company": dice.choice(COMPANIES),
        "job_title": dice.choice(ROLES),
        "source": source,
        "platform": "facebook" if source == ADS else "",
        "campaign": admin.entity.campaigns.first() if source == ADS else None,
        "score": dice.randint(20, 95),
        "value": dice.randint(6, 60) * 200,
    }
    with clock.at(created):
        lead = growth_leads.create(by=admin, fields=fields, owner=owner if index < COUNT - WAITING else None)
    if lead.assigned_user:
        _work_on(dice, lead, LINE if index % 3 == 0 else LINE[: dice.choice([0, 1, 1, 2, 3])], created, now)


def _work_on(dice: random.Random, lead: Lead, steps: list[str], moment: datetime, now: datetime) -> None:
    for word in steps:
        moment += timedelta(hours=dice.choice([3, 7, 20, 26, 44]))
        if moment >= now:
            break
        kind, title, text = NOTES[word]
        with clock.at(moment):
            status = LeadStatus.objects.named(word, pipeline="growth")
            leads.update(lead=lead, by=lead.assigned_user, fields={}, status=status)
            activities.log(
                lead=lead, by=lead.assigned_user, activity_type=kind, title=title, description=text, status="completed"
            )


def _contacts(dice: random.Random, people: dict[str, User], now: datetime) -> None:
    """Customers, who were leads, and two that came another way; each with a few talks since."""
    rep = people["growth.rep1"]
    won = Lead.objects.filter(entity=rep.entity).won().order_by("closed_at")
    for lead in won:
        with clock.at(lead.closed_at + timedelta(minutes=30)):
            contact, _is_new = contacts.convert(lead=lead, by=lead.assigned_user)
        _talk(dice, contact, lead.closed_at + timedelta(hours=1), now)
    for name, role, company in [("Petra Novak", "Accountant", "Novak & Co"), ("Sam Osei", "Printer", "Osei Print")]:
        fields = {"name": name, "email": f"{name.split()[0]}@mail.example".lower(), "role": role, "company": company}
        since = now - timedelta(days=dice.randint(20, 50))
        with clock.at(since):
            contact = contacts.create(by=rep, fields=fields | {"notes": "Works with us for years"})
        _talk(dice, contact, since, now)


def _talk(dice: random.Random, contact: Contact, since: datetime, now: datetime) -> None:
    moments = sorted(since + (now - since) * dice.random() for _n in range(3))
    for moment, (kind, title, text) in zip(moments, dice.sample(TALKS, 3), strict=True):
        with clock.at(moment):
            contacts.log(contact=contact, by=contact.owner, activity_type=kind, title=title, description=text)


def _tasks(entity: Entity, people: dict[str, User], now: datetime) -> None:
    waiting = Lead.objects.filter(entity=entity, assigned_user=people["growth.rep1"]).open()
    about = {"lead": list(waiting[:4]), "campaign": list(entity.campaigns.all()) * 2, "general": [None] * 4}
    for title, text, priority, ahead, hour, kind, who, completed in TASKS:
        fields = {"title": title, "description": text, "priority": priority}
        with clock.at(now - timedelta(days=25 if completed else 3)):
            task = tasks.create(
                by=people[who], fields=fields, due=_due(entity, now, ahead, hour), about=about[kind].pop(0)
            )
        if completed:
            with clock.at(now - timedelta(days=4)):
                tasks.update(task=task, by=people[who], fields={}, completed=True)


def _due(entity: Entity, now: datetime, ahead: int | None, hour: int | None) -> date | datetime | None:
    if ahead is None:
        return None
    local = now.astimezone(entity.zone) + timedelta(days=ahead)
    return local.date() if hour is None else local.replace(hour=hour, minute=0, second=0, microsecond=0)
