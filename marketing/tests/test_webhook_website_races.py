"""A website's visitors at the same moment."""

import pytest

from betterside.accounts.tests.factories import EntityFactory
from crm.models import Lead
from crm.tests.factories import make_lead
from marketing.services import website
from tests.races import at_once, slowly, statuses

from .test_webhook_website import body

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("locked", [True, False], ids=["lock on", "control: lock off"])
def test_a_double_click_at_the_same_moment_is_one_lead_and_nobodys_error(api, monkeypatch, locked):
    EntityFactory(duplicate_policy="create")
    monkeypatch.setattr(website, "LOCK", website.LOCK if locked else "SELECT %s")
    sent = body()
    with slowly(website, "_earlier"):
        answers = at_once([lambda: api.post("/api/webhooks/website", sent)] * 4)

    assert (statuses(answers) == {"201": 1, "200": 3}) is locked
    assert Lead.objects.count() == 1


def test_a_double_click_of_somebody_who_is_rejected_is_answered_alike(api):
    make_lead(entity=EntityFactory(duplicate_policy="reject"), email=body()["answers"]["email"])
    answers = at_once([lambda: api.post("/api/webhooks/website", body())] * 4)

    assert statuses(answers) == {"201": 1, "200": 3}
    assert len({answer.json()["lead_id"] for answer in answers}) == 1


def test_the_limits_hold_under_parallel_requests(api, monkeypatch):
    monkeypatch.setattr(website, "PER_ENTITY", 5)
    sent = [body(answers={"email": f"{n}@mail.example"}) for n in range(20)]
    answers = at_once([lambda one=one: api.post("/api/webhooks/website", one) for one in sent], threads=10)

    assert statuses(answers) == {"201": 5, "429": 15}
    monkeypatch.setattr(website, "PER_ENTITY", 600)
    monkeypatch.setattr(website, "PER_ADDRESS", 25)
    answers = at_once([lambda one=one: api.post("/api/webhooks/website", one) for one in sent], threads=10)
    assert statuses(answers)["429"] == 15
