"""The time that services write. Importers and seeds may set it, so that history carries the times it had."""

import contextlib
import contextvars
from datetime import datetime

from django.utils import timezone

_fixed: contextvars.ContextVar[datetime | None] = contextvars.ContextVar("clock", default=None)


def now() -> datetime:
    return _fixed.get() or timezone.now()


@contextlib.contextmanager
def at(moment: datetime):
    """Within the block `now()` is this moment."""
    token = _fixed.set(moment)
    try:
        yield
    finally:
        _fixed.reset(token)
