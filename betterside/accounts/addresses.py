"""E-mail addresses in one form, so that one mailbox is one account whatever the case or alphabet it was typed in."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from betterside.errors import Invalid

MAX_LENGTH = 100
REFUSAL = "Enter a valid email address."


def normalise(address: str) -> str:
    """Lower case, the domain as the mail system writes it (IDNA). Raises Invalid.

    Nothing but ASCII comes out: letters that only look alike, or that become another letter in the other case,
    cannot name somebody else's account.
    """
    local, _at, domain = address.strip().rpartition("@")
    try:
        found = f"{local}@{domain.encode('idna').decode()}"
        validate_email(found)
    except (UnicodeError, ValidationError) as error:
        raise Invalid(fields={"email": REFUSAL}) from error
    if not found.isascii() or len(found) > MAX_LENGTH:
        raise Invalid(fields={"email": REFUSAL})
    return found.lower()


def domain_of(address: str) -> str:
    return address.rpartition("@")[2]
