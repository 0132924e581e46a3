import pytest

from betterside import cells


@pytest.mark.parametrize(
    "text",
    [
        "=cmd|'/c calc'!A1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "\tharmless",
        "\u00a0=1",
        "  =1",
        "＝1",
        "＠x",
    ],
)
def test_a_formula_becomes_text_and_comes_back_as_it_was(text):
    assert cells.safe(text) == "'" + text
    assert cells.typed(cells.safe(text)) == text


@pytest.mark.parametrize("value", ["Asha", "a=b", "12-34", "", "'quoted'", None, -5, 3.5])
def test_everything_else_stays(value):
    assert cells.safe(value) == value
    if isinstance(value, str):
        assert cells.typed(value) == value
