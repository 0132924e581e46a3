"""Demo leads of the sales teams (DESIGN section 9): two months of fxcareers, two weeks of yamarkets.

Made by the services with the clock set back, so that stages, assignments and activities carry the times they had. The
dice are loaded: every machine gets the same people and steps, counted back from today.
"""

import random
from datetime import datetime, timedelta

from django.utils import timezone

from betterside import clock
from betterside.accounts.models import Entity, User
from betterside.realtime import notifications

from ..models import Activity, Lead, LeadStatus
from ..services import activities, distribution, leads, stages

FIRST_NAMES = "Aarav Ananya Dev Divya Farhan Isha Jatin Kavya Kunal Leela Manav Neha Omar Pooja Rohan Sana Tara Vivek"
LAST_NAMES = "Agarwal Bose Chopra Desai Fernandes Ghosh Iyer Joshi Kulkarni Menon Pillai Rao Saxena Thomas Verma"
COMPANIES = ["", "", "", "Acme Corp", "Orbit Exports", "Lotus Foods", "Blue Hill Trading", "Nimbus Labs"]
# Platform → (what the lead list shows as source, the page it came from)
PLATFORMS = {
    "facebook": ("Facebook Lead Ads", "FX Careers"),
    "instagram": ("Instagram Lead Ads", "fxcareers.official"),
    "website": ("Landing page", "Trading course"),
}
LINE = ["qualified", "contacted", "meeting_scheduled", "proposal_sent", "negotiation", "won"]
NOTES = {
    "qualified": ("call", "Answered, wants to hear about the evening course"),
    "contacted": ("email", "Sent the brochure and the fees"),
    "meeting_scheduled": ("meeting", "Meets us at the office"),
    "proposal_sent": ("email", "Offer sent, valid for two weeks"),
    "negotiation": ("call", "Asks for instalments"),
    "won": ("note", "Signed and paid"),
    "lost": ("note", "Chose another school"),
}
FOLLOW_UPS = ["Call again about the offer", "Ask for the documents", "Confirm the appointment", "Send the timetable"]


def run() -> None:
    _team("fxcareers", count=54, days=60, waiting=6)
    _team("yamarkets", count=10, days=14, waiting=2)


def _team(slug: str, *, count: int, days: int, waiting: int) -> None:
    """`count` leads over so many days; the latest `waiting` ones have no owner yet."""
    entity = Entity.objects.get(slug=slug)
    if Lead.with_deleted.filter(entity=entity).exists():
        return
    dice = random.Random(slug)
    now = timezone.now()
    for index in range(count):
        created = now - timedelta(days=days) * (count - index) / (count + 1) - timedelta(minutes=dice.randint(0, 90))
        lead = _create(dice, entity, index, created)
        if index < count - waiting:
            _work_on(dice, lead, created, now)
    for user in entity.users.all():
        notifications.mark_all_read(user=user)


def _create(dice: random.Random, entity: Entity, index: int, moment: datetime) -> Lead:
    first, last = dice.choice(FIRST_NAMES.split()), dice.choice(LAST_NAMES.split())
    platform = list(PLATFORMS)[index % 3]
    source, page = PLATFORMS[platform]
    fields = {
        "first_name": first,
        "last_name": last,
        "email": f"{first}.{last}{index}@mail.example".lower(),
        "phone": f"+91 98{dice.randint(10_000_000, 99_999_999)}",
        "company": dice.choice(COMPANIES),
        "platform": platform,
        "source": source,
        "source_page_name": page,
        "score": dice.randint(20, 95),
        "value": dice.randint(8, 60) * 1000,
        "raw_field_data": {"course": dice.choice(["Forex basics", "Technical analysis", "Risk management"])},
    }
    with clock.at(moment):
        return leads.create(by=None, entity=entity, pipeline="sales", fields=fields)


def _work_on(dice: random.Random, lead: Lead, moment: datetime, now: datetime) -> None:
    """An owner, some steps with what was done at each, and perhaps what is planned next; all before `now`."""
    owner = _owner(dice, lead, moment)
    moment += timedelta(hours=3)
    for word in _steps(dice, now - moment):
        moment += timedelta(hours=dice.choice([1, 2, 3, 5, 8, 11, 14, 18, 21, 23, 23, 30, 70]))
        if moment >= now:
            break
        _step(lead, word, owner, moment)
    lead.refresh_from_db()
    if lead.is_open and dice.random() < 0.85:
        _plan(dice, lead, owner, now)


def _owner(dice: random.Random, lead: Lead, moment: datetime) -> User:
    with clock.at(moment + timedelta(minutes=dice.randint(5, 170))):
        decision = distribution.assign_automatically(lead, strategy=Entity.Strategy.ROUND_ROBIN)
    return decision.assignment.assigned_user


def _steps(dice: random.Random, age: timedelta) -> list[str]:
    """How far a lead gets. Most old ones have ended; a few were forgotten on the way."""
    if age < timedelta(days=25) or dice.random() < 0.15:
        return LINE[: dice.choice([0, 1, 1, 2, 2, 3, 3, 4, 5])]
    return LINE if dice.random() < 0.45 else [*LINE[: dice.choice([0, 1, 2, 3, 4])], "lost"]


def _step(lead: Lead, word: str, owner: User, moment: datetime) -> None:
    kind, text = NOTES[word]
    with clock.at(moment):
        stages.move(lead=lead, to=LeadStatus.objects.get(pipeline="sales", name=word), by=owner, notes=text)
        activities.log(lead=lead, by=owner, activity_type=kind, description=text, status=Activity.Status.COMPLETED)


def _plan(dice: random.Random, lead: Lead, owner: User, now: datetime) -> None:
    """A follow-up of some days ago or of the days to come."""
    due = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=dice.choice([-50, -26, -4, 3, 20, 45, 150]))
    with clock.at(max(lead.updated_at, now - timedelta(days=4))):
        activities.log(
            lead=lead,
            by=owner,
            activity_type=dice.choice(["call", "follow_up", "meeting"]),
            description=dice.choice(FOLLOW_UPS),
            priority=dice.choice(Activity.Priority.values),
            next_follow_up_date=due,
        )
