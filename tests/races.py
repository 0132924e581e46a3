"""Races on purpose: callables at once, each in a thread with a database connection of its own.

    answers = at_once([lambda: client.patch(...)] * 20)

A race test comes in two runs: one with the locks as they are, and a control without them (`no_row_locks`, or a patch
of the service's own lock), which shows that the race is real. `slowly` widens the gap between a read and its write in
both, so that neither run depends on luck. Such tests need `pytest.mark.django_db(transaction=True)`.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

from django.db import connections
from django.db.models import QuerySet

# Seconds that a widened gap lasts; a thread switch takes far less.
GAP = 0.03


def at_once(calls: Sequence[Callable], *, threads: int = 0) -> list:
    """Run the callables from behind one barrier; each one's result, or the exception it raised, in their order.

    With fewer threads than calls, each thread takes the next call when its last has ended.
    """
    threads = min(threads or len(calls), len(calls))
    barrier = threading.Barrier(threads, timeout=10)
    started = threading.local()

    def run(call):
        if not hasattr(started, "yes"):
            started.yes = True
            barrier.wait()
        try:
            return call()
        except Exception as error:  # noqa: BLE001 - what a call raises is its result here
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, calls))


def statuses(answers: list) -> dict[str, int]:
    """{"200": 1, "409": 19}: how often each status, or name of an exception, came back."""
    found: dict[str, int] = {}
    for answer in answers:
        name = type(answer).__name__ if isinstance(answer, Exception) else str(answer.status_code)
        found[name] = found.get(name, 0) + 1
    return found


@contextlib.contextmanager
def no_row_locks():
    """The control: SELECT … FOR UPDATE selects without locking."""
    with mock.patch.object(QuerySet, "select_for_update", lambda self, *args, **kwargs: self.all()):
        yield


@contextlib.contextmanager
def slowly(owner, name: str):
    """Pause after each call of `owner.name`, between what it read and what its caller will write."""
    original = getattr(owner, name)

    def call(*args, **kwargs):
        result = original(*args, **kwargs)
        time.sleep(GAP)
        return result

    with mock.patch.object(owner, name, call):
        yield


locks = {"locks on": contextlib.nullcontext, "control: locks off": no_row_locks}
