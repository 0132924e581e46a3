"""What follows when Meta did not give a lead: for its row, and for its page."""

import random

from django.conf import settings

from ..graph import errors
from ..models import InboxEntry, MetaPage
from . import inbox, pages

BACKOFF_FIRST = 5
# So often is garbage asked for again; then it is a failure for staff to look at.
GARBAGE_TRIES = 5


def refused(page: MetaPage, row: InboxEntry, error: errors.GraphError) -> None:
    pages.heed(page, error)
    if isinstance(error, errors.TokenDead):
        inbox.try_later(row, reason=error.reason, seconds=0, burn=False)
    elif isinstance(error, errors.Throttled):
        inbox.try_later(row, reason=error.reason, seconds=error.wait, burn=False)
    elif isinstance(error, errors.Temporary) and not _is_hopeless(row, error):
        inbox.try_later(row, reason=error.reason, seconds=backoff(row.attempts))
    else:
        inbox.finish(row, InboxEntry.State.FAILED, reason=error.reason)


def _is_hopeless(row: InboxEntry, error: errors.GraphError) -> bool:
    return isinstance(error, errors.Garbage) and row.attempts + 1 >= GARBAGE_TRIES


def backoff(attempts: int) -> float:
    """Seconds until the next try: doubling from 5 s to 15 min, with jitter so that rows do not come back together."""
    most = min(BACKOFF_FIRST * 2 ** min(attempts, 12), settings.CAPTURE_BACKOFF_MAX)
    return most * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing
