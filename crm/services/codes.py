"""Lead codes: LEAD-YYYY-NNNNNN per entity and year. Gaps may happen, duplicates never."""

from django.db import connection

from betterside import clock
from betterside.errors import AlreadyExists

from ..models import Lead

NEXT = """
INSERT INTO crm_leadcodecounter (entity_id, year, value) VALUES (%s, %s, 1)
ON CONFLICT (entity_id, year) DO UPDATE SET value = crm_leadcodecounter.value + 1
RETURNING value
"""


class CodeTaken(AlreadyExists):
    def __init__(self):
        super().__init__("This lead_code is taken.", fields={"lead_code": "This lead_code is taken."})


def generate(entity) -> str:
    """The next free code; codes that somebody chose by hand are skipped."""
    year = clock.now().astimezone(entity.zone).year
    while True:
        with connection.cursor() as cursor:
            cursor.execute(NEXT, [entity.pk, year])
            code = f"LEAD-{year}-{cursor.fetchone()[0]:06d}"
        if not is_taken(entity.pk, code):
            return code


def is_taken(entity_id: int, code: str) -> bool:
    return Lead.with_deleted.filter(entity_id=entity_id, lead_code=code).exists()
