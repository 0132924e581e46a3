"""Campaigns in the staff admin."""

import pytest

from betterside.accounts.tests.factories import EntityFactory, UserFactory
from betterside.staff.tests.pages import submit
from betterside.staff.tests.queries import queries_of
from marketing.models import Campaign

pytestmark = pytest.mark.django_db
CAMPAIGNS = "/admin/marketing/campaign/"


@pytest.fixture
def staff(client):
    client.force_login(UserFactory(admin=True, is_staff=True, is_superuser=True))
    return client


def test_a_campaign_is_added_and_keeps_its_entity(staff):
    entity, other = EntityFactory(slug="acme"), EntityFactory(slug="other")
    answer = submit(staff, f"{CAMPAIGNS}add/", "campaign_form", entity=entity.pk, name="Diwali")
    assert answer.status_code == 302, answer.context["errors"]
    campaign = Campaign.objects.get()
    submit(staff, f"{CAMPAIGNS}{campaign.pk}/change/", "campaign_form", entity=other.pk, name="Diwali 2")
    campaign.refresh_from_db()
    assert (campaign.entity, campaign.name) == (entity, "Diwali 2")


def test_metas_id_is_an_entitys_once(staff):
    entity = EntityFactory()
    Campaign.objects.create(entity=entity, name="Known", meta_id="77")
    answer = submit(staff, f"{CAMPAIGNS}add/", "campaign_form", entity=entity.pk, name="Again", meta_id="77")
    assert answer.status_code == 200
    assert Campaign.objects.count() == 1


def test_the_list_asks_as_much_for_many_rows_as_for_few(staff):
    def rows(count):
        for number in range(count):
            entity = EntityFactory(slug=f"entity{Campaign.objects.count()}")
            Campaign.objects.create(entity=entity, name=f"Campaign {number}")

    rows(2)
    few = queries_of(staff, CAMPAIGNS)
    rows(10)
    assert queries_of(staff, CAMPAIGNS) == few <= 12
