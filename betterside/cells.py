"""Spreadsheet cells: what people typed must not run as a formula in somebody's Excel (trust, case 26)."""

import re

# After any white space (tabs, line ends, no-break spaces): a sign that starts a formula, also in its full width.
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r]")  # noqa: RUF001
SAVED = re.compile(rf"'(?={FORMULA.pattern})")


def safe(value):
    """A text that would be a formula, with an apostrophe before it; everything else as it is."""
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value


def typed(value: str) -> str:
    """What `safe` made safe, as it was typed."""
    return SAVED.sub("", value, count=1) if SAVED.match(value) else value
