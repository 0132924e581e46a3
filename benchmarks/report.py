"""The results: as a table in the terminal, as JSON, as Markdown for the README."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from rich.console import Console
from rich.table import Table

from .cases import Case
from .measure import Measured

HERE = Path(__file__).resolve().parent


@dataclass
class Results:
    sizes: list[int]
    machine: dict = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)
    queries: dict[str, int] = field(default_factory=dict)
    measured: dict[str, dict[int, Measured]] = field(default_factory=dict)
    seconds_to_seed: dict[int, float] = field(default_factory=dict)
    capture: list[list] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def add(self, case: Case, size: int, measured: Measured) -> None:
        if case not in self.cases:
            self.cases.append(case)
        self.measured.setdefault(case.name, {})[size] = measured

    def bars(self) -> list[tuple[str, str, float, bool]]:
        """(what, the bar, what was measured, whether it is met): ratios at each size, milliseconds at the largest, growth
        between the last two. Section 14 means a million leads, and 100,000 to a million."""
        return [bar for case in self.cases for bar in self._bars(case, self.measured.get(case.name, {}))]

    @staticmethod
    def _bars(case: Case, measured: dict[int, Measured]) -> Iterator[tuple[str, str, float, bool]]:
        sizes = sorted(measured)
        for size in sizes if case.ratio else []:
            yield _bar(f"{case.name} at {size:,}", f"{case.ratio:g}×", measured[size].ratio, case.ratio)
        for size in sizes[-1:] if case.milliseconds else []:
            yield _bar(f"{case.name} at {size:,}", f"{case.milliseconds:g} ms", measured[size].ms, case.milliseconds)
        for size, larger in list(pairwise(sizes))[-1:] if case.growth else []:
            grown = measured[larger].ms / measured[size].ms
            yield _bar(f"{case.name}, {size:,} to {larger:,}", f"{case.growth:g}×", grown, case.growth)

    def rows(self) -> list[list[str]]:
        return [
            [case.name, str(self.queries.get(case.name, ""))]
            + [str(self.measured.get(case.name, {}).get(size, "–")) for size in self.sizes]
            for case in self.cases
        ]

    @property
    def headings(self) -> list[str]:
        return ["what", "queries", *(f"{size:,} leads" for size in self.sizes)]

    def show(self, console: Console) -> None:
        table = Table(*self.headings, title="Milliseconds, floor's milliseconds, ratio", title_justify="left")
        for row in self.rows():
            table.add_row(*row)
        console.print(table)
        bars = Table("bar", "at most", "measured", "met", title="Bars of section 14", title_justify="left")
        for what, bar, value, met in self.bars():
            bars.add_row(what, bar, f"{value:.2f}", "yes" if met else "[red]no")
        if bars.row_count:
            console.print(bars)
        if self.capture:
            table = Table("capture", "figure", title_justify="left")
            for name, figure in self.capture:
                table.add_row(name, figure)
            console.print(table)
        for failure in self.failures:
            console.print(f"[red]Not measured: {failure}", soft_wrap=True)
        console.print(_facts(self.machine), soft_wrap=True)

    def write(self, directory: Path = HERE) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "results.json").write_text(json.dumps(self.as_json(), indent=2, ensure_ascii=False) + "\n")
        (directory / "results.md").write_text(self.as_markdown())

    def as_json(self) -> dict:
        return {
            "machine": self.machine,
            "seconds_to_seed": self.seconds_to_seed,
            "cases": [self._case(case) for case in self.cases],
            "bars": [
                {"what": what, "bar": bar, "measured": round(value, 3), "met": met}
                for what, bar, value, met in self.bars()
            ],
            "capture": dict(self.capture),
            "failures": self.failures,
        }

    def _case(self, case: Case) -> dict:
        sizes = {
            str(size): {
                "ms": round(one.ms, 3),
                "floor_ms": round(one.floor_ms, 3),
                "ratio": round(one.ratio, 2),
                "rounds": one.rounds,
            }
            for size, one in self.measured.get(case.name, {}).items()
        }
        return {"group": case.group, "name": case.name, "queries": self.queries.get(case.name), "sizes": sizes}

    def as_markdown(self) -> str:
        bars = [[what, bar, f"{value:.2f}", "yes" if met else "**no**"] for what, bar, value, met in self.bars()]
        parts = [
            f"{_facts(self.machine)} Each cell: milliseconds, the floor's milliseconds, the ratio.",
            _table(self.headings, self.rows()),
            _table(["bar", "at most", "measured", "met"], bars) if bars else "",
            _table(["capture", "figure"], self.capture) if self.capture else "",
            "\n".join(f"- Not measured: {failure}" for failure in self.failures),
        ]
        return "\n\n".join(part for part in parts if part) + "\n"


def _bar(what: str, bar: str, value: float, most: float) -> tuple[str, str, float, bool]:
    return what, bar, value, value <= most


def _facts(machine: dict) -> str:
    return (
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_gb']} GB, {machine['system']}, Python "
        f"{machine['python']}, PostgreSQL {machine['postgresql']}; {machine['server']}; {machine['at']}, load "
        f"{machine['load_before']}. Medians of one client; product and floor asked in turn."
    )


def _table(headings: list[str], rows: list) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
