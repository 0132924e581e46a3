"""Choosing passwords, and getting back in without one."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from betterside.errors import Invalid

from ..models import Login, OneTimeCode, User
from . import codes, logins, seats

RESET = OneTimeCode.Purpose.RESET


def validate(password: str, user: User) -> None:
    """Invalid, with the first reason, for a password that is easily guessed. `user` may be unsaved."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(fields={"password": error.messages[0]}) from error


@transaction.atomic
def change(*, user: User, password: str) -> None:
    """Set a password that was validated, and end every login that the old one opened."""
    user.set_password(password)
    user.save(update_fields=["password", "updated_at"])
    logins.end_all(user=user, reason=Login.EndReason.PASSWORD_CHANGED)


@transaction.atomic
def accept_invitation(*, user: User, password: str) -> None:
    """Set the first password, which was validated; whoever has the link reads the address's mail."""
    change(user=user, password=password)
    seats.prove_address(user=user)


def forgot(*, email: str, address: str) -> None:
    """Mail a code to the address if it has an account; says nothing about that."""
    codes.limit_asking(purpose=RESET, email=email, address=address)
    with transaction.atomic():
        codes.ask(email=email, purpose=RESET)


def reset(*, email: str, digits: str, password: str, address: str) -> None:
    """Set a new password with a mailed code, which proves the address too.

    A password that is refused leaves the code usable. What is said before the code was right does not depend on
    the account. Raises Invalid, WrongCode, TooMany.
    """
    validate(password, User(email=email))
    code = codes.tried(purpose=RESET, email=email, digits=digits, address=address)
    with transaction.atomic():
        user = User.objects.active().locked_with_email(email)
        if user is None:
            raise codes.WrongCode
        codes.use(code)
        validate(password, user)
        change(user=user, password=password)
        seats.prove_address(user=user)
