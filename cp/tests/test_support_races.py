"""Two at once: counters add up, a request is answered once, a CP and staff do not overwrite each other (trust F18)."""

import pytest

from betterside.accounts.tests.factories import EntityFactory, UserFactory
from betterside.errors import Conflict
from betterside.realtime.models import Notification
from tests.races import at_once, locks, slowly, statuses

from ..models import AdsRequest, MarketingCounter
from ..models.owned import OwnedByCP
from ..services import ads_requests, marketing
from .factories import AdsRequestFactory, MarketingCounterFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cp():
    return UserFactory(cp=True)


@pytest.fixture
def staff():
    return UserFactory(admin=True, is_staff=True, entity=EntityFactory(slug="betterside"))


def test_a_hundred_increments_add_up(api, cp, staff):
    """From the very first on: also the row is made by whoever comes first."""
    client = api.as_(staff)
    body = {"cp_id": cp.pk, "creatives": 1, "edms": 2}
    answers = at_once([lambda: client.post("/api/cp/marketing/increment", body)] * 100, threads=10)
    assert statuses(answers) == {"200": 100}
    assert MarketingCounter.objects.values_list("creatives_shared", "edms_shared").get() == (100, 200)


def test_control_read_and_write_back_loses_some(cp):
    MarketingCounterFactory(cp=cp)

    def add_one():
        counter = MarketingCounter.objects.get()
        counter.creatives_shared += 1
        counter.save()

    with slowly(type(MarketingCounter.objects), "get"):
        at_once([add_one] * 10)
    assert MarketingCounter.objects.values_list("creatives_shared", flat=True).first() < 10


def test_decrements_at_once_stop_at_zero(api, cp, staff):
    MarketingCounterFactory(cp=cp, creatives_shared=5)
    client = api.as_(staff)
    answers = at_once([lambda: client.post("/api/cp/marketing/increment", {"cp_id": cp.pk, "creatives": -1})] * 8)
    assert statuses(answers) == {"200": 5, "400": 3}
    assert MarketingCounter.objects.get().creatives_shared == 0


@pytest.mark.parametrize("locking", locks)
def test_a_request_is_fulfilled_once(cp, staff, locking):
    asked = marketing.request(by=cp, type="edm")
    with locks[locking](), slowly(OwnedByCP, "get"):
        outcomes = at_once([lambda: marketing.fulfil(marketing_request=asked, by=staff, link="https://x.example")] * 4)
    counted = MarketingCounter.objects.get().edms_shared
    if locking == "locks on":
        assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == 3
        assert counted == Notification.objects.count() == 1
    else:
        assert counted > 1


@pytest.mark.parametrize("locking", locks)
def test_a_cp_who_cancels_and_staff_who_advance_do_not_overwrite_each_other(cp, staff, locking):
    asked = AdsRequestFactory(cp=cp, status="running")
    calls = [
        lambda: ads_requests.change(ads_request=asked, by=cp, cancel=True),
        lambda: ads_requests.advance(ads_request=asked, to="completed", by=staff),
    ]
    with locks[locking](), slowly(OwnedByCP, "get"):
        outcomes = at_once(calls)
    refused = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    steps = [step.to_status for step in asked.steps.all()]
    if locking == "locks on":
        assert len(refused) == 1
        assert steps == [AdsRequest.objects.get().status]
    else:
        assert sorted(steps) == ["cancelled", "completed"]
