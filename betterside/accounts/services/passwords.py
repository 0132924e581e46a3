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
    """Set a password that was validated; end every login that the old one opened, and the code that would replace it."""
    user.set_password(password)
    user.save(update_fields=["password", "updated_at"])
    logins.end_all(user=user, reason=Login.EndReason.PASSWORD_CHANGED)
    OneTimeCode.objects.filter(email=user.email, purpose=RESET).end()


@transaction.atomic
def change_by_mail(*, user: User, password: str) -> None:
    """The same with a link or a code that was mailed: whoever has it reads the address's mail."""
    change(user=user, password=password)
    seats.prove_address(user=user)


def forgot(*, email: str, address: str) -> None:
    """Mail a code and a link to the address if it has an account; says nothing about that. Raises TooMany."""
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
        change_by_mail(user=user, password=password)
