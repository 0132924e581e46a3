"""Lead codes: LEAD-YYYY-NNNNNN per entity and year. Gaps may happen, duplicates never."""

from django.db import connection

from betterside import clock
from betterside.errors import AlreadyExists

from ..models import Lead

NEXT = """
INSERT INTO crm_leadcodecounter (entity_id, year, value) VALUES (%(entity)s, %(year)s, %(count)s)
ON CONFLICT (entity_id, year) DO UPDATE SET value = crm_leadcodecounter.value + %(count)s
RETURNING value
"""


class CodeTaken(AlreadyExists):
    def __init__(self):
        super().__init__("This lead_code is taken.", fields={"lead_code": "This lead_code is taken."})


def generate(entity) -> str:
    """The next free code; codes that somebody chose by hand are skipped."""
    year = clock.now().astimezone(entity.zone).year
    while True:
        code = f"LEAD-{year}-{_draw(entity, year, 1):06d}"
        if not is_taken(entity.pk, code):
            return code


def reserve(entity, count: int) -> list[str]:
    """Free codes for a transaction that will be long: drawn outside of it, they make nobody wait for the counter.

    What is not used in the end is a gap. There may be fewer than `count` when somebody chose such codes by hand.
    """
    year = clock.now().astimezone(entity.zone).year
    last = _draw(entity, year, count)
    drawn = [f"LEAD-{year}-{number:06d}" for number in range(last - count + 1, last + 1)]
    known = Lead.with_deleted.filter(entity=entity, lead_code__in=drawn)
    taken = set(known.values_list("lead_code", flat=True))
    return [code for code in drawn if code not in taken]


def claim(entity, code: str) -> None:
    """A code that somebody chose by hand. Raises CodeTaken.

    Until the transaction ends nobody can draw one: a drawn code never meets a chosen one that is not committed yet.
    """
    _draw(entity, clock.now().astimezone(entity.zone).year, 0)
    if is_taken(entity.pk, code):
        raise CodeTaken


def _draw(entity, year: int, count: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(NEXT, {"entity": entity.pk, "year": year, "count": count})
        return cursor.fetchone()[0]


def is_taken(entity_id: int, code: str) -> bool:
    return Lead.with_deleted.filter(entity_id=entity_id, lead_code=code).exists()
