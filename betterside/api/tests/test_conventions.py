"""What every face does alike (DESIGN section 1; trust section 1, point 6)."""

import logging

import pytest
from django.db import OperationalError, connection
from django.test import Client

from betterside import errors
from betterside.accounts.tests.factories import UserFactory
from betterside.api import faces
from cp.services import leads
from crm.models import Lead
from crm.tests.factories import make_lead
from tests.routes import METHODS, all_routes
from tests.shapes import assert_in_shape

pytestmark = pytest.mark.django_db

# A path under each prefix of the faces that no route has.
UNKNOWN = {
    "channel": "/api/cp/nothing",
    "channel root": "/api/cp",
    "sales": "/api/nothing",
    "sales root": "/api",
    "growth": "/api/contacts/nothing/here",
    "practice": "/api/v1/nothing",
    "practice sign-in": "/auth/nothing",
    "marketing": "/api/v1/marketing/nothing",
}
LEAD = {"name": "Asha Rao", "phone": "9876543210"}


@pytest.fixture
def cp():
    return UserFactory(cp=True)


@pytest.fixture
def client(api, cp):
    return api.as_(cp)


# --- unknown paths and methods ---------------------------------------------------------------------


@pytest.mark.parametrize("face", UNKNOWN)
@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options"])
def test_an_unknown_path_is_404_in_shape(client, face, method):
    answer = getattr(client, method)(UNKNOWN[face])
    assert answer.status_code == 404
    assert_in_shape(answer, UNKNOWN[face])


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "text/csv;q=0.5", "nonsense"])
def test_a_client_that_asks_for_another_type_gets_json(client, accept):
    answer = client.get("/api/cp/leads", headers={"Accept": accept})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer.json()["meta"]["total"] == 0


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", [*UNKNOWN.values(), "/api/v1/leads/abc", "/api/cp/leads/-1"])
def test_an_unknown_path_is_404_whatever_a_form_would_have_to_prove(path, method):
    """Django's own check of the CSRF token, which the usual client leaves out, comes before a view's."""
    answer = getattr(Client(enforce_csrf_checks=True), method)(path, {}, content_type="application/json")
    assert answer.status_code == 404
    assert_in_shape(answer, path)


@pytest.mark.parametrize(
    "path", ["/api/cp/leads/abc", "/api/cp/leads/-1", "/api/cp/leads/1/x", "/api//cp/leads", "/api/%00"]
)
def test_a_path_that_is_nearly_one_is_404_in_shape(client, path):
    answer = client.get(path)
    assert answer.status_code == 404
    assert_in_shape(answer, path)


def test_an_id_beyond_the_database_s_numbers_is_404(client):
    assert client.get(f"/api/cp/leads/{10**30}").status_code == 404
    assert client.patch(f"/api/cp/leads/{2**63}", {"notes": "x"}).status_code == 404


def test_an_unknown_page_is_html(client):
    answer = client.get("/nothing")
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")


def wrong_methods() -> list[tuple[str, str]]:
    """(method, path) for each API route and a method that it does not answer."""
    found = []
    for route in all_routes():
        others = [method for method in METHODS if method not in route.methods]
        if route.actions and "<" not in route.path and others:
            found.append((others[0].lower(), route.path))
    return found


@pytest.mark.parametrize(("method", "path"), wrong_methods())
def test_a_wrong_method_is_refused_in_shape(api, method, path):
    for user in (UserFactory(manager=True), UserFactory(cp=True), None):
        answer = getattr(api.as_(user), method)(path)
        assert answer.status_code in (401, 403, 405)
        assert_in_shape(answer, path)


def test_a_wrong_method_is_405_and_names_the_right_ones(client):
    answer = client.delete("/api/cp/leads")
    assert answer.status_code == 405
    assert answer["Allow"].startswith("GET, POST")


def test_options_tells_nothing_about_the_view(client):
    answer = client.options("/api/cp/leads")
    assert answer.status_code == 405
    assert_in_shape(answer, "/api/cp/leads")


def test_head_is_get_without_a_body(client):
    answer = client.head("/api/cp/leads")
    assert answer.status_code == 200
    assert answer.content == b""


# --- bodies ------------------------------------------------------------------------------------------


def test_a_large_body_is_refused_before_it_is_read(client):
    answer = client.post("/api/cp/leads", b"{}", content_type="application/json", CONTENT_LENGTH="10000000")
    assert answer.status_code == 413
    assert_in_shape(answer, "/api/cp/leads")


def test_a_large_body_is_refused_on_pages_too(cp):
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(cp)
    answer = browser.post("/leads/new", {"name": "x" * 3_000_000})
    assert answer.status_code in (400, 413)


def test_a_form_with_thousands_of_fields_is_refused(cp):
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(cp)
    answer = browser.post("/leads/new", {f"field{number}": "x" for number in range(1001)})
    assert answer.status_code == 400


# --- hosts, slashes, ids -------------------------------------------------------------------------------


