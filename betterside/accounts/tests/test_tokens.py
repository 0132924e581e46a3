"""What ends a token, and which tokens are none (DESIGN section 3; trust 17 to 19)."""

from datetime import timedelta

import jwt
import pytest
from django.test import Client
from django.utils import timezone

from ..models import Login
from ..roles import Role
from ..services import logins, passwords, users
from .factories import EntityFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return UserFactory(cp=True)


@pytest.fixture
def tokens(user):
    return logins.start(user=user)


def me(api, access):
    return api.get("/api/auth/me", HTTP_AUTHORIZATION=f"Bearer {access}")


def refresh(api, token):
    return api.post("/api/auth/refresh", {"refresh_token": token})


def claims(token):
    return jwt.decode(token, options={"verify_signature": False})


def test_the_claims_are_the_contract_s(tokens, user):
    found = claims(tokens.access)
    assert found | {"iat": 0, "exp": 0, "jti": "", "sid": "", "token_type": ""} == {
        "user_id": user.pk,
        "email": user.email,
        "role_id": 6,
        "entity_id": user.entity_id,
        "entity_name": "acme",
        "iat": 0,
        "exp": 0,
        "jti": "",
        "sid": "",
        "token_type": "",
    }
    assert found["exp"] - found["iat"] == 72 * 3600
    assert found["sid"] == str(tokens.login.pk)


# --- refresh -------------------------------------------------------------------------------------


def test_a_refresh_gives_new_tokens_of_the_same_login(api, tokens):
    successor = refresh(api, tokens.refresh).json()["data"]
    assert me(api, successor["access_token"]).status_code == 200
    assert claims(successor["access_token"])["sid"] == str(tokens.login.pk)
    assert refresh(api, successor["refresh_token"]).status_code == 200


def test_a_used_refresh_token_ends_its_family(api, tokens):
    successor = refresh(api, tokens.refresh).json()["data"]

    assert refresh(api, tokens.refresh).status_code == 401

    assert refresh(api, successor["refresh_token"]).status_code == 401
    assert me(api, successor["access_token"]).status_code == 401
    assert Login.objects.get().end_reason == "token_reused"


def test_another_login_of_the_same_user_goes_on(api, user, tokens):
    other = logins.start(user=user)
    refresh(api, tokens.refresh)
    refresh(api, tokens.refresh)
    assert me(api, other.access).status_code == 200


@pytest.mark.parametrize("body", [{}, {"refresh_token": None}, {"refresh_token": ""}, {"refresh_token": ["x"]}])
def test_a_refresh_without_a_token_is_bad_input(api, body):
    answer = api.post("/api/auth/refresh", body)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["refresh_token"]


# --- what ends a login ---------------------------------------------------------------------------


def test_logout_ends_both_tokens(api, tokens):
    assert me(api, tokens.access).status_code == 200
    answer = api.post("/api/auth/logout", {}, HTTP_AUTHORIZATION=f"Bearer {tokens.access}")
    assert answer.status_code == 200
    assert me(api, tokens.access).status_code == 401
    assert refresh(api, tokens.refresh).status_code == 401


def test_logout_with_the_refresh_token_alone(api, tokens):
    assert api.post("/api/auth/logout", {"refresh_token": tokens.refresh}).status_code == 200
    assert me(api, tokens.access).status_code == 401


def test_logout_of_one_device_leaves_the_other(api, user, tokens):
    other = logins.start(user=user)
    logins.end(login=tokens.login)
    assert me(api, other.access).status_code == 200


def change_password(user):
    passwords.change(user=user, password="a new password 7")


def set_password_in_the_admin(user):
    """Past the service: the stamp in the login row notices."""
    user.set_password("a new password 7")
    user.save()


def move(user):
    users.move(user=user, entity=EntityFactory(slug="other"))


def close_the_entity(user):
    user.entity.is_active = False
    user.entity.save()


ENDINGS = [change_password, set_password_in_the_admin, lambda user: users.deactivate(user=user), move, close_the_entity]
NAMES = ["password", "password in the admin", "deactivation", "move", "entity closed"]


@pytest.mark.parametrize("end", ENDINGS, ids=NAMES)
def test_it_ends_tokens_and_sessions(api, user, tokens, end):
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(user)
    assert browser.get("/").status_code == 200

    end(user)

    assert me(api, tokens.access).status_code == 401
    assert refresh(api, tokens.refresh).status_code == 401
    assert browser.get("/").status_code == 302
    assert browser.get("/api/auth/me").status_code == 401


