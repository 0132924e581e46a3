"""Phones: stored as typed; two normal forms beside it, by which the same person is found again (DESIGN section 4)."""

import re

import phonenumbers


def e164(phone: str, region: str) -> str:
    """`+919876543210` when libphonenumber can parse it for the region, else empty. Validity is no gate."""
    try:
        number = phonenumbers.parse(phone, region or None)
    except phonenumbers.NumberParseException:
        return ""
    formatted = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return formatted if len(formatted) <= 20 else ""


def digits(phone: str) -> str:
    return re.sub(r"[^0-9]", "", phone)