@pytest.mark.parametrize("face", UNKNOWN)
def test_a_wrong_host_is_400_in_shape(client, face):
    answer = client.get(UNKNOWN[face], headers={"Host": "evil.example"})
    assert answer.status_code == faces.face_of(UNKNOWN[face]).invalid_status
    assert_in_shape(answer, UNKNOWN[face])


@pytest.mark.parametrize("path", ["/api/cp/leads/", "/api/cp/leads//"])
def test_a_trailing_slash_changes_nothing(client, path):
    created = client.post(path, LEAD)
    assert created.status_code == 201
    assert client.get(path).json()["meta"]["total"] == 1


def test_every_answer_has_a_request_id(client):
    for path in ("/api/cp/leads", "/api/nothing", "/healthz", "/login", "/nothing"):
        assert len(client.get(path)["X-Request-ID"]) == 32


def test_a_request_id_that_was_sent_comes_back(client):
    assert client.get("/api/cp/leads", headers={"X-Request-ID": "abc-123"})["X-Request-ID"] == "abc-123"


@pytest.mark.parametrize("sent", ["", "x" * 65, "a b", "<script>", "ü", "a\tb"])
def test_a_request_id_that_is_none_is_replaced(client, sent):
    assert len(client.get("/api/cp/leads", headers={"X-Request-ID": sent})["X-Request-ID"]) == 32


# --- what goes wrong inside ------------------------------------------------------------------------------


def fail_with(monkeypatch, error):
    def fail(**kwargs):
        Lead.objects.update(notes="written before the failure")
        raise error

    monkeypatch.setattr(leads, "create", fail)


def test_an_unexpected_error_is_500_in_shape_and_logged_with_the_request_id(client, monkeypatch, caplog, cp):
    lead = make_lead(owner=cp, pipeline="channel")
    fail_with(monkeypatch, ZeroDivisionError("secret detail"))
    client.raise_request_exception = False

    with caplog.at_level(logging.ERROR):
        answer = client.post("/api/cp/leads", LEAD, headers={"X-Request-ID": "trace-me"})

    assert answer.status_code == 500
    assert assert_in_shape(answer, "/api/cp/leads")["error"] == "Internal server error"
    assert b"secret" not in answer.content
    assert answer["X-Request-ID"] == "trace-me"
    record = next(record for record in caplog.records if record.exc_info)
    assert record.exc_info[0] is ZeroDivisionError
    lead.refresh_from_db()
    assert lead.notes == ""


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.Conflict("No."), 409),
        (errors.TooMany(retry_after=7), 429),
        (errors.Unavailable(), 503),
        (OperationalError("server closed the connection"), 503),
        (OverflowError("int too large"), 400),
        (RecursionError("maximum depth"), 400),
    ],
)
def test_an_error_that_becomes_an_answer_changes_nothing(client, monkeypatch, cp, error, status):
    lead = make_lead(owner=cp, pipeline="channel")
    fail_with(monkeypatch, error)
    answer = client.post("/api/cp/leads", LEAD)
    assert answer.status_code == status
    assert_in_shape(answer, "/api/cp/leads")
    assert (answer.get("Retry-After") is not None) == (status in (429, 503))
    lead.refresh_from_db()
    assert lead.notes == ""


@pytest.mark.parametrize("path", ["/api/cp/leads", "/api/auth/me"])
def test_a_database_that_is_away_is_503_in_shape(client, monkeypatch, path):
    def away(*args, **kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "cursor", away)
    answer = client.get(path)
    monkeypatch.undo()

    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    assert_in_shape(answer, path)


def test_a_database_that_is_away_is_503_on_sign_in_too(api, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "cursor", away)
    answer = api.post("/api/auth/login", {"username": "asha", "password": "x"})
    monkeypatch.undo()
    assert answer.status_code == 503
    assert_in_shape(answer, "/api/auth/login")


def test_a_page_says_when_the_database_is_away(cp, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("connection refused")

    browser = Client(SERVER_NAME="localhost", raise_request_exception=False)
    browser.force_login(cp)
    monkeypatch.setattr(connection, "cursor", away)
    answer = browser.get("/leads")
    monkeypatch.undo()
    assert answer.status_code == 503
    assert answer["Content-Type"].startswith("text/html")
    assert int(answer["Retry-After"]) > 0


def test_health_tells_the_process_from_the_database(api, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("connection refused")

    assert api.get("/readyz").json()["checks"]["database"] == "ok"
    monkeypatch.setattr(connection, "cursor", away)
    live, ready = api.get("/healthz"), api.get("/readyz")
    monkeypatch.undo()
    assert (live.status_code, ready.status_code) == (200, 503)
    assert ready.json()["checks"]["database"] == "away"


# --- each face's error shape -------------------------------------------------------------------------------


def test_each_face_says_a_refusal_in_its_own_words(golden):
    from django.http import JsonResponse

    refusal = errors.Invalid(fields={"phone": "Phone must be exactly 10 digits.", "utm.source": "Too long."})
    for name, face in faces.FACES.items():
        answer = JsonResponse(face.error_body(refusal), status=face.status_of(refusal))
        golden(answer, f"errors/{name}")
