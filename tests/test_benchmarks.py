"""`make bench` at a tiny size: that every figure is still measured. What it says at this size means nothing."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
from rich.console import Console

from benchmarks import export
from benchmarks.__main__ import attempt, main
from benchmarks.cases import CASES, chosen
from benchmarks.measure import Client, Desk, Measured
from benchmarks.report import Results

FACTS = ["cpu", "cores", "memory_gb", "system", "python", "postgresql", "server", "at", "load_before"]


@pytest.mark.slow
def test_every_case_is_measured_beside_its_floor(tmp_path, capsys):
    main(["--sizes", "200,300", "--repeat", "2", "--output", str(tmp_path)])
    written = json.loads((tmp_path / "results.json").read_text())
    assert [case["name"] for case in written["cases"]] == [
        *(case.name for case in CASES),
        *(form.case.name for form in export.FORMS),
    ]
    assert all(case["queries"] for case in written["cases"][: len(CASES)])
    assert written["failures"] == []
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
        ("sales leads, 20, 100,000 to 1,000,000", "1.25×", 2.0, False),
        ("dashboard at 1,000,000", "50 ms", 49.0, True),
    ]


def test_a_case_that_fails_is_named_and_the_others_are_measured(capsys):
    results, first, second = Results([10]), *CASES[:2]

    def fail() -> Measured:
        raise RuntimeError("500")

    attempt(results, first, 10, fail, Console())
    attempt(results, second, 10, lambda: Measured(2.0, 1.0, 9), Console())

    assert results.failures == [f"{first.name} at 10: RuntimeError: 500"]
    assert results.cases == [second]
    assert first.name in capsys.readouterr().out


class Impatient(BaseHTTPRequestHandler):
    """Hangs up on who was silent for a moment, as servers do."""

    protocol_version, timeout = "HTTP/1.1", 0.1

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments):
        """Not on the console."""


@pytest.fixture
def impatient():
    with ThreadingHTTPServer(("127.0.0.1", 0), Impatient) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_a_restocked_desk_asks_anew_after_the_silence_of_a_long_fill(impatient):
    desk = Desk.__new__(Desk)
    desk.house = SimpleNamespace(ask=lambda _sql: [])
    desk.product, desk.floor = (Client(impatient.server_port) for _ in range(2))
    for client in (desk.product, desk.floor):
        client.ask("GET", "/")
    time.sleep(0.5)
    desk.restock()

    assert desk.product.ask("GET", "/") > 0
    assert desk.floor.ask("GET", "/") > 0


def test_what_one_size_gave_is_written_before_the_next_is_measured(tmp_path):
    results = Results([10, 20], machine=dict.fromkeys(FACTS, "-"), cases=CASES[:2])
    results.add(CASES[0], 10, Measured(2.0, 1.0, 9))
    results.write(tmp_path)

    written = json.loads((tmp_path / "results.json").read_text())
    assert written["cases"][0]["sizes"]["10"]["ratio"] == 2
    assert written["cases"][1]["sizes"] == {}
    assert f"| {CASES[0].name} |  | 2.0 / 1.0 = 2.0× | – |" in (tmp_path / "results.md").read_text()
