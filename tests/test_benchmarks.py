"""`make bench` at a tiny size: that every figure is still measured. What it says at this size means nothing."""

import json

import pytest

from benchmarks import export
from benchmarks.__main__ import main
from benchmarks.cases import CASES, chosen
from benchmarks.measure import Measured
from benchmarks.report import Results


@pytest.mark.slow
def test_every_case_is_measured_beside_its_floor(tmp_path, capsys):
    main(["--sizes", "200,300", "--repeat", "2", "--output", str(tmp_path)])
    written = json.loads((tmp_path / "results.json").read_text())
    assert [case["name"] for case in written["cases"]] == [*(case.name for case in CASES), export.CASE.name]
    assert all(case["queries"] for case in written["cases"][:-1])
    for case in written["cases"]:
        assert case["sizes"]["200"]["ms"] > 0
        assert case["sizes"]["200"]["floor_ms"] > 0
    assert written["machine"]["postgresql"]
    assert "webhook to lead, median" in written["capture"]
    assert "| sales leads, 20 |" in (tmp_path / "results.md").read_text()
    assert "sales leads, 20" in capsys.readouterr().out


def test_names_are_told_apart_and_chosen_by_a_part():
    assert len({case.name for case in CASES}) == len(CASES)
    assert [case.name for case in chosen(["create"])] == ["create"]
    assert len(chosen(["lists"])) == 8
    assert chosen([]) == CASES


def test_bars_are_met_or_not_as_it_is():
    cases = [case for case in CASES if case.name in ("sales leads, 20", "dashboard")]
    measured = {
        "sales leads, 20": {100_000: Measured(2.0, 1.0, 9), 1_000_000: Measured(4.0, 1.0, 9)},
        "dashboard": {100_000: Measured(900.0, 1.0, 9), 1_000_000: Measured(49.0, 1.0, 9)},
    }
    assert Results([100_000, 1_000_000], cases=cases, measured=measured).bars() == [
        ("sales leads, 20 at 100,000", "3×", 2.0, True),
        ("sales leads, 20 at 1,000,000", "3×", 4.0, False),
        ("sales leads, 20, 100k to 1M", "1.25×", 2.0, False),
        ("dashboard at 1,000,000", "50 ms", 49.0, True),
    ]
