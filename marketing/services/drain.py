"""Working off a page's inbox: fetch each lead from the Graph API, find its route, capture it.

One drain a page at a time, a few fetches at once; a slow, limited or disconnected page holds up nobody else.
Every step can run twice: rows are claimed by a lease, and a row is finished in the transaction of its lead.
"""

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event

from django.db import transaction
from django.db.models import Min
from django.db.models.functions import Now

from betterside.api.errors import DATABASE_AWAY

from ..graph import errors
from ..models import InboxEntry, MetaPage
from . import inbox, pages, routing
from .capture import PersonKnown, capture
from .refusals import backoff, refused

__all__ = ["backoff", "drain", "due_pages", "next_try", "take"]

log = logging.getLogger(__name__)

AT_ONCE = 4
BATCH = 12
# A job gives way to other pages after so long; the rest is deferred again, behind them.
SECONDS_PER_JOB = 3
# So often the timetable looks for pages with due rows.
TICK = timedelta(seconds=15)
State = InboxEntry.State
# What Meta would say to the page's other leads too: nobody asks for them until it is over.
PAGE_WIDE = (errors.TokenDead, errors.Throttled, errors.Slow)


def drain(page_id: str) -> bool:
    """Work off due rows; True when some are left and may be worked on at once.

    The first is asked for alone: what Meta refuses to the whole page is refused once, not once per lead.
    """
    until, size = None, 1
    while until is None or time.monotonic() < until:
        page = pages.get(page_id)
        rows = inbox.claim(page_id, size) if pages.is_ready(page) else []
        if not rows:
            return False
        _work(page, rows)
        # Counted from here: a page that answers slowly still gets a whole batch done in each job.
        until, size = until or time.monotonic() + SECONDS_PER_JOB, BATCH
    return pages.is_ready(page) and InboxEntry.objects.due().filter(page_id=page_id).exists()


def _work(page: MetaPage, rows: list[InboxEntry]) -> None:
    routed = [row for row in rows if _may_have_a_route(row)]
    enough = Event()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        fetched = list(pool.map(lambda row: _fetch(page, row, enough), routed))
    for row, answer in zip(routed, fetched, strict=True):
        _settle(page, row, answer)


def _may_have_a_route(row: InboxEntry) -> bool:
    """A page that nobody has routed is not asked for: its rows are kept until it is."""
    if routing.knows(row):
        return True
    inbox.finish(row, State.UNROUTED, reason="No capture route for this page.")
    return False


def _fetch(page: MetaPage, row: InboxEntry, enough: Event) -> dict | errors.GraphError | None:
    """Runs in a thread without a database: everything it needs was read before. None: not asked for this time."""
    if enough.is_set():
        return None
    client = pages.client(page)
    try:
        answer = client.lead(row.source_lead_id)
    except errors.GraphError as error:
        if isinstance(error, PAGE_WIDE):
            enough.set()
        return error
    answer["_used_percent"] = client.used_percent
    return answer


def _settle(page: MetaPage, row: InboxEntry, answer: dict | errors.GraphError | None) -> None:
    if answer is None:
        inbox.give_back(row)
    elif isinstance(answer, errors.GraphError):
        refused(page, row, answer)
    else:
        pages.slow_down(page, answer.pop("_used_percent"))
        _take_or_say_why_not(row, answer)


def _take_or_say_why_not(row: InboxEntry, answer: dict) -> None:
    try:
        take(row.pk, answer)
    except (routing.NoRoute, routing.NoAnswers) as error:
        inbox.finish(row, error.state, reason=str(error))
    except PersonKnown as error:
        inbox.finish(row, State.DUPLICATE, reason=error.message)
    except DATABASE_AWAY:
        raise
    except Exception as error:  # noqa: BLE001 - one poisoned answer must not hold up the rows behind it; it stays visible
        log.exception("Lead %s could not be captured", row.source_lead_id)
        # The kind of error only: its text may quote what the person answered.
        inbox.finish(row, State.FAILED, reason=f"Could not be captured: {type(error).__name__}")


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


def due_pages() -> list[str]:
    """Pages with work that may be done now; what a lost job or a lease that ran out left behind."""
    ready = InboxEntry.objects.due().values_list("page_id", flat=True).distinct().order_by("page_id")
    held = MetaPage.objects.filter(page_id__in=list(ready)).exclude(pk__in=MetaPage.objects.ready().values("pk"))
    blocked = set(held.values_list("page_id", flat=True))
    return [page_id for page_id in ready if page_id not in blocked]


def next_try(page_id: str) -> datetime | None:
    """When the page's next row is due, if that is before the timetable looks again."""
    if not pages.is_ready(pages.get(page_id)):
        return None
    waiting = InboxEntry.objects.filter(page_id=page_id, state=State.RECEIVED)
    return waiting.filter(next_attempt_at__lte=Now() + TICK).aggregate(first=Min("next_attempt_at"))["first"]
