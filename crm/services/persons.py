"""By what the same person is known again: phone in its normal forms, and e-mail (DESIGN section 4)."""

from collections.abc import Iterable

from django.db import connection

from betterside.accounts.models import Entity

from . import phones

LOCK = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"
# Fewer digits tell nobody from others.
FEWEST_DIGITS = 7

# A name of `keys` with its value.
Key = tuple[str, str]


def keys(*, phone: str, email: str, region: str) -> dict[str, str]:
    """What LeadQuerySet.same_person takes; empty texts name nobody."""
    return {"e164": phones.e164(phone, region), "digits": phones.digits(phone), "email": email.strip().lower()}


def telling(found: dict[str, str]) -> set[Key]:
    """Of `keys` those that tell people apart."""
    if len(found["digits"]) < FEWEST_DIGITS:
        return {("email", found["email"])} if found["email"] else set()
    return {(name, value) for name, value in found.items() if value}


def lock(entity: Entity, values: Iterable[str]) -> None:
    """Nobody else works on a person with one of these values until the transaction ends.

    In one order, so that two who share two values cannot wait for each other in a circle: call it once.
    """
    with connection.cursor() as cursor:
        for value in sorted(values):
            cursor.execute(LOCK, [entity.pk, value])
