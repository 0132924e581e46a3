import uuid

import pytest

from betterside.accounts.services import api_keys, logins

from .factories import UserFactory

pytestmark = pytest.mark.django_db


def test_the_list_of_ones_sign_ins(api, golden):
    user = UserFactory()
    logins.start(user=user, address="10.0.0.7", user_agent="Firefox")
    logins.end(login=logins.start(user=user).login)
    logins.start(user=UserFactory())
    golden(api.as_(user).get("/api/auth/sessions"), "sales/session-list")


def test_ending_one_ends_its_tokens(api, golden):
    user = UserFactory()
    laptop, phone = logins.start(user=user), api.as_(user)
    golden(phone.delete(f"/api/auth/sessions/{laptop.login.pk}"), "sales/session-end")
    assert api.get("/api/auth/me", HTTP_AUTHORIZATION=f"Bearer {laptop.access}").status_code == 401
    assert api.post("/api/auth/refresh", {"refresh_token": laptop.refresh}).status_code == 401
    assert phone.get("/api/auth/me").status_code == 200


def test_nobody_ends_anothers(api, golden):
    theirs = logins.start(user=UserFactory())
    client = api.as_(UserFactory())
    answers = [client.delete(f"/api/auth/sessions/{sid}") for sid in (theirs.login.pk, uuid.uuid4())]
    golden(answers[0], "sales/session-end-missing")
    golden(answers[1], "sales/session-end-missing")
    assert answers[0].content == answers[1].content
    theirs.login.refresh_from_db()
    assert theirs.login.ended_at is None


def test_the_list_asks_as_often_for_30_as_for_3(api, assert_query_count):
    user = UserFactory()
    client = api.as_(user)

    def sign_in(times):
        for _time in range(times):
            logins.start(user=user)

    assert_query_count.flat("auth-sessions list", lambda: client.get("/api/auth/sessions"), sign_in)


def test_a_program_with_an_api_key_has_no_business_here(api):
    admin = UserFactory(admin=True)
    key = api_keys.regenerate(by=admin).secret
    answer = api.get("/api/auth/sessions", headers={"Authorization": f"Api-Key {key}"})
    assert answer.status_code == 401
