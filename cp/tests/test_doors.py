"""A change leaves the same history, whichever door it came through (issue 2, point 4)."""

import pytest
from django.test import Client

from betterside.accounts.tests.factories import UserFactory
from betterside.realtime.models import Event
from crm.models import Activity, Lead, StageEntry
from crm.tests.factories import make_lead, status
from crm.tests.invariants import broken

pytestmark = pytest.mark.django_db


@pytest.fixture
def cp():
    return UserFactory(cp=True)


@pytest.fixture
def lead(cp):
    return make_lead(owner=cp, pipeline="channel")


@pytest.fixture
def browser(cp):
    client = Client(SERVER_NAME="localhost")
    client.force_login(cp)
    return client


MOVES = {
    "channel PUT": lambda api, browser, lead: api.put(
        f"/api/cp/leads/{lead.pk}", {"status": "interested", "notes": "Call back"}
    ),
    "channel PATCH": lambda api, browser, lead: api.patch(
        f"/api/cp/leads/{lead.pk}", {"status": "interested", "notes": "Call back"}
    ),
    "channel with a session": lambda api, browser, lead: browser.patch(
        f"/api/cp/leads/{lead.pk}",
        {"status": "interested", "notes": "Call back"},
        content_type="application/json",
    ),
    "panel": lambda api, browser, lead: browser.post(
        f"/leads/{lead.pk}/status", {"status": "interested", "notes": "Call back"}
    ),
    "sales": lambda api, browser, lead: api.post(
        "/api/stages/change-status",
        {"leadId": lead.pk, "statusId": status("channel", "interested").pk, "notes": "Call back"},
    ),
}


@pytest.mark.parametrize("door", MOVES)
def test_a_change_of_status_leaves_stay_activity_and_event(api, browser, cp, lead, door):
    answer = MOVES[door](api.as_(cp), browser, lead)

    assert answer.status_code in (200, 302), answer.content
    assert Lead.objects.get().status.name == "interested"
    stays = StageEntry.objects.order_by("id").values_list("status__name", "user", "notes")
    assert list(stays) == [("new", None, ""), ("interested", cp.pk, "Call back")]
    moved = Activity.objects.filter(activity_type="status_change").latest("id")
    assert (moved.user, moved.description) == (cp, "Status changed from 'new' to 'interested': Call back")
    assert Event.objects.filter(kind="lead.moved", subject_id=lead.pk).count() == 1
    assert broken() == []


CREATIONS = {
    "channel": lambda api, browser: api.post("/api/cp/leads", {"name": "Asha Rao", "phone": "9876543210"}),
    "panel": lambda api, browser: browser.post(
        "/leads/new", {"name": "Asha Rao", "phone": "9876543210", "source": "organic"}
    ),
}


@pytest.mark.parametrize("door", CREATIONS)
def test_a_new_lead_leaves_stay_assignment_activity_and_event(api, browser, cp, door):
    answer = CREATIONS[door](api.as_(cp), browser)

    assert answer.status_code in (201, 302), answer.content
    lead = Lead.objects.get()
    assert (lead.full_name, lead.pipeline_id, lead.source, lead.assigned_user) == ("Asha Rao", "channel", "organic", cp)
    assert list(Activity.objects.values_list("title", "user")) == [("Lead created", cp.pk)]
    assert list(Event.objects.filter(subject_id=lead.pk).values_list("kind", flat=True)) == ["lead.created"]
    assert broken() == []


@pytest.mark.parametrize("door", MOVES)
def test_a_colleague_is_refused_at_every_door(api, lead, door):
    colleague = UserFactory(cp=True)
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(colleague)

    answer = MOVES[door](api.as_(colleague), browser, lead)

    assert answer.status_code == 403
    assert Lead.objects.get().status.name == "new"
    assert StageEntry.objects.count() == 1
    assert Event.objects.filter(kind="lead.moved").count() == 0
