"""Background jobs on PostgreSQL.

An app writes its jobs in `jobs.py`, which is found by itself:

    @task(queue="mail")
    def send_welcome(*, user_id): ...

    @every("*/15 * * * *")
    def sync_insights(): ...

and queues them inside the transaction that makes them necessary: `defer(send_welcome, user_id=user.pk)`.
Every job can run twice (its worker may die after the work and before the tick), so it looks before it acts.
Arguments are JSON that staff can read: ids, never tokens. A job on a timetable works "since the last success".
"""

from .defer import defer, defer_many
from .retries import Backoff, Later
from .tasks import every, task

__all__ = ["Backoff", "Later", "defer", "defer_many", "every", "task"]