def test_a_reactivated_account_does_not_revive_its_tokens(api, user, tokens):
    users.deactivate(user=user)
    users.activate(user=user)
    assert me(api, tokens.access).status_code == 401


def test_a_new_role_acts_on_the_next_request(api, user, tokens):
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {tokens.access}"}
    assert api.get("/api/cp/profile", **bearer).status_code == 200
    user.role = Role.SUPPORT
    user.save()
    assert api.get("/api/cp/profile", **bearer).status_code == 403
    assert me(api, tokens.access).json()["data"]["role"] == "support"


# --- forged tokens -------------------------------------------------------------------------------


def forge(tokens, settings, *, key=None, algorithm="HS256", headers=None, **changes) -> str:
    payload = {name: value for name, value in (claims(tokens.access) | changes).items() if value is not None}
    return jwt.encode(payload, settings.JWT_SECRET if key is None else key, algorithm=algorithm, headers=headers)


def ago(**kwargs) -> int:
    return int((timezone.now() - timedelta(**kwargs)).timestamp())


FORGERIES = {
    "alg none": {"key": "", "algorithm": "none"},
    "wrong key": {"key": "x" * 64},
    "other algorithm": {"algorithm": "HS384"},
    "key in the header": {"key": "x" * 64, "headers": {"kid": "../../dev/null", "jku": "https://evil.example/keys"}},
    "no expiry": {"exp": None},
    "no session": {"sid": None},
    "session of nobody": {"sid": "00000000-0000-4000-8000-000000000000"},
    "session that is no id": {"sid": "' OR 1=1"},
    "session that is a list": {"sid": ["x"]},
    "refresh as access": {"token_type": "refresh"},
    "no type": {"token_type": None},
    "no token id": {"jti": None},
}


@pytest.mark.parametrize("path", ["/api/cp/leads", "/api/auth/me"])
@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_token_is_none(api, tokens, settings, forgery, path):
    token = forge(tokens, settings, **FORGERIES[forgery])
    answer = api.get(path, HTTP_AUTHORIZATION=f"Bearer {token}")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
    keys = {"error", "code"} if path.startswith("/api/cp") else {"success", "message"}
    assert set(answer.json()) == keys


def test_a_control_token_made_the_same_way_is_good(api, tokens, settings):
    assert me(api, forge(tokens, settings)).status_code == 200


def test_it_expires_with_half_a_minute_of_grace(api, tokens, settings):
    assert me(api, forge(tokens, settings, exp=ago(seconds=40))).status_code == 401
    assert me(api, forge(tokens, settings, exp=ago(seconds=10))).status_code == 200


def test_a_clock_that_runs_ahead_by_seconds_is_forgiven(api, tokens, settings):
    assert me(api, forge(tokens, settings, iat=ago(seconds=-20))).status_code == 200


def test_the_refresh_token_opens_nothing(api, tokens):
    assert me(api, tokens.refresh).status_code == 401


def test_the_access_token_refreshes_nothing(api, tokens):
    assert refresh(api, tokens.access).status_code == 401


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer ", "Bearer x", "Bearer a.b.c", "Bearer " + "x" * 9000, "Bearer ü.ü.ü", "Basic YTpi", "Token x"],
)
def test_a_header_that_holds_no_token_signs_nobody_in(api, header):
    assert api.get("/api/auth/me", HTTP_AUTHORIZATION=header).status_code == 401


def test_a_token_in_the_address_signs_nobody_in(api, tokens):
    assert api.get(f"/api/auth/me?token={tokens.access}&access_token={tokens.access}").status_code == 401


def test_a_session_needs_the_csrf_token_to_change_anything(user):
    browser = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    browser.force_login(user)
    body = {"name": "Asha", "phone": "9876543210"}

    refused = browser.post("/api/cp/leads", body, content_type="application/json")

    assert refused.status_code == 403
    assert refused.json() == {"error": "The CSRF token is missing or wrong.", "code": "FORBIDDEN"}
    browser.get("/login")
    browser.get("/")
    token = browser.cookies["csrftoken"].value
    accepted = browser.post("/api/cp/leads", body, content_type="application/json", headers={"X-CSRFToken": token})
    assert accepted.status_code == 201
