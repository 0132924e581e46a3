"""Run Ads and Marketing Support, as a CP's browser uses them."""

from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from betterside.accounts.tests.factories import UserFactory
from betterside.realtime.models import Event
from crm.tests.factories import make_lead
from marketing.tests.factories import CampaignDayFactory, CampaignFactory

from ..models import AdsRequest, MarketingRequest
from ..panel import progress
from ..services import ads_requests, marketing
from .factories import AdsRequestFactory, mapped_project

pytestmark = pytest.mark.django_db
ASKED = {"objective": "site_visits", "budget_inr": "20000", "duration_days": "10", "notes": "Weekend"}


def signed_in(user) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client


@pytest.fixture
def cp():
    return UserFactory(cp=True)


@pytest.fixture
def browser(cp):
    return signed_in(cp)


@pytest.fixture
def staff():
    return UserFactory(admin=True, is_staff=True)


def test_a_request_for_ads_appears_below(browser, cp):
    project = mapped_project(cp, title="Lakeview")

    page = browser.post("/run-ads", ASKED | {"project": project.pk}, follow=True).content.decode()

    made = AdsRequest.objects.get()
    assert (made.cp, made.project, made.budget_inr, made.status) == (cp, project, Decimal(20_000), "requested")
    assert "₹20,000</span> for 10 days" in page
    assert "with the BetterSide team" in page


@pytest.mark.parametrize(
    ("field", "value"),
    [("budget_inr", "0"), ("budget_inr", "-5"), ("duration_days", "366"), ("objective", "fame"), ("project", "0")],
)
def test_a_bad_value_is_told_beside_its_field(browser, cp, field, value):
    project = mapped_project(cp)

    answer = browser.post("/run-ads", ASKED | {"project": project.pk} | {field: value})

    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert not AdsRequest.objects.exists()


def test_a_project_of_somebody_else_is_no_choice(browser):
    answer = browser.post("/run-ads", ASKED | {"project": mapped_project(UserFactory(cp=True)).pk})

    assert answer.status_code == 400
    assert not AdsRequest.objects.exists()


def test_notes_are_edited_while_it_is_open(browser, cp):
    asked = AdsRequestFactory(cp=cp)

    browser.post(f"/run-ads/{asked.pk}/notes", {"notes": "Only Pune"})

    asked.refresh_from_db()
    assert asked.notes == "Only Pune"


def test_a_request_is_cancelled_once(browser, cp):
    asked = AdsRequestFactory(cp=cp)
    assert "Cancel the ads for" in browser.get(f"/run-ads/{asked.pk}/cancel").content.decode()

    for said in ("The request is cancelled.", "cannot be changed any more"):
        assert said in browser.post(f"/run-ads/{asked.pk}/cancel", follow=True).content.decode()
    asked.refresh_from_db()
    assert asked.status == "cancelled"
    assert asked.steps.count() == 1


def test_the_notes_of_a_request_that_is_over_stay(browser, cp):
    asked = AdsRequestFactory(cp=cp, status="completed", notes="As agreed")

    answer = browser.post(f"/run-ads/{asked.pk}/notes", {"notes": "Other"})

    assert answer.status_code == 400
    assert "cannot be changed any more" in answer.content.decode()
    asked.refresh_from_db()
    assert asked.notes == "As agreed"


@pytest.mark.parametrize(("whose", "status"), [({}, 403), ({"entity__slug": "other"}, 404)])
@pytest.mark.parametrize("what", ["notes", "cancel"])
def test_a_request_of_somebody_else_is_refused(browser, whose, status, what):
    asked = AdsRequestFactory(cp=UserFactory(cp=True, **whose))
    path = f"/run-ads/{asked.pk}/{what}"
    before = Event.objects.count()

    assert browser.get(path).status_code == status
    assert browser.post(path, {"notes": "Mine now"}).status_code == status
    asked.refresh_from_db()
    assert (asked.status, asked.notes) == ("requested", "")
    assert Event.objects.count() == before


