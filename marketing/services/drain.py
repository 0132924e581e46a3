"""Working off a page's inbox: fetch each lead from the Graph API, find its route, capture it.

One drain a page at a time, a few fetches at once; a slow, limited or disconnected page holds up nobody else.
Every step can run twice: rows are claimed by a lease, and a row is finished in the transaction of its lead.
"""

import logging
import random
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import transaction

from betterside.api.errors import DATABASE_AWAY

from ..graph import errors
from ..graph.client import GraphClient
from ..models import InboxEntry, MetaPage
from . import inbox, pages, routing
from .capture import PersonKnown, capture

log = logging.getLogger(__name__)

AT_ONCE = 4
BATCH = 20
# A job gives way to other pages after so many rows; the rest is deferred again.
ROWS_PER_JOB = 200
State = InboxEntry.State


def drain(page_id: str) -> bool:
    """Work off due rows; True when some are left and may be worked on at once."""
    done = 0
    while done < ROWS_PER_JOB:
        page = pages.get(page_id)
        if not MetaPage.objects.ready().filter(pk=page.pk).exists():
            return False
        rows = inbox.claim(page_id, BATCH)
        if not rows:
            return False
        done += len(rows)
        _work(page, rows)
    return InboxEntry.objects.due().filter(page_id=page_id).exists()


def _work(page: MetaPage, rows: list[InboxEntry]) -> None:
    routed = [row for row in rows if _may_have_a_route(row)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        fetched = pool.map(lambda row: _fetch(page, row), routed)
    for row, answer in zip(routed, fetched, strict=True):
        _settle(page, row, answer)


def _may_have_a_route(row: InboxEntry) -> bool:
    """A page that nobody has routed is not asked for: its rows are kept until it is."""
    if routing.knows(row):
        return True
    inbox.finish(row, State.UNROUTED, reason="No capture route for this page.")
    return False


def _fetch(page: MetaPage, row: InboxEntry) -> dict | errors.GraphError:
    """Runs in a thread without a database: everything it needs was read before."""
    client = GraphClient(page.access_token or settings.FB_PAGE_ACCESS_TOKEN)
    try:
        answer = client.lead(row.source_lead_id)
    except errors.GraphError as error:
        return error
    answer["_used_percent"] = client.used_percent
    return answer


def _settle(page: MetaPage, row: InboxEntry, answer: dict | errors.GraphError) -> None:
    if isinstance(answer, errors.GraphError):
        _refused(page, row, answer)
        return
    pages.slow_down(page, answer.pop("_used_percent"))
    try:
        take(row.pk, answer)
    except routing.NoRoute as error:
        inbox.finish(row, State.UNROUTED, reason=str(error))
    except PersonKnown as error:
        inbox.finish(row, State.DUPLICATE, reason=error.message)
    except DATABASE_AWAY:
        raise
    except Exception as error:  # noqa: BLE001 - one poisoned answer must not hold up the rows behind it; it stays visible
        log.exception("Lead %s could not be captured", row.source_lead_id)
        inbox.finish(row, State.FAILED, reason=f"Could not be captured: {type(error).__name__}: {error}")


@transaction.atomic
def take(entry_id: int, answer: dict) -> None:
    """Capture one fetched lead and finish its row, together or not at all."""
    row = InboxEntry.objects.select_for_update().get(pk=entry_id)
    if row.state != State.RECEIVED:
        return
    enquiry = routing.enquiry(row, answer)
    captured = capture(enquiry)
    state = State.TEST if enquiry.is_test else State.PROCESSED if captured.is_new else State.DUPLICATE
    inbox.finish(
        row, state, lead=captured.lead, reason="" if captured.is_new else "Attached to the person's open lead."
    )


def _refused(page: MetaPage, row: InboxEntry, error: errors.GraphError) -> None:
    if isinstance(error, errors.TokenDead):
        pages.disconnect(page, error.reason)
        inbox.try_later(row, reason=error.reason, seconds=0, burn=False)
    elif isinstance(error, errors.Throttled):
        pages.pause(page, error.wait, error.reason)
        inbox.try_later(row, reason=error.reason, seconds=error.wait, burn=False)
    elif isinstance(error, errors.Temporary):
        inbox.try_later(row, reason=error.reason, seconds=backoff(row.attempts))
    else:
        inbox.finish(row, State.FAILED, reason=error.reason)


def backoff(attempts: int) -> float:
    """Seconds until the next try: doubling from 5 s to 15 min, with jitter so that rows do not come back together."""
    most = min(inbox.BACKOFF_FIRST * 2 ** min(attempts, 12), settings.CAPTURE_BACKOFF_MAX)
    return most * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing


def due_pages() -> list[str]:
    """Pages with work that may be done now; what a lost job or a lease that ran out left behind."""
    ready = InboxEntry.objects.due().values_list("page_id", flat=True).distinct().order_by("page_id")
    held = MetaPage.objects.filter(page_id__in=list(ready)).exclude(pk__in=MetaPage.objects.ready().values("pk"))
    blocked = set(held.values_list("page_id", flat=True))
    return [page_id for page_id in ready if page_id not in blocked]
