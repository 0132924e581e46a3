"""No serious finding of axe on any page that people without the staff admin see: phone and desk, light and dark."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from betterside.accounts.services import invitations
from betterside.accounts.services.reset_links import links
from betterside.accounts.tests.factories import EntityFactory, UserFactory
from betterside.realtime.notifications import Kind, notify
from cp.panel.urls import urlpatterns
from cp.services import marketing
from cp.tests.factories import AdsRequestFactory, MarketingCounterFactory, mapped_project
from crm.services import activities, follow_ups
from crm.tests.factories import make_lead
from marketing.tests.factories import CampaignDayFactory, CampaignFactory

from . import axe

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.slow]
EVERY_VIEW = [pytest.param(width, theme, id=f"{width} {theme}") for width in (360, 1440) for theme in ("light", "dark")]
# Route: addresses, with {lead} and {ads} for those of the CP.
PANEL = {
    "dashboard": ["/"],
    "leads": ["/leads", "/leads?view=board", "/leads?search=nobody", "/leads?page=2"],
    "lead_create": ["/leads/new"],
    "leads_print": ["/leads/print"],
    "lead": ["/leads/{lead}"],
    "lead_edit": ["/leads/{lead}/edit"],
    "lead_delete": ["/leads/{lead}/delete"],
    "run_ads": ["/run-ads"],
    "ads_notes": ["/run-ads/{ads}/notes"],
    "ads_cancel": ["/run-ads/{ads}/cancel"],
    "ads_report": ["/run-ads/{ads}/report"],
    "marketing": ["/marketing-support"],
    "notifications": ["/notifications"],
    "profile": ["/profile"],
}
# {reset} and {token} make links that work.
ACCOUNT = [
    "/login",
    "/password/reset",
    "/password/reset/sent",
    "/password/reset/done",
    "/password/reset/x/y",
    "{reset}",
    "/invitation/x",
    "/invitation/{token}",
    "/password/change",
]
NO_PAGES = {
    "lead_known": "a line in the form of a new lead",
    "leads_export": "a file",
    "ads_days": "a file",
    "bell": "a part of every page",
    "leads_status": "POST only",
    "lead_status": "POST only",
    "lead_activities": "POST only",
    "lead_follow_up": "POST only",
    "lead_follow_up_done": "POST only",
    "notifications_read": "POST only",
    "notification_read": "POST only",
    "notification_choices": "POST only",
}


@pytest.fixture
def cp():
    """A CP with something on every page."""
    cp = UserFactory(cp=True, first_name="Asha", last_name="Rao")
    project = mapped_project(cp, title="Lakeview")
    for status in ("new", "called_no_answer", "interested", "not_interested", "follow_up", "closed"):
        make_lead(owner=cp, pipeline="channel", status_name=status, project=project)
    for _ in range(16):
        make_lead(owner=cp, pipeline="channel", source="meta_ads")
    _counters_and_requests(cp, project)
    notify(user=cp, kind=Kind.LEAD_ASSIGNED, title="A lead was given to you", url="/leads")
    return cp


def _counters_and_requests(cp, project) -> None:
    team = UserFactory(admin=True, is_staff=True, entity=EntityFactory(slug="betterside"))
    MarketingCounterFactory(cp=cp, project=project, creatives_shared=6, edms_shared=2)
    asked = [marketing.request(by=cp, type=kind, notes="Diwali") for kind in ("edm", "creative", "creative")]
    marketing.fulfil(marketing_request=asked[0], by=team, link="https://drive.example/flyer", answer="Here you are")
    marketing.decline(marketing_request=asked[1], by=team, answer="Next month")
    for status in ("requested", "completed", "cancelled"):
        AdsRequestFactory(cp=cp, project=project, status=status)


@pytest.fixture
def lead(cp):
    """With history, and a follow-up that is overdue."""
    lead = make_lead(owner=cp, pipeline="channel", full_name="Neha Gupta", notes="Two bedrooms")
    activities.log(lead=lead, by=cp, activity_type="call", description="Will call back", status="completed")
    activity = follow_ups.plan(lead=lead, at=timezone.now() + timedelta(seconds=1), by=cp, notes="Site visit")
    activity.next_follow_up_date = timezone.now() - timedelta(days=1)
    activity.save()
    return lead


@pytest.fixture
def ads(cp):
    ads = AdsRequestFactory(cp=cp, status="running", notes="Weekends")
    campaign = CampaignFactory(entity=cp.entity, ads_request=ads, currency="INR")
    for back in range(5):
        date = timezone.localdate(timezone=cp.entity.zone) - timedelta(days=back)
        CampaignDayFactory(campaign=campaign, date=date, spend=1_000 + 100 * back)
    return ads


def still(open_page, *args, **kwargs):
    """A page in which nothing moves: half a transition has colours that no reader sees."""
    page = open_page(*args, **kwargs)
    page.emulate_media(reduced_motion="reduce")
    return page


def test_control_axe_finds_what_is_wrong(open_page, cp):
    """Under the panel's content policy, in the panel's own colours."""
    page = still(open_page, cp)
    page.goto("/leads")
    assert axe.serious(page, "/leads") == []
    page.evaluate("""() => {
        document.querySelector(".filters input").labels[0].remove();
        document.querySelector(".filters input").placeholder = "";
        document.querySelector(".page-lead").style.setProperty("color", "var(--ui-line)");
    }""")
    assert [finding.split()[1] for finding in axe.serious(page, "/leads")] == ["color-contrast", "label"]


def test_no_route_of_the_panel_is_left_out():
    assert {route.name for route in urlpatterns} == {*PANEL, *NO_PAGES}


@pytest.mark.parametrize(("width", "theme"), EVERY_VIEW)
def test_the_panels_pages(open_page, cp, lead, ads, width, theme):
    page = still(open_page, cp, width=width, theme=theme)
    found = []
    for address in [one for addresses in PANEL.values() for one in addresses]:
        path = address.format(lead=lead.pk, ads=ads.pk)
        assert page.goto(path).status == 200, path
        found += axe.serious(page, address)
    assert found == []


@pytest.mark.parametrize(("width", "theme"), EVERY_VIEW)
def test_what_opens_over_a_page(open_page, cp, lead, ads, width, theme):
    page = still(open_page, cp, width=width, theme=theme)
    page.expects_failures = True
    found = []

    page.goto("/leads")
    page.locator(".user-menu summary").click()
    found += axe.serious(page, "user menu")
    page.goto("/leads")
    page.locator("#bell summary").click()
    found += axe.serious(page, "bell")
    page.goto("/leads")
    page.get_by_role("link", name="New lead").click()
    page.locator("#dialog[open]").wait_for()
    found += axe.serious(page, "new lead")
    page.get_by_role("button", name="Save the lead").click()
    page.locator("#lead-form .field-error").first.wait_for()
    found += axe.serious(page, "new lead with errors")
    page.goto("/run-ads")
    page.get_by_role("button", name="Cancel request").first.click()
    page.locator("#confirm[open]").wait_for()
    found += axe.serious(page, "confirm")
    page.goto("/leads?view=board")
    page.locator(".board summary").first.click()
    found += axe.serious(page, "a card's menu")
    assert found == []


@pytest.mark.parametrize(("width", "theme"), EVERY_VIEW)
def test_pages_with_nothing_in_them(open_page, width, theme):
    page = still(open_page, UserFactory(cp=True), width=width, theme=theme)
    found = []
    for path in ("/", "/leads", "/leads?view=board", "/run-ads", "/marketing-support", "/notifications"):
        page.goto(path)
        found += axe.serious(page, f"{path} without anything")
    assert found == []


@pytest.mark.parametrize(("width", "theme"), EVERY_VIEW)
def test_signing_in(open_page, cp, width, theme):
    found = []
    uid = urlsafe_base64_encode(force_bytes(cp.pk))
    for address in ACCOUNT:
        page = still(open_page, cp if address == "/password/change" else None, width=width, theme=theme)
        path = address.format(reset=f"/password/reset/{uid}/{links.make_token(cp)}", token=invitations.token(cp))
        assert page.goto(path).status == 200, path
        found += axe.serious(page, address)
    page = still(open_page, width=width, theme=theme)
    page.goto("/login")
    page.get_by_label("E-mail or username").fill("nobody")
    page.get_by_label("Password", exact=True).fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.locator("[role=alert], .field-error, .notice-error").first.wait_for()
    found += axe.serious(page, "login refused")
    assert found == []


@pytest.mark.parametrize(("width", "theme"), EVERY_VIEW)
def test_pages_of_trouble(open_page, cp, width, theme):
    page = still(open_page, cp, width=width, theme=theme)
    page.expects_failures = True
    broken = render_to_string("500.html")
    page.route("**/broken", lambda route: route.fulfill(status=500, body=broken, content_type="text/html"))
    found = []
    for path, status in (("/nowhere", 404), ("/leads/999999", 404), ("/broken", 500)):
        assert page.goto(path).status == status
        found += axe.serious(page, f"{path} {status}")
    page = still(open_page, UserFactory(buyer=True), width=width, theme=theme)
    page.expects_failures = True
    assert page.goto("/").status == 403
    found += axe.serious(page, "no access")
    assert found == []