def test_the_steps_say_how_far_it_is(cp, staff):
    project = mapped_project(cp)
    asked = ads_requests.create(
        by=cp, project_id=project.pk, objective="awareness", budget_inr=Decimal(1), duration_days=1
    )
    ads_requests.advance(ads_request=asked, to="in_discussion", by=staff)
    asked.refresh_from_db()
    assert [step.state for step in progress.of(asked)] == ["done", "now", "open", "open"]

    ads_requests.change(ads_request=asked, by=cp, cancel=True)
    asked.refresh_from_db()
    assert [step.status for step in progress.of(asked)] == ["requested", "in_discussion", "cancelled"]
    assert all(step.at for step in progress.of(asked))


def brought_something(cp, project) -> AdsRequest:
    """A request with a day of spend, ₹2,000, and a lead that closed."""
    asked = AdsRequestFactory(cp=cp, project=project, status="running")
    campaign = CampaignFactory(entity=cp.entity, ads_request=asked, currency="INR")
    CampaignDayFactory(campaign=campaign, date=timezone.localdate(timezone=cp.entity.zone), spend=2000)
    make_lead(owner=cp, pipeline="channel", project=project, status_name="closed", ads_request=asked, campaign=campaign)
    return asked


def test_many_requests_cost_as_many_queries_as_few(browser, cp, assert_query_count):
    project = mapped_project(cp)
    assert_query_count.flat(
        "panel:run_ads page",
        lambda: browser.get("/run-ads"),
        lambda n: [brought_something(cp, project) for _ in range(n)],
    )


@pytest.mark.parametrize("kind", ["creative", "edm"])
def test_asking_for_something_stores_it(browser, cp, kind):
    project = mapped_project(cp, title="Lakeview")

    page = browser.post("/marketing-support", {"type": kind, "project": project.pk, "notes": "Diwali"}, follow=True)

    asked = MarketingRequest.objects.get()
    assert (asked.cp, asked.type, asked.project, asked.notes) == (cp, kind, project, "Diwali")
    assert "The team has been told." in page.content.decode()


def test_a_kind_nobody_offers_is_refused(browser):
    assert browser.post("/marketing-support", {"type": "film"}).status_code == 400
    assert not MarketingRequest.objects.exists()


def test_the_page_shows_counters_and_what_became_of_requests(browser, cp, staff):
    project = mapped_project(cp, title="Lakeview")
    marketing.increment(cp=cp, project=project, by=None, creatives=4, edms=2)
    marketing.increment(cp=UserFactory(cp=True), by=None, creatives=9)
    asked = marketing.request(by=cp, type="creative", project_id=project.pk)
    marketing.fulfil(marketing_request=asked, by=staff, link="https://files.example/1", answer="Here it is")
    marketing.decline(marketing_request=marketing.request(by=cp, type="edm"), by=staff, answer="Too soon")

    answer = browser.get("/marketing-support")

    assert answer.context["totals"] == {"creatives_shared": 5, "edms_shared": 2}
    assert answer.context["projects"] == ["Lakeview"]
    assert [line["values"] for line in answer.context["shared"]] == [[5], [2]]
    page = answer.content.decode()
    for said in ("https://files.example/1", "Here it is", "Too soon", "Fulfilled", "Declined"):
        assert said in page


def test_a_manager_looks_on_and_asks_for_nothing(cp):
    manager = signed_in(UserFactory(manager=True))
    project = mapped_project(cp)
    AdsRequestFactory(cp=cp, project=project)

    assert cp.get_full_name() in manager.get("/run-ads").content.decode()
    assert manager.post("/run-ads", ASKED | {"project": project.pk}).status_code == 403
    assert manager.post("/marketing-support", {"type": "edm"}).status_code == 403
    assert AdsRequest.objects.count() == 1
    assert not MarketingRequest.objects.exists()
