"""Deliveries from Meta: every change becomes one row, at once; fetching its lead is a job's work."""

import hashlib
from datetime import timedelta

import orjson
from django.db import transaction
from django.utils import timezone

from ..models import InboxEntry
from . import mapping

# How long one worker may work on a row before another takes it over.
LEASE = timedelta(seconds=45)
BACKOFF_FIRST, BACKOFF_MOST = 5, 900


@transaction.atomic
def receive(delivery: dict, *, wake) -> list[InboxEntry]:
    """Store the delivery's changes; those that are known already change nothing.

    `wake(page_id)` is called once per page with new rows, inside the transaction: it defers the job that drains it.
    """
    rows = [row for change in changes(delivery) if (row := _row(*change))]
    before = InboxEntry.objects.filter(source_lead_id__in=[row.source_lead_id for row in rows])
    known = set(before.values_list("source_lead_id", flat=True))
    InboxEntry.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    new = [row for row in rows if row.source_lead_id not in known]
    for page_id in sorted({row.page_id for row in new if row.state == InboxEntry.State.RECEIVED}):
        wake(page_id)
    return new


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
    """What PostgreSQL's JSON takes: no NUL, not nested without end."""
    if isinstance(value, str):
        return mapping.clean(value)
    if isinstance(value, dict | list) and depth == 0:
        return "…"
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
    digest = hashlib.sha256(orjson.dumps(change, default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return InboxEntry(
        source_lead_id=f"unreadable-{digest}",
        change=storable(change) if isinstance(change, dict) else {"change": storable(change)},
        state=InboxEntry.State.FAILED,
        reason="The change has no leadgen_id or no page_id.",
    )


def claim(page_id: str, limit: int) -> list[InboxEntry]:
    """Take due rows of a page, oldest first; they are ours until the lease runs out."""
    with transaction.atomic():
        due = InboxEntry.objects.due().filter(page_id=page_id).order_by("next_attempt_at", "pk")
        rows = list(due.select_for_update(skip_locked=True)[:limit])
        leased_until = timezone.now() + LEASE
        InboxEntry.objects.filter(pk__in=[row.pk for row in rows]).update(next_attempt_at=leased_until)
    return rows


def finish(row: InboxEntry, state: str, *, reason: str = "", lead=None) -> None:
    row.state, row.reason, row.processed_at = state, reason[:500], timezone.now()
    row.lead = lead or row.lead
    row.entity_id = lead.entity_id if lead else row.entity_id
    row.save(update_fields=["state", "reason", "lead", "entity", "processed_at"])


def try_later(row: InboxEntry, *, reason: str, seconds: float, burn: bool = True) -> None:
    """Give the row back. An attempt that Meta's limits refused is not burnt."""
    row.attempts += burn
    row.reason = reason[:500]
    row.next_attempt_at = timezone.now() + timedelta(seconds=seconds)
    row.save(update_fields=["attempts", "reason", "next_attempt_at"])


@transaction.atomic
def replay(rows, *, wake) -> int:
    """Work on rows again that failed or had no route; returns how many. Finished ones are left alone."""
    again = rows.filter(state__in=[InboxEntry.State.FAILED, InboxEntry.State.UNROUTED]).exclude(
        source_lead_id__startswith="unreadable-"
    )
    found = list(again.select_for_update())
    InboxEntry.objects.filter(pk__in=[row.pk for row in found]).update(
        state=InboxEntry.State.RECEIVED, reason="", next_attempt_at=timezone.now()
    )
    for page_id in sorted({row.page_id for row in found}):
        wake(page_id)
    return len(found)
