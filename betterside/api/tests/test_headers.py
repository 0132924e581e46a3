"""What keeps other sites out: CORS, framing, content policy, CSRF (trust 20)."""

import pytest
from django.test import Client

from betterside.accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
EVIL, OWN = "https://evil.example", "http://localhost:5173"


@pytest.fixture(autouse=True)
def our_client(settings):
    settings.CORS_ALLOWED_ORIGINS = [OWN]


@pytest.fixture
def client(api):
    return api.as_(UserFactory(cp=True))


@pytest.fixture
def browser():
    browser = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    browser.force_login(UserFactory(cp=True))
    return browser


@pytest.mark.parametrize("path", ["/api/cp/leads", "/api/auth/me", "/api/nothing"])
def test_another_site_gets_no_permission(client, path):
    for method in ("get", "options"):
        answer = getattr(client, method)(path, headers={"Origin": EVIL, "Access-Control-Request-Method": "POST"})
        assert not [name for name in answer.headers if name.startswith("Access-Control")]


def test_a_client_of_ours_may_call_and_read_what_it_needs(client):
    asked = {"Origin": OWN, "Access-Control-Request-Method": "PATCH"}
    preflight = client.options("/api/cp/leads", headers=asked)
    assert preflight.status_code == 200
    assert preflight["Access-Control-Allow-Origin"] == OWN
    assert "PATCH" in preflight["Access-Control-Allow-Methods"]
    assert "idempotency-key" in preflight["Access-Control-Allow-Headers"]
    answer = client.get("/api/cp/leads", headers={"Origin": OWN})
    assert answer["Access-Control-Allow-Origin"] == OWN
    assert {"x-total-count", "x-request-id", "retry-after"} <= set(
        answer["Access-Control-Expose-Headers"].lower().replace(" ", "").split(",")
    )
    # Tokens travel in a header: no site may make a browser send its cookies along.
    assert "Access-Control-Allow-Credentials" not in answer


def test_a_refusal_can_be_read_by_our_client_too(api):
    answer = api.get("/api/cp/leads", headers={"Origin": OWN})
    assert answer.status_code == 401
    assert answer["Access-Control-Allow-Origin"] == OWN


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("path", ["/api/cp/nothing", "/api/v1/marketing/leads/1/x", "/auth/nothing"])
def test_our_client_can_read_that_a_path_is_unknown(client, settings, path, debug):
    settings.DEBUG = debug
    answer = client.get(path, headers={"Origin": OWN})
    assert answer.status_code == 404
    assert answer["Access-Control-Allow-Origin"] == OWN
    assert "origin" in answer["Vary"].lower()


def test_our_client_can_read_that_its_body_is_too_large(client, settings):
    settings.API_MAX_BODY = 100
    answer = client.post("/api/cp/leads", {"name": "x" * 100}, headers={"Origin": OWN})
    assert answer.status_code == 413
    assert answer["Access-Control-Allow-Origin"] == OWN


def test_pages_know_no_cors(browser):
    assert "Access-Control-Allow-Origin" not in browser.get("/leads", headers={"Origin": OWN})


@pytest.mark.parametrize("path", ["/login", "/leads", "/nothing", "/api/cp/leads", "/admin/login/", "/api/docs"])
def test_no_answer_may_be_framed_or_sniffed(browser, path):
    answer = browser.get(path)
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/login", "/leads", "/nothing", "/api/docs"])
def test_a_page_runs_no_script_but_its_own(browser, path):
    policy = browser.get(path)["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/leads/new", "/profile", "/logout"])
def test_a_form_of_another_site_is_refused(browser, path):
    answer = browser.post(path, {"name": "Asha", "phone": "9876543210"}, headers={"Origin": EVIL})
    assert answer.status_code == 403
    assert browser.get("/leads").status_code == 200


def test_the_session_cookie_stays_home(api):
    UserFactory(username="asha")
    browser = Client(SERVER_NAME="localhost")
    browser.post("/login", {"username": "asha", "password": "correct horse battery"})
    cookie = browser.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_the_login_page_leads_only_home(api):
    UserFactory(username="asha")
    for target in ("https://evil.example", "//evil.example", "javascript:alert(1)", "/\\evil.example"):
        answer = Client(SERVER_NAME="localhost").post(
            "/login", {"username": "asha", "password": "correct horse battery", "next": target}
        )
        assert answer.url.startswith("/")
        assert not answer.url.startswith(("//", "/\\"))
