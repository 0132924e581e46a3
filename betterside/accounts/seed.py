"""Demo entities and accounts (DESIGN section 9)."""

from functools import cache

from django.contrib.auth.hashers import make_password

from .models import Entity, User
from .roles import Role

PASSWORD = "BetterSide-demo-1"  # noqa: S105 - printed at the end of `make run`

# slug: fields that differ from the defaults
ENTITIES = {
    "fxcareers": {"email_domain": "fxcareers.example", "assignment_strategy": "round_robin", "max_leads_per_user": 50},
    "yamarkets": {"email_domain": "yamarkets.example"},
    "betterside": {"email_domain": "betterside.example", "main_pipeline": "channel"},
    "sociovia": {"email_domain": "sociovia.example", "api_profile": "growth", "main_pipeline": "growth"},
    "practice": {
        "email_domain": "practice.example",
        "main_pipeline": "practice",
        "default_region": "US",
        "timezone": "America/New_York",
    },
    "erp": {"email_domain": "erp.example", "main_pipeline": "marketing"},
}

# (entity, local part, role, first name, last name)
USERS = [
    ("betterside", "cp1", Role.CP, "Asha", "Rao"),
    ("betterside", "cp2", Role.CP, "Vikram", "Shah"),
    ("betterside", "dev1", Role.DEVELOPER, "Devika", "Builders"),
    ("betterside", "buyer1", Role.BUYER, "Bela", "Mehta"),
    ("betterside", "manager", Role.MANAGER, "Meera", "Iyer"),
    ("betterside", "staff", Role.ADMIN, "Sam", "Staff"),
    ("fxcareers", "fx.admin", Role.ADMIN, "Farah", "Khan"),
    ("fxcareers", "fx.manager", Role.MANAGER, "Manoj", "Nair"),
    ("fxcareers", "fx.rep1", Role.SALES_REP, "Riya", "Kapoor"),
    ("fxcareers", "fx.rep2", Role.SALES_REP, "Rahul", "Verma"),
    ("fxcareers", "fx.support", Role.SUPPORT, "Sunil", "Das"),
    ("yamarkets", "ya.manager", Role.MANAGER, "Yash", "Malik"),
    ("yamarkets", "ya.rep1", Role.SALES_REP, "Yamini", "Reddy"),
    ("sociovia", "growth.admin", Role.ADMIN, "Gita", "Owner"),
    ("sociovia", "growth.rep1", Role.SALES_REP, "Gaurav", "Rep"),
    ("practice", "admin", Role.ADMIN, "Ada", "Admin"),
    ("practice", "agent1", Role.AGENT, "Anna", "Agent"),
    ("practice", "agent2", Role.AGENT, "Alan", "Agent"),
    ("erp", "erp.manager", Role.MANAGER, "Elena", "Roy"),
    ("erp", "erp.rep1", Role.SALES_REP, "Eshan", "Paul"),
]
PASSWORDS = {"admin": "admin123"}
STAFF = {"staff"}

# `manage.py seed --leads` fills this one, so that the small demos stay readable and their sellers under their caps.
LARGE = "large"
LARGE_FIELDS = {"name": "Large demo", "email_domain": "large.example", "max_leads_per_user": 10_000_000}
LARGE_USERS = [
    (LARGE, "large.admin", Role.ADMIN, "Lata", "Chief"),
    (LARGE, "large.manager", Role.MANAGER, "Lalit", "Bhandari"),
    (LARGE, "large.support", Role.SUPPORT, "Leena", "Help"),
    *((LARGE, f"large.rep{number}", Role.SALES_REP, f"Rep {number}", "Large") for number in range(1, 21)),
]


def run() -> None:
    entities = {slug: _entity(slug, fields) for slug, fields in ENTITIES.items()}
    for slug, local, role, first, last in USERS:
        _user(entities[slug], local, role, first, last)


def large() -> Entity:
    """The entity of `LARGE` with its accounts."""
    entity = _entity(LARGE, LARGE_FIELDS)
    for _slug, local, role, first, last in LARGE_USERS:
        _user(entity, local, role, first, last)
    return entity


def _entity(slug: str, fields: dict) -> Entity:
    """Found or made; one that a migration made gets its demo settings the first time, never again."""
    entity, created = Entity.objects.get_or_create(slug=slug, defaults={"name": slug} | fields)
    if not created and not entity.email_domain:
        Entity.objects.filter(pk=entity.pk).update(**fields)
        entity.refresh_from_db()
    return entity


def _user(entity: Entity, local: str, role: Role, first: str, last: str) -> None:
    email = f"{local}@{entity.email_domain}"
    if User.objects.filter(email=email).exists():
        return
    user = User.objects.create_user(
        email,
        username=local,
        first_name=first,
        last_name=last,
        role=role,
        entity=entity,
        is_verified=True,
        is_approved=True,
        is_staff=local in STAFF,
        is_superuser=local in STAFF,
    )
    User.objects.filter(pk=user.pk).update(password=_hashed(PASSWORDS.get(local, PASSWORD)))


@cache
def _hashed(password: str) -> str:
    """Once for all accounts: each hash takes a good part of a second."""
    return make_password(password)
