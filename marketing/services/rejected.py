"""Enquiries that an entity does not want: of people whom it has, where its duplicate policy is `reject`."""

import hashlib

import orjson
from django.db import connection, transaction
from django.utils import timezone

from betterside.accounts.models import Entity

from ..models import InboxEntry
from . import mapping, website

SPARE = "SELECT nextval(pg_get_serial_sequence('crm_lead', 'id'))"


@transaction.atomic
def keep(*, entity: Entity, page_id: str, answers: dict, reason: str) -> tuple[int, bool]:
    """Nothing that was sent is lost: staff find it in the inbox. The same again within the day is the same row.

    Returns what an accepted submission would have been answered with, so that a stranger cannot ask whether somebody is
    known: an id of the sequence of leads, which none will have, and whether it is new: a double click has the same.
    """
    given = {mapping.clean(name).lower(): mapping.text(value) for name, value in answers.items()}
    parts = [entity.pk, page_id, given, f"{timezone.now():%Y%m%d}"]
    digest = hashlib.sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()
    website.lock(digest)
    row = InboxEntry.objects.filter(platform="website", source_lead_id=digest).first()
    row = row or InboxEntry(platform="website", source_lead_id=digest, page_id=page_id[:64], entity=entity)
    known = row.pk and row.processed_at >= timezone.now() - website.DOUBLE_CLICK and row.change.get("answered_id")
    if known:
        return known, False
    row.state, row.reason, row.processed_at = InboxEntry.State.DUPLICATE, reason, timezone.now()
    row.change = {"answers": given, "answered_id": _spare_id()}
    row.save()
    return row.change["answered_id"], True


def _spare_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute(SPARE)
        return cursor.fetchone()[0]
