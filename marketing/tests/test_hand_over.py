"""Converted marketing leads go to the sales pipeline, where the entity wants it (issue 6)."""

import pytest

from betterside.accounts.tests.factories import UserFactory
from crm.models import Lead
from crm.services import stages
from crm.tests.factories import make_lead, status
from marketing.services import leads

from .factories import CampaignFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/marketing/leads"


@pytest.fixture
def manager():
    manager = UserFactory(manager=True)
    manager.entity.hands_over_converted = True
    manager.entity.save()
    return manager


@pytest.fixture
def lead(manager):
    rep, campaign = UserFactory(rep=True), CampaignFactory(name="Summer")
    return make_lead(owner=rep, pipeline="marketing", full_name="Sarah Johnson", campaign=campaign, score=80)


def successor() -> Lead:
    return Lead.objects.in_pipeline("sales").get()


def test_it_is_handed_over_and_linked_both_ways(api, manager, lead):
    answer = api.as_(manager).patch(f"{URL}/{lead.pk}", {"status": "CONVERTED", "notes": "Customer"})

    assert answer.json()["data"]["status"] == "CONVERTED"
    made = successor()
    assert (made.full_name, made.score, made.campaign_name, made.notes) == ("Sarah Johnson", 80, "Summer", "Customer")
    assert (made.assigned_user, made.status.name) == (lead.assigned_user, "new")
    lead.refresh_from_db()
    assert (made.handed_over_from, lead.handed_over_to) == (lead, made)
    assert lead.activities.get(title="Handed over").description == f"Handed over to sales as {made.lead_code}"
    assert made.activities.get(title="Handed over").description == f"Handed over from {lead.lead_code}"


def test_the_sales_face_hands_over_too(api, manager, lead):
    converted = status("marketing", "CONVERTED")
    answer = api.as_(manager).post("/api/stages/change-status", {"leadId": lead.pk, "statusId": converted.pk})

    assert answer.status_code == 200, answer.content
    assert successor().handed_over_from == lead


def test_a_lead_made_as_converted_is_handed_over(api, manager):
    answer = api.as_(manager).post(URL, {"first_name": "Sarah", "status": "CONVERTED"})

    assert str(successor().handed_over_from_id) == answer.json()["data"]["id"]


def test_it_happens_once(manager, lead):
    for name in ("CONVERTED", "QUALIFIED", "CONVERTED"):
        stages.move(lead=lead, to=status("marketing", name), by=manager)

    assert Lead.objects.in_pipeline("sales").count() == 1
    assert leads.hand_over(lead=lead, by=manager) == successor()


def test_an_owner_who_left_does_not_stop_it(manager, lead):
    lead.assigned_user.is_active = False
    lead.assigned_user.save()

    stages.move(lead=lead, to=status("marketing", "CONVERTED"), by=manager)

    assert successor().assigned_user is None


def test_an_entity_that_does_not_want_it_keeps_its_leads(api, manager, lead):
    manager.entity.hands_over_converted = False
    manager.entity.save()

    api.as_(manager).patch(f"{URL}/{lead.pk}", {"status": "CONVERTED"})

    assert not Lead.objects.in_pipeline("sales").exists()


def test_only_a_won_marketing_lead_is_handed_over(manager, lead):
    stages.move(lead=lead, to=status("marketing", "LOST"), by=manager)
    growth = make_lead(owner=lead.assigned_user, pipeline="growth")
    stages.move(lead=growth, to=status("growth", "closed"), by=manager)

    assert not Lead.objects.in_pipeline("sales").exists()
