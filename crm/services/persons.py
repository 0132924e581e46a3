"""By what the same person is known again: phone in its normal forms, and e-mail (DESIGN section 4)."""

from . import phones


def keys(*, phone: str, email: str, region: str) -> dict[str, str]:
    """What LeadQuerySet.same_person takes; empty texts name nobody."""
    return {"e164": phones.e164(phone, region), "digits": phones.digits(phone), "email": email.strip().lower()}
