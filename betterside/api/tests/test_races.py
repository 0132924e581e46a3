import pytest

from betterside.accounts.tests.factories import UserFactory
from crm.models import Lead
from tests.races import at_once, statuses

pytestmark = pytest.mark.django_db(transaction=True)


def post_10_times(api, headers):
    client = api.as_(UserFactory(cp=True))
    body = {"name": "Asha Rao", "phone": "9876543210"}
    return at_once([lambda: client.post("/api/cp/leads", body, headers=headers)] * 10)


def test_10_posts_at_once_under_one_key_create_one_lead(api):
    answers = post_10_times(api, {"Idempotency-Key": "once"})
    assert statuses(answers) == {"201": 10}
    assert len({answer.content for answer in answers}) == 1
    assert Lead.objects.count() == 1


def test_control_without_a_key_they_create_10(api):
    assert statuses(post_10_times(api, {})) == {"201": 10}
    assert Lead.objects.count() == 10
