"""Who hears of a lead that was given (issue 4: the bell)."""

import pytest

from betterside.accounts.tests.factories import UserFactory
from betterside.realtime.models import Notification

from ..services import assignments, leads
from .factories import make_lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def cp():
    return UserFactory(cp=True)


def told(user) -> list[tuple]:
    return list(Notification.objects.visible_to(user).values_list("title", "body", "url", "subject_id"))


def test_a_captured_lead_is_told_to_its_owner(cp):
    lead = make_lead(owner=cp, pipeline="channel", full_name="Asha Rao", source="meta_ads")
    assert told(cp) == [("A lead was given to you", "Asha Rao, from Meta ads", f"/leads/{lead.pk}", lead.pk)]


def test_nobody_is_told_what_they_did_themselves(cp):
    leads.create(by=cp, entity=cp.entity, pipeline="channel", fields={"full_name": "Asha"}, owner=cp)
    assert told(cp) == []


def test_a_lead_passed_on_is_told_to_the_new_owner_alone(cp):
    boss, colleague = UserFactory(manager=True), UserFactory(cp=True)
    lead = make_lead(owner=cp, pipeline="channel")
    Notification.objects.all().delete()
    assignments.reassign(lead=lead, to=colleague, by=boss)
    assert [row[3] for row in told(colleague)] == [lead.pk]
    assert told(cp) == []


def test_many_leads_at_once_are_one_notification(cp):
    boss, other = UserFactory(manager=True), UserFactory(cp=True)
    given = [make_lead(entity=cp.entity, pipeline="channel") for _ in range(4)]
    owners = [cp, cp, cp, other]
    assignments.hand_over(list(zip(given, owners, strict=True)), by=boss, reason="", notes=[""] * 4)
    assert told(cp) == [("3 leads were given to you", "", "/leads", None)]
    assert len(told(other)) == 1


def test_leads_without_a_page_have_no_link():
    rep = UserFactory(rep=True)
    make_lead(owner=rep, pipeline="sales")
    assert told(rep)[0][2] == ""
