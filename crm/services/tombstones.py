"""What is left of somebody who was forgotten: enough to know an old enquiry of theirs, and nothing else."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from betterside import clock
from betterside.accounts.models import Entity

from ..models import Erasure
from .persons import Key, telling


def put(*, entity: Entity, keys: Iterable[Key], by) -> None:
    for key in keys:
        digest = _digest(_secrets()[0], entity, key)
        now = {"erased_at": clock.now(), "erased_by": by}
        Erasure.objects.update_or_create(entity=entity, digest=digest, defaults=now)


def was_erased(*, entity: Entity, keys: dict[str, str], before: datetime | None) -> bool:
    """Whether somebody with one of these keys (`persons.keys`) was forgotten after the moment."""
    if before is None:
        return False
    digests = [_digest(secret, entity, key) for key in telling(keys) for secret in _secrets()]
    return Erasure.objects.filter(entity=entity, digest__in=digests, erased_at__gte=before).exists()


def _secrets() -> list[str]:
    """The first makes digests, all know them again: a secret that is rotated must not open the graves."""
    return [*settings.FIELD_ENCRYPTION_KEYS, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def _digest(secret: str, entity: Entity, key: Key) -> str:
    name, value = key
    return hmac.new(secret.encode(), f"{entity.pk} {name} {value}".encode(), hashlib.sha256).hexdigest()
