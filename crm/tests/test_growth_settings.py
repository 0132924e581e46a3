"""/api/settings (growth.md, section F)."""

import pytest

from betterside.accounts.models import ApiKey
from betterside.accounts.services import api_keys
from betterside.accounts.tests.factories import UserFactory
from betterside.api.models import IdempotentRequest

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return UserFactory(admin=True, email="gita@acme.example")


@pytest.fixture
def client(api, admin):
    return api.as_(admin)


def test_config_before_there_is_a_key(client, golden):
    golden(client.get("/api/settings/config"), "growth/settings-config-without-key")


def test_config_masks_the_keys(client, admin, golden):
    first = api_keys.regenerate(by=admin, scopes=["read"]).secret
    second = client.post("/api/settings/regenerate-key", {"grace_hours": 24}).json()["api_key"]

    answer = client.get("/api/settings/config")

    golden(answer, "growth/settings-config")
    for secret in (first, second):
        assert secret[4:-4] not in answer.content.decode()
        assert secret[-4:] in answer.content.decode()


def test_regenerate_without_a_body(client, golden):
    golden(client.post("/api/settings/regenerate-key"), "growth/settings-regenerate-key")


def test_regenerate_with_everything(client, golden):
    client.post("/api/settings/regenerate-key")
    body = {"grace_hours": 72, "scopes": ["read"], "expires_in_days": 90}
    answer = client.post("/api/settings/regenerate-key", body)
    golden(answer, "growth/settings-regenerate-key-with-grace")
    assert answer["Cache-Control"] == "no-store"


def test_bad_bodies(client, golden):
    bad = {"grace_hours": 73, "scopes": ["read", "admin"], "expires_in_days": 0}
    golden(client.post("/api/settings/regenerate-key", bad), "growth/settings-regenerate-key-invalid")
    assert client.post("/api/settings/regenerate-key", {"scopes": []}).status_code == 400
    assert not ApiKey.objects.exists()


def test_the_new_key_works_and_the_old_one_stops_on_the_next_request(api, client):
    def ask(secret):
        return api.get("/api/cp/projects", headers={"Authorization": f"Api-Key {secret}"}).status_code

    old = client.post("/api/settings/regenerate-key").json()["api_key"]
    assert ask(old) == 200
    new = client.post("/api/settings/regenerate-key").json()["api_key"]
    assert (ask(old), ask(new)) == (401, 200)
    assert client.delete("/api/settings/api-key").status_code == 204
    assert ask(new) == 401


GROWTH_LISTS = ["leads", "contacts", "tasks", "campaigns", "dashboard/stats", "dashboard/charts/sources"]


def test_a_revoked_key_opens_nothing_of_this_face_on_the_next_request(api, client, admin):
    admin.entity.api_profile = "growth"
    admin.entity.save()
    headers = {"Authorization": f"Api-Key {client.post('/api/settings/regenerate-key').json()['api_key']}"}

    def ask() -> set[int]:
        return {api.get(f"/api/{path}", headers=headers).status_code for path in GROWTH_LISTS}

    assert ask() == {200}
    assert api.post("/api/tasks", {"title": "Call"}, headers=headers).status_code == 201
    client.delete("/api/settings/api-key")
    assert ask() == {401}
    assert api.post("/api/tasks", {"title": "Call"}, headers=headers).status_code == 401


def test_a_key_that_may_only_read_changes_nothing(api, client):
    key = client.post("/api/settings/regenerate-key", {"scopes": ["read"]}).json()["api_key"]
    headers = {"Authorization": f"Api-Key {key}"}
    assert api.get("/api/tasks", headers=headers).status_code == 200
    assert api.post("/api/tasks", {"title": "Call"}, headers=headers).status_code == 403


def test_an_idempotency_key_keeps_no_answer_that_holds_the_key(client):
    answers = [
        client.post("/api/settings/regenerate-key", headers={"Idempotency-Key": "again"}).json()["api_key"]
        for _ in range(2)
    ]
    assert answers[0] != answers[1]
    assert not IdempotentRequest.objects.exists()
