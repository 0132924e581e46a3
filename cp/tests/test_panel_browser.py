"""The panel as a channel partner's browser shows it."""

import re

import pytest

from betterside.accounts.tests.factories import UserFactory
from crm.models import Lead
from crm.tests.factories import make_lead

from .factories import mapped_project

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "Correct-horse-7"
PAGES = ["/", "/leads", "/leads?search=nobody-of-this-name", "/leads/new", "/run-ads", "/marketing-support", "/profile"]


@pytest.fixture
def cp():
    return UserFactory(cp=True)


def fill_lead(page, name="Asha Kulkarni", phone="9820012345"):
    form = page.locator("#lead-form")
    form.get_by_label("Name").fill(name)
    form.get_by_label("Phone").fill(phone)


def new_lead(page, **fields):
    """The dialog of a new lead, filled."""
    page.goto("/leads")
    page.get_by_role("link", name="New lead").click()
    page.locator("#dialog[open]").wait_for()
    fill_lead(page, **fields)


def save(page):
    page.get_by_role("button", name="Save the lead").click()


def test_a_cp_signs_in_adds_a_lead_and_moves_it(open_page, cp):
    project = mapped_project(cp, title="Lakeview")
    make_lead(owner=cp, pipeline="channel", full_name="Rohan Mehta")
    cp.set_password(PASSWORD)
    cp.save()
    page = open_page()

    page.goto("/leads")
    page.get_by_label("E-mail or username").fill(cp.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    new_lead(page)
    page.locator("#lead-form").get_by_label("Project").select_option(str(project.pk))
    save(page)
    page.get_by_text("is in your leads").wait_for()
    assert page.locator("tbody tr").count() == 2

    page.goto("/")
    assert page.locator(".tile", has_text="Total leads").locator(".tile-value").inner_text() == "2"

    page.goto("/leads")
    page.locator(".filters [name=project]").select_option(str(project.pk))
    page.wait_for_url("**project=*")
    page.locator("tbody tr", has_text="Rohan").wait_for(state="detached")
    page.get_by_role("link", name="Asha Kulkarni", exact=True).click()
    page.get_by_label("Status", exact=True).select_option("follow_up")
    page.get_by_label("Note").fill("Wants a visit on Saturday")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Status changed.").wait_for()
    page.reload()
    assert page.locator(".page-top .status").inner_text() == "Follow up"
    assert "Wants a visit on Saturday" in page.locator(".timeline").inner_text()

    page.goto("/leads?status=follow_up")
    assert page.locator("tbody tr").count() == 1


def test_bad_input_shows_its_reason_beside_the_field(open_page, cp):
    page = open_page(cp)
    page.expects_failures = True
    new_lead(page, phone="12345")
    save(page)

    page.get_by_text("Phone must be exactly 10 digits.").wait_for()
    phone = page.locator("#lead-form").get_by_label("Phone")
    assert phone.get_attribute("aria-invalid") == "true"
    assert phone.evaluate("field => field === document.activeElement")
    assert page.locator("#lead-form").get_by_label("Name").input_value() == "Asha Kulkarni"
    assert page.url.endswith("/leads")

    phone.fill("9820012345")
    save(page)
    page.get_by_text("is in your leads").wait_for()


def test_a_slow_request_says_so_and_is_sent_once(open_page, cp):
    page = open_page(cp)
    new_lead(page)
    held = []
    page.route(re.compile("/leads/new$"), lambda route: held.append(route))
    save(page)
    button = page.locator("#lead-form [type=submit]")
    page.locator("#lead-form [aria-busy=true]").wait_for()
    page.evaluate("document.getElementById('lead-form').requestSubmit()")

    assert button.is_disabled()
    assert page.locator("#progress.htmx-request").count() == 1
    assert len(held) == 1
    held[0].continue_()
    page.get_by_text("is in your leads").wait_for()
    assert Lead.objects.count() == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"status": 500, "headers": {"X-Request-ID": "r-77"}}, r"error 500\). Nothing was saved; .* Reference: r-77"),
        ({"status": 429, "headers": {"Retry-After": "20"}}, "Try again in 20 seconds"),
        ({"status": 403}, "You may not do this"),
        ({"status": 404}, "no longer there"),
        (None, "No connection"),
    ],
)
def test_a_failed_request_shows_a_notice_and_loses_nothing(open_page, cp, answer, said):
    page = open_page(cp)
    page.expects_failures = True
    new_lead(page)
    page.route(re.compile("/leads/new$"), lambda route: route.fulfill(**answer) if answer else route.abort())
    save(page)

    page.locator(".notice-error").wait_for()
    assert re.search(said, page.locator(".notice-error").inner_text())
    assert page.locator("#lead-form").get_by_label("Phone").input_value() == "9820012345"
    page.unroute_all()
    save(page)
    page.get_by_text("is in your leads").wait_for()


def test_an_ended_session_leads_to_the_login_and_back(open_page, cp):
    page = open_page(cp)
    page.goto("/leads/new")
    fill_lead(page)
    page.context.clear_cookies(name="sessionid")
    save(page)

    page.wait_for_url("**/login?next=%2Fleads%2Fnew")


def test_everything_works_without_javascript(open_page, cp):
    page = open_page(cp, script=False)
    page.goto("/leads")
    page.get_by_role("link", name="New lead").click()
    fill_lead(page, phone="1")
    page.expects_failures = True
    save(page)
    assert page.locator(".field-error").inner_text() == "Phone must be exactly 10 digits."
    fill_lead(page)
    save(page)
    assert "is in your leads" in page.locator("#toasts").inner_text()

    page.get_by_role("link", name="Asha Kulkarni", exact=True).click()
    page.get_by_label("Status", exact=True).select_option("interested")
    page.get_by_role("button", name="Save").click()
    assert page.locator(".page-top .status").inner_text() == "Interested"

    page.locator(".user-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    assert page.url.endswith("/login")


def test_a_theme_is_kept(open_page, cp):
    page = open_page(cp, theme="light")
    page.goto("/profile")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator(".user-menu summary").click()
    page.get_by_role("radio", name="Dark").check()
    page.goto("/leads")

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    assert page.locator("[data-theme-choice]:checked").get_attribute("value") == "dark"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 800, 1440])
def test_no_page_is_wider_than_the_screen_or_upsets_the_browser(open_page, cp, width, theme):
    lead = make_lead(owner=cp, pipeline="channel", full_name="Meera " + "Krishnamurthy-Venkataraghavan" * 2)
    page = open_page(cp, width=width, theme=theme)
    for path in [*PAGES, f"/leads/{lead.pk}"]:
        page.goto(path, wait_until="networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_the_keyboard_reaches_the_content_first(open_page, cp):
    page = open_page(cp)
    page.goto("/leads")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.closest('main') !== null")
