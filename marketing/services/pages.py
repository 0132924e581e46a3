"""What Meta lets us do with a page: asking, waiting, or waiting for a new token."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from betterside.jobs import defer

from .. import mails
from ..graph import errors
from ..graph.client import GraphClient
from ..graph.usage import SLOW_DOWN_AT
from ..models import MetaPage

# A page that keeps Meta's answers waiting is left alone for so long: its time-outs take time from the other pages.
SLOW_PAUSE = 30


def get(page_id: str) -> MetaPage:
    return MetaPage.objects.get_or_create(page_id=page_id)[0]


def is_ready(page: MetaPage) -> bool:
    """Whether Meta may be asked now, by the database's clock."""
    return MetaPage.objects.ready().filter(pk=page.pk).exists()


def client(page: MetaPage) -> GraphClient:
    return GraphClient(page.access_token or settings.FB_PAGE_ACCESS_TOKEN)


@transaction.atomic
def disconnect(page: MetaPage, reason: str) -> None:
    """The token is dead: stop asking, and tell the team once, however many leads wait."""
    changed = MetaPage.objects.filter(pk=page.pk, needs_reconnect=False).update(
        needs_reconnect=True, trouble=reason, updated_at=timezone.now()
    )
    if changed:
        defer(mails.mail_reconnect, page_pk=page.pk)


def heed(page: MetaPage, error: errors.GraphError) -> None:
    """What Meta said to the page as a whole."""
    if isinstance(error, errors.TokenDead):
        disconnect(page, error.reason)
    elif isinstance(error, errors.Throttled):
        pause(page, error.wait, error.reason)
    elif isinstance(error, errors.Slow):
        pause(page, min(SLOW_PAUSE, settings.CAPTURE_BACKOFF_MAX), error.reason)


@transaction.atomic
def connect(page: MetaPage, token: str, *, wake) -> None:
    """Give the page a new token; what waited is worked on at once."""
    page.access_token = token
    page.needs_reconnect, page.paused_until, page.trouble = False, None, ""
    page.save()
    wake(page.page_id)


def pause(page: MetaPage, seconds: int, reason: str) -> None:
    until = Now() + timedelta(seconds=seconds)
    MetaPage.objects.filter(pk=page.pk).update(paused_until=until, trouble=reason, updated_at=timezone.now())


def slow_down(page: MetaPage, used_percent: int) -> None:
    """From 75 % of Meta's allowance the page pauses between batches, the longer the less is left."""
    if used_percent >= SLOW_DOWN_AT:
        share = min(used_percent, 100) - SLOW_DOWN_AT
        pause(page, 5 + 55 * share // (100 - SLOW_DOWN_AT), f"{used_percent} % of Meta's allowance is used.")
