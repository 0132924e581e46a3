"""The channel contract's words and rules, for its API and for the panel's forms (channel.md, "Tables")."""

import re
import unicodedata
from decimal import Decimal

from django.core.exceptions import ValidationError

SOURCES = ["meta_ads", "organic", "betterside", "referral", "other"]
STATUSES = ["new", "called_no_answer", "interested", "not_interested", "follow_up", "closed"]

LEAST_BUDGET = Decimal("0.01")  # INR
LONGEST_DAYS = 365


def ten_digits(value: str) -> None:
    """Exactly ten ASCII digits; `\\d` would let other scripts' digits through."""
    if not re.fullmatch(r"[0-9]{10}", value):
        raise ValidationError("Phone must be exactly 10 digits.")


def city(value: str) -> None:
    """Letters of any script, with the marks that some put on them (पुणे), and what stands between them."""
    if not value[:1].isalpha() or not all(_in_a_name(character) for character in value):
        raise ValidationError("City must be a name: letters, spaces, dots and hyphens.")


def _in_a_name(character: str) -> bool:
    return character.isalpha() or character in " .'’()-" or unicodedata.category(character).startswith("M")
