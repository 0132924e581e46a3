"""Meta's numbers: texts, and left out where they are 0."""

from decimal import Decimal, InvalidOperation


def amount(value) -> Decimal:
    """To two places; 0 for what is no number, negative or absurd."""
    try:
        parsed = Decimal(str(value or 0))
    except InvalidOperation:
        return Decimal(0)
    return parsed.quantize(Decimal("0.01")) if parsed.is_finite() and 0 <= parsed < 10**12 else Decimal(0)


def first_action(actions, kinds: tuple[str, ...]) -> Decimal:
    """The value of the first kind that is there; 0 when none is."""
    entries = actions if isinstance(actions, list) else []
    values = {entry.get("action_type"): entry.get("value") for entry in entries if isinstance(entry, dict)}
    return next((amount(values[kind]) for kind in kinds if kind in values), Decimal(0))
