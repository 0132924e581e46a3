"""/auth/login and /auth/me (practice.md; DESIGN section 3)."""

import pytest

from ..models import Login
from .factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent():
    return UserFactory(agent=True, username="agent1", first_name="Anna", last_name="Agent")


def test_signing_in_with_json(api, agent, golden):
    answer = api.post("/auth/login", {"username": "agent1", "password": PASSWORD})
    golden(answer, "practice/login")
    assert answer.json()["expires_in"] == 72 * 3600
    me = api.get("/auth/me", HTTP_AUTHORIZATION=f"Bearer {answer.json()['access_token']}")
    golden(me, "practice/me")
    assert me.json() == answer.json()["user"]


@pytest.mark.parametrize("login", ["agent1", "AGENT1", "agent1@acme.example"])
def test_signing_in_with_a_form(client, agent, login):
    body = f"username={login}&password={PASSWORD.replace(' ', '+')}&grant_type=password"
    answer = client.post("/auth/login", body, content_type="application/x-www-form-urlencoded", SERVER_NAME="localhost")
    assert answer.status_code == 200
    assert answer.json()["token_type"] == "bearer"
    assert Login.objects.get().user == agent


def test_the_token_is_good_on_every_face(api, agent):
    token = api.post("/auth/login", {"username": "agent1", "password": PASSWORD}).json()["access_token"]
    assert api.get("/api/auth/me", HTTP_AUTHORIZATION=f"Bearer {token}").status_code == 200


@pytest.mark.parametrize("login", ["agent1", "nobody"])
def test_wrong_credentials(api, agent, login):
    answer = api.post("/auth/login", {"username": login, "password": "wrong"})
    assert (answer.status_code, answer.json()) == (401, {"detail": "Wrong e-mail or password."})


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "password"),
        ({"password": "x"}, "username"),
        ({"username": "agent1"}, "password"),
        ({"username": [], "password": "x"}, "username"),
    ],
)
def test_a_bad_body_is_422(api, body, field):
    answer = api.post("/auth/login", body)
    assert answer.status_code == 422
    assert ["body", field] in [problem["loc"] for problem in answer.json()["detail"]]


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'"x"', b"\xff", b'{"username": "\\ud800", "password": "x"}'])
def test_garbage_is_422(client, body):
    answer = client.post("/auth/login", body, content_type="application/json", SERVER_NAME="localhost")
    assert answer.status_code == 422
    assert answer.json()["detail"]


@pytest.mark.parametrize("body", [b"%00=1", b"username=%00&password=x", b"username=a%ff&password=x", b"&&&"])
def test_a_garbage_form_is_refused(client, body):
    answer = client.post("/auth/login", body, content_type="application/x-www-form-urlencoded", SERVER_NAME="localhost")
    assert answer.status_code in (401, 422)


def test_who_am_i_needs_a_token(api):
    answer = api.get("/auth/me")
    assert (answer.status_code, answer.json()) == (401, {"detail": "Authentication credentials were not provided."})


def test_both_logins_share_their_counters(api, agent, monkeypatch):
    for _try in range(5):
        api.post("/auth/login", {"username": "agent1", "password": "wrong"})
        api.post("/api/auth/login", {"username": "agent1", "password": "wrong"})
    answer = api.post("/auth/login", {"username": "agent1", "password": PASSWORD})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) <= 60
