"""The daily chart of an ads request: a row of bars per measure, drawn on the server as SVG.

So it stands in the plain page, prints in sharp lines, and ten of them on one page cost nothing.
"""

from dataclasses import dataclass

from ..results import Results
from ..results_per_day import Day
from . import money

SLOT = 48  # pixels that a day is wide at most
LEAST = 2  # per cent: what is not nothing is seen


@dataclass(frozen=True)
class Bar:
    """In a box one unit wide per day and 100 high; `says` is its tooltip."""

    x: float
    y: float
    height: float
    says: str


@dataclass(frozen=True)
class Row:
    label: str
    most: str  # the highest day, in words
    tone: int  # --chart-1 to --chart-5
    bars: list[Bar]


@dataclass(frozen=True)
class Chart:
    days: list[Day]
    rows: list[Row]

    @property
    def width(self) -> int:
        return len(self.days) * SLOT


def of(results: Results, days: list[Day]) -> Chart:
    """Leads, and the spend unless it is in several currencies."""
    leads = _row("Leads", 1, days, [day.leads for day in days], str)
    if results.currency is None:
        return Chart(days, [leads])
    spend = _row("Spend", 2, days, [day.spend for day in days], lambda amount: money.written(amount, results.currency))
    return Chart(days, [spend, leads])


def _row(label: str, tone: int, days: list[Day], values: list, say) -> Row:
    top = max(values)
    bars = [
        _bar(place, 100 * float(value) / float(top), f"{day.date:%-d %b}: {label.lower()} {say(value)}")
        for place, (day, value) in enumerate(zip(days, values, strict=True))
        if value
    ]
    return Row(label=label, most=say(top), tone=tone, bars=bars)


def _bar(place: int, height: float, says: str) -> Bar:
    height = round(max(height, LEAST), 1)
    return Bar(x=place + 0.1, y=round(100 - height, 1), height=height, says=says)
