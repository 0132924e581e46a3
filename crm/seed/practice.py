"""Demo practice leads: of agent1, of agent2 and of nobody (DESIGN section 9), with two months of work on them, so that
leaderboard, badges and dashboard have something to show; and two rules by which leads are given."""

from datetime import datetime, timedelta

from django.utils import timezone

from betterside import clock
from betterside.accounts.models import Entity, User
from betterside.realtime import notifications

from ..models import Activity, DistributionRule, Lead, LeadStatus
from ..services import activities, assignments, distribution_rules, practice, scores, stages

# (practice, owner, city, state, specialties, providers, agent)
LEADS = [
    ("Heartland Cardiology", "Dr. Ruth Miller", "Austin", "TX", "Cardiology", 4, None),
    ("Bay Family Medicine", "Dr. Samuel Lee", "Oakland", "CA", "Family Medicine", 2, "agent1"),
    ("Lakeside Pediatrics", "Dr. Emily Stone", "Chicago", "IL", "Pediatrics", 3, "agent1"),
    ("Summit Orthopedics", "Dr. Mark Rivera", "Denver", "CO", "Orthopedics, Sports Medicine", 6, "agent2"),
    ("Harbor Dermatology", "Dr. Nina Patel", "Boston", "MA", "Dermatology", 1, "agent2"),
    ("Desert Internal Medicine", "Dr. Omar Haddad", "Phoenix", "AZ", "Internal Medicine", 5, None),
]
# The same, then: days ago, minutes until somebody answered, and how far the lead went
WORKED_ON = [
    ("Golden Gate Cardiology", "Dr. Alice Chen", "San Jose", "CA", "Cardiology", 8, "agent1", 55, 9, "WON"),
    ("Magnolia Family Care", "Dr. Paul Young", "Houston", "TX", "Family Medicine", 3, "agent2", 52, 45, "WON"),
    ("Riverbend Pediatrics", "Dr. Joan Ortiz", "Tampa", "FL", "Pediatrics", 2, "agent1", 48, 12, "LOST"),
    ("Cascade Sports Medicine", "Dr. Ivan Petrov", "Seattle", "WA", "Sports Medicine", 4, "agent2", 45, 200, "LOST"),
    ("Sunrise Dermatology", "Dr. Laila Aziz", "San Diego", "CA", "Dermatology", 2, "agent1", 38, 14, "WON"),
    ("Lone Star Orthopedics", "Dr. Hank Boone", "Dallas", "TX", "Orthopedics", 5, "agent2", 33, 30, "WON"),
    (
        "Old Town Internal Medicine",
        "Dr. Vera Novak",
        "Chicago",
        "IL",
        "Internal Medicine",
        3,
        "agent1",
        26,
        5,
        "PROPOSAL",
    ),
    ("Palm Coast Cardiology", "Dr. Luis Vega", "Miami", "FL", "Cardiology", 6, "agent2", 23, 300, "PROPOSAL"),
    ("Evergreen Family Practice", "Dr. Tom Hale", "Portland", "OR", "Family Medicine", 2, "agent1", 16, 11, "WON"),
    ("Bluegrass Pediatrics", "Dr. May Carter", "Lexington", "KY", "Pediatrics", 3, "agent2", 12, 25, "QUALIFIED"),
    ("Mission Bay Orthopedics", "Dr. Ken Sato", "San Francisco", "CA", "Orthopedics", 4, "agent1", 5, 8, "QUALIFIED"),
    ("Hill Country Cardiology", "Dr. Rosa Diaz", "Austin", "TX", "Cardiology", 7, "agent2", 3, 70, "CONTACTED"),
]
LINE = ["CONTACTED", "QUALIFIED", "PROPOSAL"]
WORDS = {
    "CONTACTED": "Talked to the office manager",
    "QUALIFIED": "Wants a quote for the whole practice",
    "PROPOSAL": "Offer sent",
    "WON": "Contract signed",
    "LOST": "Stays with the present vendor",
}
# (name, states, specialties, agent, capacity, priority)
RULES = [
    ("CA cardiology", ["CA"], ["Cardiology"], "agent1", 20, 10),
    ("Texas", ["TX"], [], "agent2", 20, 20),
]


def run() -> None:
    """First of all the leads: the contract's script changes lead 1 as this entity's admin."""
    entity = Entity.objects.get(slug="practice")
    people = {user.username: user for user in entity.users.all()}
    if not Lead.with_deleted.filter(entity=entity).exists():
        _leads(people, timezone.now())
        for user in people.values():
            notifications.mark_all_read(user=user)
        scores.recount(entity)
    if not DistributionRule.objects.filter(entity=entity).exists():
        for row in RULES:
            _rule(people, *row)


def _leads(people: dict, now: datetime) -> None:
    for number, row in enumerate(LEADS):
        _lead(people, number, *row, at=now - timedelta(days=20 - 3 * number))
    for number, (*row, agent, ago, minutes, reached) in enumerate(WORKED_ON, start=len(LEADS)):
        moment = now - timedelta(days=ago)
        lead = _lead(people, number, *row, agent, at=moment)
        _work(lead, people[agent], moment + timedelta(minutes=minutes), reached)


def _lead(
    people: dict,
    number: int,
    name: str,
    owner: str,
    city: str,
    state: str,
    field: str,
    size: int,
    agent,
    *,
    at: datetime,
) -> Lead:
    fields = {
        "practice_name": name,
        "owner_name": owner,
        "practice_phone": f"(555) 010-{1000 + number}",
        "city": city,
        "state": state,
        "zip_code": f"{73301 + number}",
        "entity_type": "Organization" if size > 1 else "Individual",
        "providers": size,
        "specialties": field,
        "is_sole_proprietor": size == 1,
    }
    with clock.at(at):
        lead = practice.create(by=people["admin"], fields=fields)
        if agent:
            assignments.assign(lead=lead, to=people[agent], by=people["admin"], reason="Demo data")
    return lead


def _work(lead: Lead, agent: User, answered: datetime, reached: str) -> None:
    """A call when it was answered, then a step and a completed follow-up a day; what is still open has one to come."""
    with clock.at(answered):
        activities.log(
            lead=lead, by=agent, activity_type="call", description="First call", status=Activity.Status.COMPLETED
        )
    steps = LINE[: LINE.index(reached) + 1] if reached in LINE else [*LINE, reached]
    for day, word in enumerate(steps):
        moment = answered + timedelta(days=0.7 * day, minutes=5)
        with clock.at(moment):
            stages.move(lead=lead, to=LeadStatus.objects.named(word, pipeline="practice"), by=agent, notes=WORDS[word])
            planned = _plan(lead, agent, due=moment + timedelta(hours=6))
        if word != reached:
            with clock.at(moment + timedelta(hours=5 if agent.username == "agent1" or day else 9)):
                activities.set_status(pk=planned.pk, status=Activity.Status.COMPLETED, by=agent)
        elif word in ("WON", "LOST"):
            with clock.at(moment + timedelta(minutes=1)):
                activities.set_status(pk=planned.pk, status=Activity.Status.CANCELLED, by=agent)


def _plan(lead: Lead, agent: User, *, due: datetime) -> Activity:
    return activities.log(
        lead=lead, by=agent, activity_type="follow_up", description="Call again", next_follow_up_date=due
    )


def _rule(people: dict, name: str, states: list, specialties: list, agent: str, capacity: int, priority: int) -> None:
    fields = {
        "name": name,
        "states": states,
        "specialties": specialties,
        "capacity": capacity,
        "priority": priority,
    }
    distribution_rules.create(by=people["admin"], fields=fields, agent_ids=[people[agent].pk])
