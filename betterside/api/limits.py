"""Limits that hold under parallel requests: one atomic UPSERT in PostgreSQL per hit.

Call them outside a transaction that may be rolled back, else the rollback takes the hit back.
"""

import hashlib

from django.db import connection

from betterside.errors import TooMany

HIT = """
INSERT INTO api_ratecounter AS counter (key, hits, expires_at)
VALUES (%(key)s, 1, clock_timestamp() + make_interval(secs => %(seconds)s))
ON CONFLICT (key) DO UPDATE SET
    hits = CASE WHEN counter.expires_at <= clock_timestamp() THEN 1 ELSE counter.hits + 1 END,
    expires_at = CASE WHEN counter.expires_at <= clock_timestamp() THEN excluded.expires_at ELSE counter.expires_at END
RETURNING hits, ceil(extract(epoch FROM expires_at - clock_timestamp()))
"""


def digest(*parts: object) -> str:
    """A key of fixed length for parts a stranger may have typed."""
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode("utf-8", "replace")).hexdigest()


def hit(name: str, *parts: object, limit: int, seconds: int = 60) -> None:
    """Count one try. Raises TooMany, with the seconds left, when the window has had more than `limit`."""
    with connection.cursor() as cursor:
        cursor.execute(HIT, {"key": f"{name}:{digest(*parts)}", "seconds": seconds})
        hits, left = cursor.fetchone()
    if hits > limit:
        raise TooMany(retry_after=max(1, int(left)))


def forgive(name: str, *parts: object, all_hits: bool = False) -> None:
    """Take one hit back (or all): a try that succeeded is not a guess."""
    change = "0" if all_hits else "greatest(hits - 1, 0)"
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE api_ratecounter SET hits = {change} WHERE key = %s", [f"{name}:{digest(*parts)}"])  # noqa: S608
