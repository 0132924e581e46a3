"""Seats: who may use an entity. Each change acts on the next request (rights are read from the database)."""

from django.db import transaction

from ..models import Entity, Login, User
from . import logins


def approve(*, user: User) -> None:
    user.is_approved = True
    user.save(update_fields=["is_approved", "updated_at"])


@transaction.atomic
def deactivate(*, user: User) -> None:
    user.is_active = False
    user.save(update_fields=["is_active", "updated_at"])
    logins.end_all(user=user, reason=Login.EndReason.DEACTIVATED)


def activate(*, user: User) -> None:
    user.is_active = True
    user.save(update_fields=["is_active", "updated_at"])


@transaction.atomic
def move(*, user: User, entity: Entity) -> None:
    """Give the user another entity; every login ends, since its tokens name the old one."""
    user.entity = entity
    user.save(update_fields=["entity", "updated_at"])
    logins.end_all(user=user, reason=Login.EndReason.MOVED)
