"""Every figure of BetterSide beside its floor: `make bench`.

    python -m benchmarks --sizes 10000,100000,1000000 --repeat 50
    python -m benchmarks --sizes 10000 --only list --only dashboard

A production-like server on loopback with a database of its own, which is deleted at the end. Writes results.json and
results.md here.
"""

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from . import capture, export, machine
from .cases import Case, chosen
from .house import BenchHouse, environment_is_quiet
from .measure import Desk
from .report import HERE, Results

COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())


def main(arguments: list[str] | None = None) -> Results:
    options = parse(arguments)
    console = Console(width=None if sys.stdout.isatty() else 160)
    if not environment_is_quiet():
        console.print("[yellow]Other work runs on this machine: the figures will be worse than they are, and ragged.")
    results = run(options, console)
    results.show(console)
    results.write(options.output)
    console.print(f"Written to {options.output}/results.json and results.md.", soft_wrap=True)
    return results


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--sizes", default="10000,100000,1000000", help="leads of the sales entity, one after the other"
    )
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="cases with this in their name")
    parser.add_argument("--repeat", type=int, default=50, help="rounds for each case; fewer when they take long")
    parser.add_argument("--output", type=Path, default=HERE, metavar="FOLDER")
    options = parser.parse_args(arguments)
    options.sizes = sorted(int(size) for size in options.sizes.split(","))
    return options


def run(options: argparse.Namespace, console: Console) -> Results:
    cases = chosen(options.only)
    results = Results(options.sizes, cases=list(cases))
    with BenchHouse(leads=options.sizes[0]) as house:
        results.machine = machine.facts(house)
        desk = Desk(house)
        results.queries = desk.count_queries(cases)
        for size in options.sizes:
            if size > house.leads:
                house.fill(size)
            desk.restock()
            measure_all(desk, results, cases, size, options.repeat, console)
            if wanted(options, "export"):
                results.add(export.CASE, size, export.measure(desk))
        if wanted(options, "capture"):
            results.capture = capture.figures(house, webhooks=4 * options.repeat, leads=options.repeat)
        results.seconds_to_seed = house.seconds
    return results


def measure_all(desk: Desk, results: Results, cases: list[Case], size: int, repeat: int, console: Console) -> None:
    with Progress(*COLUMNS, console=console, transient=True) as progress:
        for case in progress.track(cases, description=f"{size:,} leads"):
            results.add(case, size, desk.measure(case, repeat))


def wanted(options: argparse.Namespace, name: str) -> bool:
    return not options.only or name in options.only


if __name__ == "__main__":
    main()
