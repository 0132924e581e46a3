"""Registering, and proving the address (sales.md, "User Registration", "Email Verification"; DESIGN section 3).

Nothing that a stranger is told, nor how long it takes, depends on whether an address or a username has an account
(trust 14): each path makes one password hash, one user id, one code, and as many queries. A username is a wish for the same reason:
when it is taken the account gets it with digits behind, and the mail says so.
"""

from dataclasses import dataclass

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from betterside.api import limits
from betterside.errors import Invalid

from ..addresses import domain_of
from ..models import Entity, OneTimeCode, User
from . import codes, newcomers, passwords, seats

VERIFY = OneTimeCode.Purpose.VERIFY
PER_ADDRESS = 30  # a minute, by one client address


@dataclass(frozen=True)
class Registered:
    """What the registrant is told; the id is the account's only if it is new."""

    user_id: int
    username: str
    email: str


def register(*, email: str, password: str, entity: str, address: str, **person) -> Registered:
    """Take in somebody who signs up, and mail a code to the address.

    `entity` is a slug, or empty to go by the address's domain; `person` holds username, first_name, last_name, phone.
    Raises Invalid and TooMany. Must not run inside a transaction.
    """
    limits.hit("register.address", address, limit=PER_ADDRESS)
    user = User(email=email, entity=_entity(entity, email), **person)
    passwords.validate(password, user)
    wish = user.username
    with transaction.atomic():
        user.pk = newcomers.next_id()
        known = User.objects.locked_with_email(email)
        if known is None:
            user.password = make_password(password)
            known = None if newcomers.insert(user) else User.objects.locked_with_email(email)
        if known is not None:
            _again(known, user, password)
        codes.ask(email=email, purpose=VERIFY)
    return Registered(user_id=user.pk, username=wish, email=email)


def verify(*, email: str, digits: str, address: str) -> User:
    """Prove the address with the mailed code. Raises WrongCode, also for an account that needs none, and TooMany."""
    code = codes.tried(purpose=VERIFY, email=email, digits=digits, address=address)
    with transaction.atomic():
        user = User.objects.active().locked_with_email(email)
        if user is None or user.is_verified:
            raise codes.WrongCode
        codes.use(code)
        seats.prove_address(user=user)
    return user


def resend(*, email: str, address: str) -> None:
    """Mail a new code to the address if it waits for one; says nothing about that."""
    codes.limit_asking(purpose=VERIFY, email=email, address=address)
    with transaction.atomic():
        codes.ask(email=email, purpose=VERIFY)


def _entity(slug: str, email: str) -> Entity:
    entities = Entity.objects.filter(is_active=True)
    if slug:
        found = entities.filter(slug=slug.lower()).first()
    else:
        found = entities.filter(email_domain__iexact=domain_of(email)).first()
    if found is None:
        raise Invalid(fields={"entity": "Name the entity that you belong to."})
    return found


def _again(known: User, typed: User, password: str) -> None:
    """Somebody registers an address that has an account: nothing changes unless nobody has proved the address yet.

    Then the newest names count, since only the mailbox's owner can complete the registration. But the owner could
    complete a stranger's: of two different passwords neither is kept, and the mail says how to choose one.
    """
    if known.is_verified or known.is_invited or not known.is_active:
        # The work that a new account takes; the address's constraint stores nothing.
        typed.password = make_password(password)
        newcomers.stored(typed)
        return
    if not check_password(password, known.password):
        known.set_unusable_password()
    for name in ("first_name", "last_name", "phone"):
        setattr(known, name, getattr(typed, name))
    if not (known.is_approved or known.leads.exists()):
        known.entity = typed.entity
    known.save()
