"""One-time codes: asking for one, and trying one (DESIGN section 9: six digits; trust 13, 14)."""

from datetime import timedelta

from django.db import connection
from django.utils.crypto import constant_time_compare

from betterside import clock
from betterside.api import limits
from betterside.errors import Invalid
from betterside.jobs import defer

from ..jobs import mail_code
from ..models import OneTimeCode

CODES_PER_HOUR = 5
ASKED_PER_ADDRESS = 30  # a minute, by one client address
ASKED_PER_ACCOUNT = 5
TRIED_PER_ADDRESS = 30
TRIED_PER_ACCOUNT = 10


class WrongCode(Invalid):
    code = "WRONG_CODE"

    def __init__(self):
        super().__init__(fields={"otp": "The code is wrong or has expired."})


def limit_asking(*, purpose: str, email: str, address: str) -> None:
    """TooMany, for at most a minute, when a person asks faster than people do. Call it outside a transaction."""
    limits.hit("code.ask.address", address, limit=ASKED_PER_ADDRESS)
    limits.hit(f"code.ask.{purpose}", email, address, limit=ASKED_PER_ACCOUNT)


def ask(*, email: str, purpose: str) -> None:
    """Make a code that replaces the address's older one, and have it mailed if an account wants it.

    The sixth within an hour makes none, and nobody is told: how long to wait would be a wait of up to an hour, and
    the sentence that every caller shows names the limit. Must run in a transaction; the mail follows its commit.
    """
    _one_at_a_time(email)
    codes = OneTimeCode.objects.filter(email=email)
    if codes.filter(created_at__gt=clock.now() - timedelta(hours=1)).count() >= CODES_PER_HOUR:
        return
    codes.filter(purpose=purpose).end()
    code = OneTimeCode.objects.create(email=email, purpose=purpose)
    defer(mail_code, code_id=code.pk)


def _one_at_a_time(email: str) -> None:
    """Requests for one address wait for each other: there may be no row yet that could be locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"one_time_code:{email}"])


def tried(*, purpose: str, email: str, digits: str, address: str) -> OneTimeCode:
    """The code that these digits are; the try is counted whatever comes of it. Raises WrongCode or TooMany.

    Call it outside a transaction that may be rolled back, and `use` the code within the one that acts on it.
    """
    limits.hit("code.try.address", address, limit=TRIED_PER_ADDRESS)
    limits.hit("code.try.account", email, address, limit=TRIED_PER_ACCOUNT)
    code = OneTimeCode.objects.counting_a_try(email=email, purpose=purpose)
    if code is None or not constant_time_compare(code.digits, digits):
        raise WrongCode
    return code


def use(code: OneTimeCode) -> None:
    """End the code; WrongCode when it was used or replaced in the meantime."""
    if not OneTimeCode.objects.filter(pk=code.pk).end():
        raise WrongCode
