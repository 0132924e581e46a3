"""API keys: made, replaced and ended by an admin, shown once (growth.md, section F)."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Least

from betterside import clock
from betterside.errors import Invalid, NotAllowed, NotFound, NotSignedIn
from betterside.realtime import events

from ..models import ApiKey, Entity

USE_NOTED_EVERY = timedelta(minutes=5)
LONGEST_GRACE = timedelta(hours=72)


class Regenerated(NamedTuple):
    key: ApiKey
    secret: str  # the key itself, which nobody can read again
    former_ends_at: datetime | None  # None: there was no key that worked


@transaction.atomic
def regenerate(
    *, by, scopes: list[str] | None = None, expires_at: datetime | None = None, grace: timedelta = timedelta(0)
) -> Regenerated:
    """A new key for the user's entity.

    The former ones work for the `grace` (at most 72 hours), by default not at all. Without `scopes` the new key has
    those of the one it replaces, else all. Raises NotAllowed, Invalid.
    """
    _require_admin(by)
    if expires_at is not None and expires_at <= clock.now():
        raise Invalid(fields={"expires_at": "This time is over."})
    Entity.objects.select_for_update(no_key=True).get(pk=by.entity_id)
    former = ApiKey.objects.in_entity_of(by).current().first()
    works = former is not None and former.is_current()
    _end_all(by, clock.now() + min(grace, LONGEST_GRACE))
    if former:
        former.refresh_from_db(fields=["ends_at"])
    secret = f"bsk_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(
        entity_id=by.entity_id,
        user=by,
        digest=_digest(secret),
        tail=secret[-4:],
        scopes=sorted(set(scopes or (former.scopes if former else ApiKey.Scope.values))),
        expires_at=expires_at,
    )
    return Regenerated(key, secret, former.ends_at if works else None)


@transaction.atomic
def revoke(*, by) -> int:
    """End every key of the user's entity at once; returns how many worked. Raises NotAllowed, NotFound (none did)."""
    _require_admin(by)
    working = ApiKey.objects.in_entity_of(by).alive().count()
    if not working:
        raise NotFound("There is no API key.")
    _end_all(by, clock.now())
    return working


def of_secret(secret: str) -> ApiKey:
    """The current key, with user and entity in one query. Raises NotSignedIn."""
    return _current(digest=_digest(secret))


def of_id(pk: int) -> ApiKey:
    """The same by its row's id."""
    return _current(pk=pk)


def _current(**lookup) -> ApiKey:
    key = ApiKey.objects.select_related("user__entity").filter(**lookup).first()
    if key is None or not key.is_current():
        raise NotSignedIn("The API key is not valid or has ended.")
    return key


def require_scope(key: ApiKey, scope: str) -> None:
    if scope not in key.scopes:
        raise NotAllowed(f"This API key may not {scope}.")


def note_use(key: ApiKey) -> None:
    """Not every request writes: the time is exact to five minutes."""
    now = clock.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
    if key.last_used_at is None or key.last_used_at < now - USE_NOTED_EVERY:
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)


def _require_admin(by) -> None:
    if not (by.is_approved and by.may("settings.manage")):
        raise NotAllowed


def _end_all(by, at: datetime) -> None:
    """No key outlives `at`; those that were to end sooner still do."""
    ApiKey.objects.in_entity_of(by).filter(Q(ends_at=None) | Q(ends_at__gt=at)).update(ends_at=Least("ends_at", at))
    events.doubt(entity_id=by.entity_id)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
