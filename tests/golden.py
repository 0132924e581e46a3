"""Whole answers compared with files: `<app>/tests/golden/<face>/<name>.json`, each {"status": …, "body": …}.

    def test_create(api, golden):
        golden(api.as_(cp).post("/api/cp/leads", {...}), "channel/lead-create")

What differs from run to run is written as a placeholder: "<int>", "<datetime>", "<date>", "<uuid>", "<token>",
"<lead_code>", "<number>", "<text>", or "<any>" for whatever is there. All else must be
equal: a key more, less or renamed fails, whatever its value. `pytest --update-golden` writes the files anew; placeholders
that were there and still match are kept, so one set by hand survives. Look at the diff before you commit it.
"""

import json
import re
from datetime import date, datetime
from pathlib import Path

import pytest

ISO = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})"
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def _is_text(pattern: str):
    return lambda value: isinstance(value, str) and bool(re.fullmatch(pattern, value))


def _is_date(value) -> bool:
    return _is_text(r"\d{4}-\d{2}-\d{2}")(value) and bool(date.fromisoformat(value))


def _is_datetime(value) -> bool:
    return _is_text(ISO)(value) and bool(datetime.fromisoformat(value))


# In the order in which a new file's volatile values are recognised.
PLACEHOLDERS = {
    "<datetime>": _is_datetime,
    "<date>": _is_date,
    "<uuid>": _is_text(UUID),
    "<token>": _is_text(r"[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}"),
    "<lead_code>": _is_text(r"LEAD-\d{4}-\d{6}"),
    "<int>": lambda value: type(value) is int,
    "<number>": lambda value: type(value) in (int, float),
    "<text>": lambda value: isinstance(value, str) and bool(value),
    "<any>": lambda value: True,
}
RECOGNISED = ["<datetime>", "<date>", "<uuid>", "<token>", "<lead_code>"]
ID_KEYS = re.compile(r"id|\w+_id|\w+Id")


def difference(expected, actual, where: str = "body") -> list[str]:
    """Sentences about each place where the answer is not what the file says."""
    if isinstance(expected, str) and expected in PLACEHOLDERS:
        return [] if PLACEHOLDERS[expected](actual) else [f"{where}: {actual!r} is no {expected}"]
    if isinstance(expected, dict) and isinstance(actual, dict):
        found = [f"{where}: {key!r} is missing" for key in expected.keys() - actual.keys()]
        found += [f"{where}: {key!r} is new" for key in actual.keys() - expected.keys()]
        for key in expected.keys() & actual.keys():
            found += difference(expected[key], actual[key], f"{where}.{key}")
        return found
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        pairs = enumerate(zip(expected, actual, strict=True))
        return [line for index, pair in pairs for line in difference(*pair, f"{where}[{index}]")]
    same = type(expected) is type(actual) and expected == actual
    return [] if same else [f"{where}: {actual!r} instead of {expected!r}"]


def with_placeholders(actual, before=None, key: str = ""):
    """The value as a file keeps it; `before` is what the file said until now."""
    if isinstance(before, str) and before in PLACEHOLDERS and PLACEHOLDERS[before](actual):
        return before
    if isinstance(actual, dict):
        old = before if isinstance(before, dict) else {}
        return {name: with_placeholders(value, old.get(name), name) for name, value in actual.items()}
    if isinstance(actual, list):
        old = before if isinstance(before, list) and len(before) == len(actual) else [None] * len(actual)
        return [with_placeholders(*pair, key) for pair in zip(actual, old, strict=True)]
    if type(actual) is int and ID_KEYS.fullmatch(key):
        return "<int>"
    return next((name for name in RECOGNISED if PLACEHOLDERS[name](actual)), actual)


@pytest.fixture
def golden(request):
    """`golden(answer, "channel/lead-create")` compares status and whole body with the file of that name."""
    folder = Path(request.path).parent / "golden"

    def compare(answer, name: str) -> None:
        path = folder / f"{name}.json"
        actual = {"status": answer.status_code, "body": json.loads(answer.content) if answer.content else None}
        if request.config.getoption("--update-golden"):
            _write(path, actual)
            return
        assert path.exists(), f"There is no {path.name}; run pytest --update-golden and look at it. {actual}"
        expected = json.loads(path.read_text())
        found = difference(expected["body"], actual["body"])
        if expected["status"] != actual["status"]:
            found.insert(0, f"status {actual['status']} instead of {expected['status']}")
        assert not found, f"{name}.json: " + "; ".join(found)

    return compare


def _write(path: Path, actual: dict) -> None:
    before = json.loads(path.read_text()) if path.exists() else None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(with_placeholders(actual, before), indent=2, ensure_ascii=False) + "\n")
