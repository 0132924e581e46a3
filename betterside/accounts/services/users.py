"""Seats: who may use an entity. Each change acts on the next request (rights are read from the database)."""

import logging
import uuid

from django.db import transaction

from betterside.errors import AlreadyExists, Conflict, NotAllowed, NotFound
from betterside.jobs import defer
from betterside.realtime import events

from ..jobs import mail_invitation
from ..models import Entity, Login, User
from . import logins, newcomers

log = logging.getLogger(__name__)
# What an admin may change of a colleague.
CHANGEABLE = frozenset({"first_name", "last_name", "phone", "role", "is_active", "is_approved", "is_away"})
OWNS_LEADS = "This person owns leads of the entity. Pass them on first."


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
    """Give the user another entity; every login ends, since its tokens name the old one.

    Raises Conflict while the user owns leads, which stay in theirs.
    """
    if user.leads.exists():
        raise Conflict(OWNS_LEADS, fields={"entity": OWNS_LEADS})
    user.entity = entity
    user.save(update_fields=["entity", "updated_at"])
    logins.end_all(user=user, reason=Login.EndReason.MOVED)


@transaction.atomic
def change(*, user: User, by: User, fields: dict) -> User:
    """Change a colleague's names, phone, role, seat or presence, as an admin of their entity.

    Raises NotFound outside the entity, NotAllowed for a staff account, and Conflict when the entity would be left
    without an admin who can sign in. KeyError for a field that is nobody's to change here.
    """
    if unknown := fields.keys() - CHANGEABLE:
        raise KeyError(*unknown)
    _one_at_a_time(by.entity_id)
    user = _locked(user, by)
    for name, value in fields.items():
        setattr(user, name, value)
    user.save(update_fields=[*fields, "updated_at"])
    if fields.get("is_active") is False:
        logins.end_all(user=user, reason=Login.EndReason.DEACTIVATED)
    events.doubt(user_id=user.pk)
    _require_an_admin(by.entity_id)
    seat = f"{user.role_name}, active={user.is_active}, approved={user.is_approved}"
    log.info("User %s changed by %s: %s. Now %s", user.pk, by.pk, ", ".join(sorted(fields)), seat)
    return user


@transaction.atomic
def invite(*, by: User, email: str, role: int, username: str = "", **person) -> User:
    """Give somebody a seat in one's entity and mail them the link to their first password.

    Inviting once more mails another link. An account whose address nobody has proved, and that has no seat elsewhere,
    is taken over without its password: whoever registered it first has no claim. Raises AlreadyExists.
    """
    fields = person | {"role": role, "entity": by.entity, "is_approved": True}
    user = User(email=email, username=username or newcomers.username_from(email), pk=newcomers.next_id(), **fields)
    user.set_unusable_password()
    known = User.objects.locked_with_email(email)
    if known is None and not newcomers.insert(user):
        known = User.objects.locked_with_email(email)
    if known is not None:
        user = _taken_over(known, by, fields)
    defer(mail_invitation, user_id=user.pk, occasion=uuid.uuid4().hex)
    log.info("User %s invited by %s: role=%s", user.pk, by.pk, user.role_name)
    return user


def _taken_over(known: User, by: User, fields: dict) -> User:
    belongs_elsewhere = known.entity_id != by.entity_id and (known.is_approved or known.leads.exists())
    if known.is_verified or known.is_staff or not known.is_active or belongs_elsewhere:
        raise AlreadyExists("This address has an account already.", fields={"email": "This address has an account."})
    for name, value in fields.items():
        setattr(known, name, value)
    known.set_unusable_password()
    known.save()
    return known


def _one_at_a_time(entity_id: int) -> None:
    """Changes of an entity's people wait for each other: two admins must not take each other's role away."""
    Entity.objects.select_for_update(no_key=True).get(pk=entity_id)


def _locked(user: User, by: User) -> User:
    colleagues = User.objects.in_entity_of(by).select_related("entity")
    fresh = colleagues.select_for_update(of=("self",), no_key=True).filter(pk=user.pk).first()
    if fresh is None:
        raise NotFound
    if fresh.is_staff and not by.is_superuser:
        raise NotAllowed("Staff accounts are changed in the admin.")
    return fresh


def _require_an_admin(entity_id: int) -> None:
    if not User.objects.filter(entity_id=entity_id).able_to_manage_users().exists():
        raise Conflict("An entity needs at least one active admin. Make somebody else admin first.")
