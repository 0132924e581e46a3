"""The pictures show the data: bars are as high as their values, beside a scale with its numbers."""

import io

import pytest
from PIL import Image

from betterside import charts
from betterside.charts import BOTTOM, COLOURS, LEFT, PAPER, RIGHT, TOP, Chart, Series


def drawn(labels, *series) -> Image.Image:
    chart = Chart("Leads", "leads", labels, [Series(f"s{n}", values) for n, values in enumerate(series)])
    return Image.open(io.BytesIO(charts.png(chart))).convert("RGB")


def bars(image, colour) -> list[int]:
    """The heights of the bars of a colour, from left to right."""
    rgb = tuple(int(colour[n : n + 2], 16) for n in (1, 3, 5))
    columns = [sum(image.getpixel((x, y)) == rgb for y in range(TOP, BOTTOM)) for x in range(LEFT, RIGHT + 1)]
    runs = []
    for before, now in zip([0, *columns], columns, strict=False):
        if now and not before:
            runs.append(0)
        if now:
            runs[-1] = max(runs[-1], now)
    return runs


def test_bars_are_as_high_as_their_values():
    heights = bars(drawn(["a", "b", "c"], [100, 50, 25]), COLOURS[0])

    assert heights == pytest.approx([290, 145, 72], abs=1)


def test_each_series_has_its_colour():
    image = drawn(["a", "b"], [40, 20], [10, 0], [0, 30])

    assert bars(image, COLOURS[0]) == pytest.approx([290, 145], abs=1)
    assert bars(image, COLOURS[1]) == pytest.approx([72], abs=1)
    assert bars(image, COLOURS[2]) == pytest.approx([218], abs=1)


@pytest.mark.parametrize(
    "where", [(LEFT, 10, RIGHT, 44), (0, TOP - 10, LEFT - 4, BOTTOM), (LEFT, BOTTOM + 4, RIGHT, 420)]
)
def test_title_scale_and_labels_are_written(where):
    image = drawn(["facebook", "website"], [3, 1])

    assert len(set(image.crop(where).get_flattened_data())) > 3, "only paper"


def test_nothing_but_zeros_is_an_empty_frame():
    image = drawn(["a", "b"], [0, 0])

    assert bars(image, COLOURS[0]) == []
    assert image.getpixel((RIGHT - 50, TOP + 20)) == tuple(int(PAPER[n : n + 2], 16) for n in (1, 3, 5))


def test_there_may_be_no_label_at_all():
    assert drawn([]).size == (charts.WIDTH, charts.HEIGHT)


def test_of_very_many_the_last_are_drawn():
    image = drawn([str(n) for n in range(1000)], [1] * 940 + [100] * 60)

    assert min(bars(image, COLOURS[0])) == pytest.approx(290, abs=1)


@pytest.mark.parametrize(
    ("highest", "top"),
    [
        (0, 4),
        (3, 4),
        (5, 6),
        (10, 10),
        (11, 20),
        (100, 100),
        (101, 200),
        (250, 400),
        (999, 1000),
        (1_000_000, 1_000_000),
    ],
)
def test_the_scale_ends_at_a_round_number(highest, top):
    assert charts.scale_top(highest) == top
