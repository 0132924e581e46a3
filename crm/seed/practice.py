"""Demo practice leads: of agent1, of agent2 and of nobody (DESIGN section 9)."""

from datetime import timedelta

from django.utils import timezone

from betterside import clock
from betterside.accounts.models import User

from ..models import Lead
from ..services import assignments, practice

# (practice, owner, city, state, specialties, providers, agent)
LEADS = [
    ("Heartland Cardiology", "Dr. Ruth Miller", "Austin", "TX", "Cardiology", 4, None),
    ("Bay Family Medicine", "Dr. Samuel Lee", "Oakland", "CA", "Family Medicine", 2, "agent1"),
    ("Lakeside Pediatrics", "Dr. Emily Stone", "Chicago", "IL", "Pediatrics", 3, "agent1"),
    ("Summit Orthopedics", "Dr. Mark Rivera", "Denver", "CO", "Orthopedics, Sports Medicine", 6, "agent2"),
    ("Harbor Dermatology", "Dr. Nina Patel", "Boston", "MA", "Dermatology", 1, "agent2"),
    ("Desert Internal Medicine", "Dr. Omar Haddad", "Phoenix", "AZ", "Internal Medicine", 5, None),
]


def run() -> None:
    """First of all the leads: the contract's script changes lead 1 as this entity's admin."""
    people = {user.username: user for user in User.objects.filter(entity__slug="practice")}
    if Lead.with_deleted.filter(entity=people["admin"].entity).exists():
        return
    for number, row in enumerate(LEADS):
        with clock.at(timezone.now() - timedelta(days=20 - 3 * number)):
            _lead(people, number, *row)


def _lead(people: dict, number: int, name: str, owner: str, city: str, state: str, field: str, size: int, agent):
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
    lead = practice.create(by=people["admin"], fields=fields)
    if agent:
        assignments.assign(lead=lead, to=people[agent], by=people["admin"], reason="Demo data")
