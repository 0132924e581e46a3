import pytest
from django.test import Client

from betterside.accounts.tests.factories import UserFactory
from crm.models import Lead
from crm.tests.factories import make_lead

from .factories import AdsRequestFactory, mapped_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def cp():
    return UserFactory(cp=True)


@pytest.fixture
def browser(cp):
    client = Client(SERVER_NAME="localhost")
    client.force_login(cp)
    return client


def test_the_dashboard_counts_what_is_there(browser, cp):
    project = mapped_project(cp)
    make_lead(owner=cp, pipeline="channel", project=project)
    make_lead(owner=UserFactory(cp=True), pipeline="channel")
    AdsRequestFactory(cp=cp, project=project, status="running")
    AdsRequestFactory(cp=cp, project=project, status="requested")

    tiles = browser.get("/").context["tiles"]

    assert tiles == {"todays_leads": 1, "total_leads": 1, "active_projects": 1, "ads_in_progress": 1}


def test_it_shows_the_reason_beside_the_field_and_keeps_what_was_typed(browser):
    answer = browser.post("/leads/new", {"name": "Asha", "phone": "12345", "source": "organic"})

    assert answer.status_code == 400
    assert "Phone must be exactly 10 digits." in answer.content.decode()
    assert 'value="Asha"' in answer.content.decode()
    assert not Lead.objects.exists()


def test_it_filters_by_project_and_status(browser, cp):
    project = mapped_project(cp)
    wanted = make_lead(owner=cp, pipeline="channel", project=project, status_name="interested")
    make_lead(owner=cp, pipeline="channel", project=project)
    make_lead(owner=cp, pipeline="channel", status_name="interested")

    page = browser.get("/leads", {"project": project.pk, "status": "interested"}).context["page"]

    assert list(page.object_list) == [wanted]


def test_it_changes_the_status_with_a_note(browser, cp):
    lead = make_lead(owner=cp, pipeline="channel")

    browser.post(f"/leads/{lead.pk}/status", {"status": "interested", "notes": "Wants a visit"})

    page = browser.get(f"/leads/{lead.pk}").content.decode()
    assert "Wants a visit" in page
    lead.refresh_from_db()
    assert lead.status.name == "interested"


@pytest.mark.parametrize(("whose", "status"), [("colleague", 403), ("stranger", 404)])
def test_it_refuses_a_lead_of_somebody_else(browser, whose, status):
    owners = {
        "colleague": UserFactory(cp=True),
        "stranger": UserFactory(cp=True, entity__slug="other"),
    }
    lead = make_lead(owner=owners[whose], pipeline="channel")

    assert browser.get(f"/leads/{lead.pk}").status_code == status
    assert browser.post(f"/leads/{lead.pk}/status", {"status": "closed"}).status_code == status
    lead.refresh_from_db()
    assert lead.status.name == "new"


def test_an_account_without_a_seat_sees_no_page():
    client = Client(SERVER_NAME="localhost")
    client.force_login(UserFactory(cp=True, is_approved=False))

    assert client.get("/leads").status_code == 403
