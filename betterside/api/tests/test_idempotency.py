"""`Idempotency-Key` on creating POSTs (DESIGN section 1)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from betterside.accounts.tests.factories import UserFactory
from crm.models import Lead

from .. import idempotency
from ..models import IdempotentRequest

pytestmark = pytest.mark.django_db
LEAD = {"name": "Asha Rao", "phone": "9876543210"}


@pytest.fixture
def client(api):
    return api.as_(UserFactory(cp=True))


def create(client, key="k1", body=LEAD, path="/api/cp/leads"):
    return client.post(path, body, headers={"Idempotency-Key": key})


def test_the_same_key_and_body_give_the_first_answer_again(client):
    first, again = create(client), create(client)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again["Idempotency-Replayed"] == "true"
    assert Lead.objects.count() == 1


def test_another_body_under_the_same_key_is_409(client):
    create(client)
    answer = create(client, body=LEAD | {"name": "Bela"})
    assert answer.status_code == 409
    assert answer.json()["code"] == "CONFLICT"
    assert Lead.objects.count() == 1


def test_another_key_creates_another(client):
    create(client, "k1")
    create(client, "k2")
    assert Lead.objects.count() == 2


def test_a_trailing_slash_is_the_same_request(client):
    create(client)
    assert create(client, path="/api/cp/leads/").status_code == 201
    assert Lead.objects.count() == 1


def test_keys_are_each_user_s_own(client, api):
    create(client)
    assert create(api.as_(UserFactory(cp=True)), body=LEAD | {"name": "Bela"}).status_code == 201


def test_a_refusal_is_not_remembered(client):
    assert create(client, body=LEAD | {"phone": "1"}).status_code == 400
    assert create(client).status_code == 201


@pytest.mark.parametrize("key", ["x" * 256, "a\x07b"])
def test_a_key_that_is_none_is_bad_input(client, key):
    assert create(client, key).status_code == 400
    assert not Lead.objects.exists()


def test_only_posts_take_it(client):
    lead = create(client).json()["lead"]
    path = f"/api/cp/leads/{lead['id']}"
    assert client.patch(path, {"notes": "one"}, headers={"Idempotency-Key": "k9"}).status_code == 200
    assert client.patch(path, {"notes": "two"}, headers={"Idempotency-Key": "k9"}).json()["lead"]["notes"] == "two"


def test_old_answers_are_forgotten_after_a_day(client):
    create(client, "old")
    create(client, "young")
    IdempotentRequest.objects.filter(key="old").update(created_at=timezone.now() - timedelta(hours=25))
    assert idempotency.forget_old() == 1
    assert IdempotentRequest.objects.get().key == "young"
