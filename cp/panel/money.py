"""Amounts as a channel partner reads them."""


def rupees(amount) -> str:
    """₹ with the groups of Indian figures (12,34,567) and paise only where there are any."""
    whole, _, paise = f"{amount:.2f}".partition(".")
    groups = []
    head, tail = whole[:-3], whole[-3:]
    while head:
        head, group = head[:-2], head[-2:]
        groups.insert(0, group)
    return "₹" + ",".join([*groups, tail]) + ("" if paise == "00" else f".{paise}")


def written(amount, currency: str) -> str:
    """Rupees, or another currency's code before the amount: ₹12,34,567 and USD 1,234.50."""
    return rupees(amount) if currency == "INR" else f"{currency} {amount:,.2f}".strip()
