"""Deliveries from Meta: every change becomes one row, at once; fetching its lead is a job's work."""

import hashlib
import json
import math
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, F, Value
from django.db.models.functions import Concat, Now
from django.utils import timezone

from crm.services import persons

from ..models import InboxEntry
from . import mapping

State = InboxEntry.State
AT_ONCE = 500  # rows stored by one statement
UNREADABLE = "unreadable-"


@transaction.atomic
def receive(delivery: dict, *, wake) -> list[InboxEntry]:
    """Store the delivery's changes; those that are known already change nothing.

    `wake(page_id)` is called once per page with new rows, inside the transaction: it defers the job that drains it.
    """
    rows = in_one_order([row for change in changes(delivery) if (row := _row(*change))])
    before = InboxEntry.objects.filter(source_lead_id__in=[row.source_lead_id for row in rows])
    known = set(before.values_list("source_lead_id", flat=True))
    InboxEntry.objects.bulk_create(rows, ignore_conflicts=True, batch_size=AT_ONCE)
    new = [row for row in rows if row.source_lead_id not in known]
    for page_id in sorted({row.page_id for row in new if row.state == State.RECEIVED}):
        wake(page_id)
    return new


def in_one_order(rows: list[InboxEntry]) -> list[InboxEntry]:
    """Two deliveries with the same changes would else wait for each other's rows in a circle."""
    return sorted(rows, key=lambda row: row.source_lead_id)


def changes(delivery: dict) -> list[tuple[object, object]]:
    """(entry, change) pairs, whatever the delivery looks like."""
    entries = delivery.get("entry")
    found = []
    for entry in entries if isinstance(entries, list) else []:
        changed = entry.get("changes") if isinstance(entry, dict) else None
        found += [(entry, change) for change in changed] if isinstance(changed, list) else [(entry, entry)]
    return found


def _row(entry, change) -> InboxEntry | None:
    """The row of one change; None for what is no lead. A change that cannot be read becomes a visible failure."""
    if isinstance(change, dict) and change.get("field", "leadgen") != "leadgen":
        return None
    value = change.get("value") if isinstance(change, dict) else None
    ids = {name: id_of(value, name) for name in ("leadgen_id", "form_id", "page_id", "ad_id", "campaign_id")}
    page_id = ids["page_id"] or id_of(entry, "id")
    if not ids["leadgen_id"] or not page_id:
        return _unreadable(change)
    return InboxEntry(
        source_lead_id=ids["leadgen_id"],
        page_id=page_id,
        form_id=ids["form_id"],
        ad_id=ids["ad_id"],
        campaign_id=ids["campaign_id"],
        created_time=mapping.moment(value.get("created_time")),
        change=storable(change),
    )


def storable(value, depth: int = 20):
    """What PostgreSQL's JSON takes: no NUL, no NaN, not nested without end."""
    if isinstance(value, str):
        return mapping.clean(value)
    if isinstance(value, dict | list) and depth == 0:
        return "…"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {mapping.clean(key): storable(item, depth - 1) for key, item in value.items()}
    return [storable(item, depth - 1) for item in value] if isinstance(value, list) else value


def id_of(source, name: str) -> str:
    """An id as text; Meta sends numbers or strings. Empty for anything else."""
    value = source.get(name) if isinstance(source, dict) else None
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = mapping.clean(value).strip()
    return text if len(text) <= 64 else ""


def _unreadable(change) -> InboxEntry:
    change = storable(change)
    digest = hashlib.sha256(json.dumps(change, sort_keys=True).encode()).hexdigest()
    return InboxEntry(
        source_lead_id=f"{UNREADABLE}{digest}",
        change=change if isinstance(change, dict) else {"change": change},
        state=State.FAILED,
        reason="The change has no leadgen_id or no page_id.",
    )


def claim(page_id: str, limit: int) -> list[InboxEntry]:
    """Take due rows of a page, oldest first; they are ours until the lease runs out."""
    with transaction.atomic():
        due = InboxEntry.objects.due().filter(page_id=page_id).order_by("next_attempt_at", "pk")
        rows = list(due.select_for_update(skip_locked=True)[:limit])
        _wait(InboxEntry.objects.filter(pk__in=[row.pk for row in rows]), settings.CAPTURE_LEASE)
    return rows


def give_back(row: InboxEntry) -> None:
    """Nobody has asked Meta for it: it is due again as soon as its page is."""
    _wait(InboxEntry.objects.filter(pk=row.pk, state=State.RECEIVED), 0)


def finish(row: InboxEntry, state: str, *, reason: str = "", lead=None) -> None:
    """Only what still waits is finished: whose lease ran out may find that another was quicker."""
    found = {"state": state, "reason": reason[:500], "processed_at": timezone.now()}
    if lead is not None:
        found |= {"lead": lead, "entity_id": lead.entity_id}
    InboxEntry.objects.filter(pk=row.pk, state=State.RECEIVED).update(**found)


def try_later(row: InboxEntry, *, reason: str, seconds: float, burn: bool = True) -> None:
    """Give the row back. An attempt that Meta's limits refused is not burnt."""
    waiting = InboxEntry.objects.filter(pk=row.pk, state=State.RECEIVED)
    _wait(waiting, seconds, reason=reason[:500], attempts=F("attempts") + int(burn))


def _wait(rows, seconds: float, **also) -> None:
    """By the database's clock, which all machines share."""
    rows.update(next_attempt_at=Now() + timedelta(seconds=seconds), **also)


@transaction.atomic
def replay(rows, *, wake) -> int:
    """Work on rows again that failed or had no route; returns how many. Finished ones are left alone."""
    again = rows.filter(state__in=[State.FAILED, State.UNROUTED]).exclude(source_lead_id__startswith=UNREADABLE)
    found = list(again.order_by("pk").select_for_update().values_list("pk", "page_id"))
    waiting = InboxEntry.objects.filter(pk__in=[pk for pk, _page in found])
    _wait(waiting, 0, state=State.RECEIVED, reason="", attempts=0, processed_at=None)
    for page_id in sorted({page_id for _pk, page_id in found}):
        wake(page_id)
    return len(found)


def forget(sender, *, entity, keys: set[persons.Key], lead_ids: list[int], **_signal) -> None:
    """An erased person's rows keep their ids, so that a replay revives nothing, and lose what was said in them."""
    InboxEntry.objects.filter(lead__in=lead_ids).update(change={})
    rejected = InboxEntry.objects.filter(platform="website", entity=entity).exclude(change={})
    theirs = [row.pk for row in rejected.iterator() if _said_by(row, entity) & keys]
    # A website's id is a digest of the answers.
    gone = {"change": {}, "source_lead_id": Concat(Value("erased-"), F("pk"), output_field=CharField())}
    InboxEntry.objects.filter(pk__in=theirs).update(**gone)


def _said_by(row: InboxEntry, entity) -> set[persons.Key]:
    said = mapping.person(row.change.get("answers", {}))
    return persons.telling(
        persons.keys(phone=said.get("phone", ""), email=said.get("email", ""), region=entity.default_region)
    )
