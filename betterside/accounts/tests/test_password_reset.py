"""password/forgot and password/reset (DESIGN sections 3 and 9; trust 21)."""

import json
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from betterside import clock

from ..models import Login
from .factories import PASSWORD, EntityFactory, UserFactory
from .mailbox import code_for, wrong

pytestmark = pytest.mark.django_db
NEW = "Brand-new-pass-7"


@pytest.fixture
def user():
    return UserFactory(username="asha", email="asha@acme.example")


def forgot(api, user):
    return api.post("/api/auth/password/forgot", {"email": user.email})


def reset(api, user, code, password=NEW):
    return api.post("/api/auth/password/reset", {"email": user.email, "otp": code, "password": password})


def login(api, user, password):
    return api.post("/api/auth/login", {"email": user.email, "password": password})


def test_a_code_sets_a_new_password_and_ends_every_login(api, user):
    client = api.as_(user)
    refresh = login(api, user, PASSWORD).json()["data"]["refresh_token"]
    assert forgot(api, user).status_code == 200

    answer = reset(api, user, code_for(user.email))

    assert answer.json() == {"success": True, "message": "The password is changed. Sign in with it.", "data": None}
    assert client.get("/api/auth/me").status_code == 401
    assert api.post("/api/auth/refresh", {"refresh_token": refresh}).status_code == 401
    assert not Login.objects.open().filter(user=user).exists()
    assert login(api, user, PASSWORD).status_code == 401
    assert login(api, user, NEW).status_code == 200


def test_a_panel_session_ends_too(api, user, client):
    client.force_login(user)
    forgot(api, user)
    reset(api, user, code_for(user.email))
    assert client.get("/api/auth/me", SERVER_NAME="localhost").status_code == 401


def test_a_code_sets_one_password(api, user):
    forgot(api, user)
    code = code_for(user.email)
    assert reset(api, user, code).status_code == 200
    assert reset(api, user, code, "Another-pass-88").status_code == 400
    assert login(api, user, NEW).status_code == 200


def test_a_newer_code_kills_the_older(api, user):
    forgot(api, user)
    older = code_for(user.email)
    forgot(api, user)
    newer = code_for(user.email)
    if older != newer:
        assert reset(api, user, older).status_code == 400
    assert reset(api, user, newer).status_code == 200


def test_five_wrong_codes_end_it(api, user):
    forgot(api, user)
    code = code_for(user.email)
    answers = [reset(api, user, wrong(code)) for _try in range(5)] + [reset(api, user, code)]
    assert {(answer.status_code, answer.content) for answer in answers} == {(400, answers[0].content)}
    assert login(api, user, PASSWORD).status_code == 200


def test_an_old_code_is_refused(api, user):
    forgot(api, user)
    code = code_for(user.email)
    with clock.at(timezone.now() + timedelta(minutes=11)):
        assert reset(api, user, code).status_code == 400


@pytest.mark.parametrize("password", ["short", "123456789012", "password1"])
def test_a_weak_password_is_refused_before_the_code_is_tried(api, user, password):
    forgot(api, user)
    code = code_for(user.email)
    for _try in range(5):
        assert reset(api, user, code, password).json()["errors"][0]["field"] == "password"
    assert reset(api, user, code).status_code == 200


def test_a_password_like_the_names_is_refused_and_the_code_stays(api, user):
    user.first_name = "Ashalakshmi"
    user.save()
    forgot(api, user)
    code = code_for(user.email)
    assert reset(api, user, code, "ashalakshmi1").json()["errors"][0]["field"] == "password"
    assert reset(api, user, wrong(code), "ashalakshmi1").json()["errors"][0]["field"] == "otp"
    assert reset(api, user, code).status_code == 200


def test_a_code_of_one_kind_is_none_of_the_other(api, user):
    forgot(api, user)
    code = code_for(user.email)
    assert api.post("/api/auth/verify-otp", {"email": user.email, "otp": code}).status_code == 400


def test_a_code_of_one_address_is_none_of_another(api, user):
    other = UserFactory()
    forgot(api, user)
    forgot(api, other)
    code = code_for(user.email)
    if code != code_for(other.email):
        assert reset(api, other, code).status_code == 400


def test_a_reset_proves_the_address_and_gives_the_seat_once(api):
    entity = EntityFactory(slug="company", email_domain="company.com")
    user = UserFactory(entity=entity, email="new@company.com", is_verified=False, is_approved=False)
    forgot(api, user)
    reset(api, user, code_for(user.email))
    user.refresh_from_db()
    assert (user.is_verified, user.is_approved) == (True, True)

    user.is_approved = False
    user.save()
    forgot(api, user)
    reset(api, user, code_for(user.email), "Another-pass-88")
    user.refresh_from_db()
    assert user.is_approved is False, "a seat that an admin took away stays away"


@pytest.mark.parametrize("fields", [{"is_active": False}, {"entity__is_active": False}])
def test_an_account_out_of_use_gets_no_code(api, run_jobs, fields):
    user = UserFactory(entity__slug="other", **fields)
    assert forgot(api, user).status_code == 200
    run_jobs()
    assert mail.outbox == []


def test_a_forged_host_is_refused(api, user):
    answer = api.post("/api/auth/password/forgot", {"email": user.email}, SERVER_NAME="evil.example")
    assert answer.status_code == 400
    assert answer.json()["success"] is False


GARBAGE = [None, "", [], {}, 5, True, "x" * 5000, "\u0000", "\ud800", "a@b\r\nBcc: x@y.example", {"$ne": ""}]


@pytest.mark.parametrize("value", GARBAGE)
@pytest.mark.parametrize("endpoint", ["register", "verify-otp", "resend-otp", "password/forgot", "password/reset"])
def test_garbage_is_bad_input(api, endpoint, value):
    good = {"email": "a@b.example", "otp": "123456", "password": NEW, "username": "name", "first_name": "A"}
    bodies = [good | {name: value} for name in ("email", "otp", "password", "username")]
    for body in [*bodies, value, [value]]:
        answer = api.post(f"/api/auth/{endpoint}", json.dumps(body), content_type="application/json")
        assert answer.status_code in (200, 201, 400, 429), answer.content
        assert answer.json()["success"] is (answer.status_code in (200, 201))
