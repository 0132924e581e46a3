"""Bar charts as PNG pictures, drawn by Pillow: title, axes, labels, and a bar for every value."""

import io
import math
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 900, 460
LEFT, TOP, RIGHT, BOTTOM = 80, 90, 870, 380
INK, PALE, PAPER = "#1b2a33", "#d5dde1", "#ffffff"
COLOURS = ("#0b6655", "#e08a00", "#7a4fb5")
MOST_BARS = 60
STEPS = 4


class Series(NamedTuple):
    name: str
    values: list[float]


class Chart(NamedTuple):
    """`labels` stand below the groups of bars; each series has a value for each. `unit` is what is counted."""

    title: str
    unit: str
    labels: list[str]
    series: list[Series]


def png(chart: Chart) -> bytes:
    """Of more than 60 labels the last 60 are drawn, and the title says so."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen, chart = ImageDraw.Draw(image), _cut(chart)
    top = scale_top(max((value for series in chart.series for value in series.values), default=0))
    _head(pen, chart)
    _grid(pen, chart.unit, top)
    _bars(pen, chart, top)
    stream = io.BytesIO()
    image.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def scale_top(highest: float) -> float:
    """The end of the scale: a round number, at or above the highest value, that divides into quarters."""
    if highest <= STEPS:
        return STEPS
    power = 10 ** math.floor(math.log10(highest))
    return next(step * power for step in (1, 2, 4, 6, 8, 10, 20) if step * power >= highest)


def height_of(value: float, top: float) -> int:
    """Pixels of a bar."""
    return round((BOTTOM - TOP) * value / top)


def _cut(chart: Chart) -> Chart:
    if len(chart.labels) <= MOST_BARS:
        return chart
    series = [Series(one.name, one.values[-MOST_BARS:]) for one in chart.series]
    return Chart(f"{chart.title} (the last {MOST_BARS})", chart.unit, chart.labels[-MOST_BARS:], series)


def _font(size: int):
    return ImageFont.load_default(size)


def _head(pen, chart: Chart) -> None:
    pen.text((LEFT, 16), chart.title[:70], INK, _font(22))
    x = LEFT
    for colour, series in zip(COLOURS, chart.series, strict=False):
        pen.rectangle((x, 56, x + 13, 69), colour)
        pen.text((x + 20, 54), series.name, INK, _font(14))
        x += 50 + pen.textlength(series.name, _font(14))


def _grid(pen, unit: str, top: float) -> None:
    for step in range(STEPS + 1):
        value = top * step / STEPS
        y = BOTTOM - height_of(value, top)
        pen.line((LEFT, y, RIGHT, y), INK if step == 0 else PALE)
        pen.text((LEFT - 8, y), f"{value:,.10g}", INK, _font(13), anchor="rm")
    pen.line((LEFT, TOP, LEFT, BOTTOM), INK)
    pen.text((12, TOP - 24), unit, INK, _font(13))


def _bars(pen, chart: Chart, top: float) -> None:
    space = (RIGHT - LEFT) / max(1, len(chart.labels))
    width = min(48, space * 0.8 / max(1, len(chart.series)))
    every = math.ceil(len(chart.labels) / 12)
    for place, label in enumerate(chart.labels):
        middle = LEFT + space * (place + 0.5)
        for number, series in enumerate(chart.series):
            x = middle + width * (number - len(chart.series) / 2)
            _bar(pen, x, width, series.values[place], top, COLOURS[number], with_value=len(chart.labels) <= 12)
        if place % every == 0:
            # Where labels would touch, every second one stands lower.
            lower = 18 * (place // every % 2) if len(chart.labels) > 5 else 0
            pen.text((middle, BOTTOM + 10 + lower), label[:20], INK, _font(13), anchor="ma")


def _bar(pen, x: float, width: float, value: float, top: float, colour: str, *, with_value: bool) -> None:
    height = height_of(value, top)
    if height:
        pen.rectangle((round(x), BOTTOM - height, round(x + width) - 2, BOTTOM - 1), colour)
    if with_value:
        pen.text((x + width / 2, BOTTOM - height - 4), f"{value:,.10g}", INK, _font(12), anchor="mb")
