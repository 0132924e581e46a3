"""Capture's jobs. The inbox is the queue of record: jobs only wake the work, so a lost job loses nothing."""

from betterside.jobs import defer, every, task

from . import mails  # noqa: F401 - its jobs are found through this module
from .services import drain, insights, reconcile

# The rest of a long backlog comes after the pages whose first lead waits.
GIVES_WAY = -1


@task(queue="capture")
def drain_page(page_id: str) -> None:
    if drain.drain(page_id):
        wake(page_id, priority=GIVES_WAY)
    elif first := drain.next_try(page_id):
        defer(wake_page, queueing_lock=f"page {page_id} again", at=first, page_id=page_id)


@task(queue="capture")
def wake_page(page_id: str) -> None:
    """A short wait is over. Not the drain itself: one that waits would keep back those that could start at once."""
    wake(page_id)


def wake(page_id: str, priority: int = 0) -> None:
    """Have the page's inbox worked off, as part of the transaction; one drain of a page at a time."""
    name = f"page {page_id}"
    defer(drain_page, lock=name, queueing_lock=name, priority=priority, page_id=page_id)


@every("* * * * * */15")
def drain_due_pages() -> None:
    """Rows whose wait is over, and what a killed worker left behind when its lease ran out."""
    for page_id in drain.due_pages():
        wake(page_id)


@every("30 20 * * *", queue="slow")
def reconcile_forms() -> None:
    reconcile.run(wake=wake)


@task(queue="slow")
def sync_account(account_id: int, back: int = insights.RESTATED_DAYS) -> None:
    account = insights.due_accounts().select_related("entity").filter(pk=account_id).first()
    if account:
        insights.sync(account, back=back)


@every("*/15 * * * *")
def sync_insights() -> None:
    _sync_all(insights.RESTATED_DAYS)


@every("10 21 * * *")
def sync_restated_insights() -> None:
    """Meta restates days for weeks."""
    _sync_all(insights.FULL_DAYS)


def _sync_all(back: int) -> None:
    for account_id in insights.due_accounts().values_list("pk", flat=True):
        lock = f"ad account {account_id}"
        defer(sync_account, lock=lock, queueing_lock=f"{lock} {back}", account_id=account_id, back=back)
