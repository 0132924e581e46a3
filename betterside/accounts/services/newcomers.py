"""Storing a new account, when others may be doing the same."""

import re
import secrets
from collections.abc import Iterator

from django.db import connection

from betterside.errors import Invalid

from ..models import User

# A username leaves room for the digits behind it.
LONGEST_WISH = 44


def next_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('accounts_user', 'id'))")
        return cursor.fetchone()[0]


def insert(user: User) -> bool:
    """Store an account whose id was drawn; False when the address got one in the meantime.

    Its username is a wish: when it is taken, it gets digits behind.
    """
    for username in _candidates(user.username):
        user.username = username
        if stored(user):
            return True
        if User.objects.with_email(user.email).exists():
            return False
    raise Invalid(fields={"username": "Choose another username."})


def stored(user: User) -> bool:
    """Whether the account is stored now: not when its address or username has one."""
    User.objects.bulk_create([user], ignore_conflicts=True)
    return User.objects.filter(pk=user.pk).exists()


def username_from(email: str) -> str:
    return re.sub(r"[^a-z0-9._-]", "-", email.partition("@")[0]).strip("._-")[:LONGEST_WISH] or "user"


def _candidates(wish: str) -> Iterator[str]:
    yield wish
    for _try in range(5):
        yield f"{wish[:LONGEST_WISH]}{secrets.randbelow(10**6):06d}"
