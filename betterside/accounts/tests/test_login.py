"""Signing in: POST /api/auth/login (sales.md, "User Login"; DESIGN section 3; trust 14 and 15)."""

import pytest
from django.test import Client

from ..services import credentials, users
from .factories import PASSWORD, EntityFactory, UserFactory

pytestmark = pytest.mark.django_db
RIGHT = {"email": "asha@acme.example", "password": PASSWORD}
WRONG = RIGHT | {"password": "wrong"}


@pytest.fixture
def asha():
    return UserFactory(username="asha", email="asha@acme.example", first_name="Asha", last_name="Rao", cp=True)


def login(api, body=RIGHT, **kwargs):
    return api.post("/api/auth/login", body, **kwargs)


def test_its_answers(api, asha, golden):
    signed_in = login(api)
    golden(signed_in, "sales/login")
    tokens = signed_in.json()["data"]
    golden(api.post("/api/auth/refresh", {"refresh_token": tokens["refresh_token"]}), "sales/refresh")
    golden(api.as_(asha).get("/api/auth/me"), "sales/me")
    golden(api.as_(asha).post("/api/auth/logout", {}), "sales/logout")
    golden(login(api, WRONG), "sales/login-wrong")
    golden(login(api, {}), "sales/login-empty")


@pytest.mark.parametrize("name", ["asha@acme.example", "ASHA@Acme.Example", "asha", "Asha", " asha "])
@pytest.mark.parametrize("key", ["email", "username"])
def test_it_takes_an_e_mail_or_a_username_in_any_case(api, asha, key, name):
    answer = login(api, {key: name, "password": PASSWORD})
    assert answer.status_code == 200
    assert answer.json()["data"]["user"]["id"] == asha.pk


def test_an_e_mail_beats_the_same_text_as_a_username(api, asha):
    UserFactory(username="asha@acme.example", email="other@acme.example", password="another one")
    assert login(api).json()["data"]["user"]["id"] == asha.pk


@pytest.mark.parametrize("password", ["Correct horse battery", "correct horse battery ", "", " " * 20, "x" * 4096])
def test_the_password_is_taken_as_it_is(api, asha, password):
    assert login(api, RIGHT | {"password": password}).status_code in (400, 401)


def test_wrong_unknown_and_inactive_are_told_in_the_same_words(api, asha):
    users.deactivate(user=UserFactory(username="gone"))
    UserFactory(username="closed", entity=EntityFactory(slug="closed", is_active=False))
    UserFactory(username="waiting", is_verified=False)
    bodies = [
        WRONG,
        {"username": "nobody", "password": PASSWORD},
        {"username": "gone", "password": PASSWORD},
        {"username": "closed", "password": PASSWORD},
        {"username": "waiting", "password": "wrong"},
    ]
    answers = [login(api, body) for body in bodies]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert len({frozenset(answer.headers) for answer in answers}) == 1


def test_an_unknown_login_costs_a_hash_too(api, settings, monkeypatch):
    """Else the time of the answer tells whether the address is registered."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: hashed.append(args) or encode(*args))
    login(api, {"username": "nobody", "password": "wrong"})
    assert len(hashed) == 1


def test_an_unverified_account_gets_no_token(api):
    UserFactory(username="waiting", is_verified=False)
    answer = login(api, {"username": "waiting", "password": PASSWORD})
    assert answer.status_code == 403
    assert answer.json() == {"success": False, "message": "Verify your e-mail address first."}


def test_an_account_without_a_seat_signs_in_and_reads_nothing(api):
    user = UserFactory(username="waiting", is_approved=False)
    assert login(api, {"username": "waiting", "password": PASSWORD}).status_code == 200
    client = api.as_(user)
    assert client.get("/api/auth/me").status_code == 200
    assert client.get("/api/cp/leads").status_code == 403


def test_the_login_remembers_device_and_address(api, asha):
    login(api, HTTP_USER_AGENT="Firefox " + "x" * 300, REMOTE_ADDR="192.0.2.7")
    row = asha.logins.get()
    assert (row.address, len(row.user_agent)) == ("192.0.2.7", 200)


# --- limits --------------------------------------------------------------------------------------


def fail(api, times, **kwargs):
    return [login(api, WRONG, **kwargs).status_code for _ in range(times)]


def test_the_eleventh_wrong_try_has_to_wait_a_minute_at_most(api, asha):
    assert fail(api, 10) == [401] * 10
    answer = login(api)
    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert answer.json() == {"success": False, "message": "Too many tries. Wait a little and try again."}


def test_the_victim_gets_in_from_another_address(api, asha):
    fail(api, 11, REMOTE_ADDR="192.0.2.66")
    assert login(api, REMOTE_ADDR="198.51.100.1").status_code == 200


def test_neither_case_nor_a_forged_address_opens_another_counter(api, asha):
    fail(api, 10)
    assert login(api, WRONG | {"email": "ASHA@ACME.EXAMPLE"}).status_code == 429
    assert login(api, HTTP_X_FORWARDED_FOR="203.0.113.9").status_code == 429


def test_the_address_of_the_first_own_proxy_is_believed(api, asha, settings):
    settings.NUM_PROXIES = 1
    fail(api, 10, HTTP_X_FORWARDED_FOR="203.0.113.9, 192.0.2.66")
    assert login(api, HTTP_X_FORWARDED_FOR="203.0.113.10, 192.0.2.66").status_code == 429
    assert login(api, HTTP_X_FORWARDED_FOR="203.0.113.9, 192.0.2.67").status_code == 200


def test_one_address_may_not_try_many_accounts(api, asha):
    for number in range(credentials.TRIES_PER_ADDRESS):
        login(api, {"username": f"guess{number}", "password": "wrong"})
    assert login(api).status_code == 429


def test_a_success_forgives_the_tries_before_it(api, asha):
    fail(api, 9)
    assert login(api).status_code == 200
    assert fail(api, 9) == [401] * 9
    assert login(api).status_code == 200


@pytest.mark.parametrize("page", ["/login", "/admin/login/"])
def test_panel_and_admin_share_the_api_s_counter(api, asha, page):
    fail(api, 10)
    answer = Client(SERVER_NAME="localhost").post(page, {"username": asha.email, "password": PASSWORD})
    assert "_auth_user_id" not in answer.client.session
    assert "Too many tries" in answer.content.decode()


def test_the_password_is_not_hashed_beyond_the_limit(api, asha, monkeypatch):
    fail(api, 10)
    monkeypatch.setattr(credentials, "authenticate", lambda *args, **kwargs: pytest.fail("evaluated"))
    assert login(api, WRONG).status_code == 429
