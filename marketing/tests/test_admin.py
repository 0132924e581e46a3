"""Campaigns in the staff admin."""

import pytest

from betterside.accounts.tests.factories import EntityFactory, UserFactory
from betterside.staff.tests.pages import submit
from betterside.staff.tests.queries import queries_of
from marketing.models import Campaign, InboxEntry, MetaPage

from .factories import CaptureRouteFactory

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


@pytest.mark.parametrize(
    "model", ["inboxentry", "captureroute", "metapage", "websiteintake", "adaccount", "reconcilerun"]
)
def test_every_list_of_capture_opens(staff, model):
    assert staff.get(f"/admin/marketing/{model}/").status_code == 200


def test_a_failed_delivery_is_replayed_from_the_list(staff):
    entry = InboxEntry.objects.create(source_lead_id="1", page_id="PAGE", state="failed", reason="code 100")
    staff.post("/admin/marketing/inboxentry/", {"action": "replay", "_selected_action": [entry.pk]})
    entry.refresh_from_db()
    assert (entry.state, entry.reason) == ("received", "")


def test_a_stored_token_is_never_shown_and_stays_when_none_is_typed(staff):
    page = MetaPage.objects.create(page_id="PAGE", access_token="very-secret-token")
    url = f"/admin/marketing/metapage/{page.pk}/change/"
    assert "very-secret-token" not in staff.get(url).content.decode()
    answer = submit(staff, url, "metapage_form", name="Our page", access_token="")
    assert answer.status_code == 302, answer.context["errors"]
    page.refresh_from_db()
    assert (page.name, page.access_token) == ("Our page", "very-secret-token")


def test_it_says_which_route_a_lead_would_take(staff):
    CaptureRouteFactory()
    CaptureRouteFactory(form_id="FORM", strategy="workload")
    url = "/admin/marketing/captureroute/which/"
    assert "Route PAGE / FORM" in staff.get(url, {"page_id": "PAGE", "form_id": "FORM"}).content.decode()
    assert "would wait in the inbox" in staff.get(url, {"page_id": "NONE"}).content.decode()


def test_the_home_page_shows_what_waits_and_since_when_and_leads_to_all_of_it(staff):
    for number, state in enumerate(["failed", "unrouted", "received", "processed"]):
        InboxEntry.objects.create(source_lead_id=f"L{number}", page_id="PAGE", state=state, reason="why")
    html = staff.get("/admin/").content.decode()
    assert "1 wait to be fetched from Meta, the oldest since" in html
    assert "state__in=failed,unrouted" in html
    listed = staff.get("/admin/marketing/inboxentry/?state__in=failed,unrouted").content.decode()
    assert [name in listed for name in ("L0", "L1", "L2", "L3")] == [True, True, False, False]
