"""Every figure of BetterSide beside its floor: `make bench`.

    python -m benchmarks --sizes 10000,100000,1000000 --repeat 50
    python -m benchmarks --sizes 10000 --only list --only dashboard

A production-like server on loopback with a database of its own, which is deleted at the end. Writes results.json and
results.md here.
"""

import argparse
import http.client
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rich.console import Console

from . import capture, export, machine
from .cases import Case, chosen
from .house import BenchHouse, environment_is_quiet
from .measure import Desk, Measured
from .report import HERE, Results


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
    """What was measured is written after each size, so that a run that ends early keeps it."""
    cases = chosen(options.only)
    results = Results(options.sizes, cases=list(cases))
    with BenchHouse(leads=options.sizes[0]) as house:
        results.machine, results.seconds_to_seed = machine.facts(house), house.seconds
        desk = Desk(house)
        results.queries = desk.count_queries(cases)
        for size in options.sizes:
            if size > house.leads:
                house.fill(size)
            desk.restock()
            desk.warm_up(cases)
            for case, measure in at_size(desk, options, cases, size):
                attempt(results, case, size, measure, console)
            results.write(options.output)
        if wanted(options, "capture"):
            results.capture = capture.figures(house, webhooks=4 * options.repeat, leads=options.repeat)
    return results


def at_size(desk: Desk, options: argparse.Namespace, cases: list[Case], size: int) -> list[tuple[Case, Callable]]:
    """Each case with what measures it."""
    forms = export.forms(size) if wanted(options, "export") else []
    return [(case, partial(desk.measure, case, options.repeat)) for case in cases] + [
        (form.case, partial(export.measure, desk, form)) for form in forms
    ]


def attempt(results: Results, case: Case, size: int, measure: Callable[[], Measured], console: Console) -> None:
    """A case that fails is named at the end, and in the process's exit code; the others are measured all the same."""
    try:
        measured = measure()
    except (RuntimeError, OSError, http.client.HTTPException) as error:
        results.failures.append(f"{case.name} at {size:,}: {type(error).__name__}: {error}")
        console.print(f"[red]{results.failures[-1]}", soft_wrap=True)
    else:
        results.add(case, size, measured)
        console.print(f"{size:>9,}  {case.name:<40} {measured}", highlight=False)


def wanted(options: argparse.Namespace, name: str) -> bool:
    return not options.only or name in options.only


if __name__ == "__main__":
    sys.exit(1 if main().failures else 0)
