"""Deliveries from Meta at the same moment."""

import pytest

from crm.models import Lead
from marketing.models import InboxEntry
from marketing.services import inbox
from tests.races import at_once, slowly, statuses

from .conftest import delivery, signed
from .factories import CaptureRouteFactory
from .test_webhook_facebook import LEAD

pytestmark = pytest.mark.django_db(transaction=True)


def post(api, *values):
    raw = delivery(*values)
    return lambda: api.post("/api/webhooks/facebook", data=raw, content_type="application/json", **signed(raw))


def test_100_identical_deliveries_at_once_are_one_lead_and_one_fetch(graph, api, run_jobs):
    CaptureRouteFactory()
    answers = at_once([post(api, LEAD)] * 100, threads=20)
    run_jobs()

    assert statuses(answers) == {"200": 100}
    assert (InboxEntry.objects.count(), Lead.objects.count(), len(graph.calls)) == (1, 1, 1)


@pytest.mark.parametrize("is_sorted", [True, False], ids=["one order", "control: as they came"])
def test_two_deliveries_of_the_same_changes_do_not_wait_for_each_other_in_a_circle(graph, api, monkeypatch, is_sorted):
    """Each delivery's rows go in one by one here, so that the control meets what large batches meet by chance."""
    if not is_sorted:
        monkeypatch.setattr(inbox, "in_one_order", lambda rows: rows)
    monkeypatch.setattr(inbox, "AT_ONCE", 1)
    there = [LEAD | {"leadgen_id": n} for n in range(10, 14)]
    with (
        slowly(InboxEntry.objects.all().__class__, "_batched_insert"),
        slowly(InboxEntry.objects.all().__class__, "_insert"),
    ):
        answers = at_once([post(api, *there), post(api, *reversed(there))])

    assert (statuses(answers) == {"200": 2}) is is_sorted
