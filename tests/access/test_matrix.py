import json
import re

import pytest

from tests.routes import Route, all_routes

from .registry import ROWS, Row
from .world import contents, undone

pytestmark = pytest.mark.django_db

# Route (regular expression, whole path) → why it needs no row.
EXEMPT = {
    r"/admin(/.*)?": "Django's admin asks each view for is_staff; admin tests hold that",
    r"/(healthz|readyz|favicon.ico)": "says nothing about anybody",
    r"/api/(schema|docs)": "the contract is public",
    r"/api/events": "a stream without an end; realtime's tests hold who hears what",
    r"/\^\(api\|auth\)\(/\.\*\)\?\$": "answers 404 to everybody",
    r"/password/reset/<uidb64>/<token>": "the token is the permission; accounts' tests of the reset pages hold it",
}


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_each_role_gets_what_the_row_says(row: Row, world):
    path = row.path(world)
    row.payload(world)
    before = contents()
    wrong = [problem for role in row.statuses for problem in _problems(row, role, path, world, before)]
    assert not wrong, "\n".join(wrong)


def _problems(row: Row, role: str, path: str, world, before: dict) -> list[str]:
    expected = row.statuses[role]
    with undone():
        answer = world.ask(row, role, path)
        found = []
        if answer.status_code != expected:
            found.append(f"{role}: {answer.status_code} instead of {expected}: {answer.content[:300]}")
        is_nobody = role == "anonymous" and "X-Admin-Token" not in row.headers
        if (expected >= 400 or answer.status_code >= 400 or is_nobody) and (after := contents()) != before:
            changed = [table for table in after if after[table] != before[table]]
            found.append(f"{role}: refused, but {', '.join(changed)} changed")
    return found


@pytest.mark.parametrize("row", [row for row in ROWS if row.on and row.statuses["foreign"] == 404], ids=str)
def test_a_foreign_object_is_refused_in_the_words_for_one_that_never_was(row: Row, world):
    with undone():
        foreign = world.ask(row, "foreign")
    with undone():
        missing = world.ask(row, "foreign", row.path(world, missing=True))
    assert missing.status_code == 404
    assert _words(foreign) == _words(missing)


@pytest.mark.parametrize("row", [row for row in ROWS if row.method == "GET"], ids=str)
def test_head_gets_the_verdict_of_get(row: Row, world):
    path = row.path(world)
    head = Row(method="HEAD", name=row.name, statuses=row.statuses, on=row.on, headers=row.headers, page=row.page)
    for role in ("anonymous", "foreign", "buyer", "manager"):
        with undone():
            assert world.ask(head, role, path).status_code == row.statuses[role], role


def _words(answer) -> object:
    """The body without what differs between any two answers: times, CSRF tokens."""
    if not answer["Content-Type"].startswith("application/json"):
        return re.sub(r'csrf[^>]+value="\w+"|"X-CSRFToken": ?"\w+"', "", answer.content.decode())
    body = json.loads(answer.content)
    body.pop("timestamp", None)
    return body


def test_every_route_has_a_row_for_each_method():
    rows = {(row.name, row.method) for row in ROWS}
    missing = [
        f"{method} {route.path} ({route.name or 'give it a name'})"
        for route in all_routes()
        for method in route.methods
        if not _exempt(route) and (route.name, method) not in rows
    ]
    assert not missing, "No row in tests/access for: " + ", ".join(missing)


def test_every_row_has_a_route():
    routes = {(route.name, method) for route in all_routes() for method in route.methods}
    functions = {route.name for route in all_routes() if not route.actions and route.methods == ("GET",)}
    assert not [str(row) for row in ROWS if (row.name, row.method) not in routes and row.name not in functions]


def test_every_exemption_is_of_a_route_that_exists():
    paths = [route.path for route in all_routes()]
    assert not [pattern for pattern in EXEMPT if not any(re.fullmatch(pattern, path) for path in paths)]


def _exempt(route: Route) -> bool:
    return any(re.fullmatch(pattern, route.path) for pattern in EXEMPT)
