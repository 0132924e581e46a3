"""The flows of channel.md, the board by keyboard and live updates, in a browser."""

import pytest

from betterside.accounts.tests.factories import UserFactory
from betterside.realtime.tests.listening import serving
from crm.tests.factories import make_lead

from ..models import AdsRequest, MarketingRequest
from ..services import ads_requests, marketing
from .factories import AdsRequestFactory, mapped_project

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cp():
    return UserFactory(cp=True)


def test_ads_are_asked_for_and_cancelled(open_page, cp):
    project = mapped_project(cp, title="Lakeview")
    page = open_page(cp)
    page.goto("/run-ads")
    page.get_by_label("Project").select_option(str(project.pk))
    page.get_by_label("Budget in rupees").fill("20000")
    page.get_by_label("Duration in days").fill("10")
    assert page.locator("[data-per-day]").inner_text() == "That is about ₹2,000 a day."
    page.get_by_role("button", name="Send the request").click()

    item = page.locator("#ads-requests .asked-item", has_text="Lakeview")
    item.wait_for()
    assert item.locator("[aria-current=step] .step-name").inner_text() == "Requested"

    item.get_by_role("link", name="Add notes").click()
    page.locator("#notes-form").get_by_label("Notes").fill("Only Pune")
    page.get_by_role("button", name="Save notes").click()
    item.get_by_text("Only Pune").wait_for()
    item.get_by_role("button", name="Cancel request").click()
    page.get_by_role("button", name="Cancel the ads").click()
    page.get_by_text("The request is cancelled.").wait_for()
    assert AdsRequest.objects.get().status == "cancelled"


def test_counters_and_requests_for_support(open_page, cp):
    project = mapped_project(cp, title="Lakeview")
    marketing.increment(cp=cp, project=project, by=None, creatives=4, edms=2)
    page = open_page(cp)
    page.goto("/marketing-support")
    assert page.locator("#counters .tile-value").all_inner_texts() == ["4", "2", "0"]
    page.get_by_role("button", name="Request EDM").click()
    page.get_by_text("EDM requested.").wait_for()

    assert MarketingRequest.objects.get().type == "edm"
    assert page.locator("#counters .tile-value").all_inner_texts() == ["4", "2", "1"]


def test_the_profile_persists(open_page, cp):
    page = open_page(cp)
    page.goto("/profile")
    values = {"Full name": "Asha Rao", "Company name": "Rao Homes", "Phone": "9820012345", "City": "Pune"}
    for label, value in values.items():
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Profile saved.").wait_for()
    page.reload()

    assert {label: page.get_by_label(label).input_value() for label in values} == values


def test_the_board_is_worked_with_the_keyboard(open_page, cp):
    lead = make_lead(owner=cp, pipeline="channel", full_name="Asha Rao")
    page = open_page(cp)
    page.goto("/leads?view=board&search=asha")
    page.get_by_label("Move Asha Rao").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    card = page.locator('[data-board-list="called_no_answer"] .board-card')
    card.wait_for()
    page.get_by_text("Status changed.").wait_for()
    assert page.evaluate("document.activeElement.closest('.board-card')?.dataset.lead") == str(lead.pk)
    assert page.url.endswith("/leads?view=board&search=asha")


def test_a_card_is_dragged(open_page, cp):
    lead = make_lead(owner=cp, pipeline="channel", full_name="Asha Rao")
    page = open_page(cp)
    page.goto("/leads?view=board")
    target = page.locator('[data-board-list="interested"]').bounding_box()
    page.locator(".board-card p").first.hover()
    page.mouse.down()
    page.mouse.move(target["x"] + 60, target["y"] + 20, steps=8)
    page.mouse.move(target["x"] + 70, target["y"] + 30, steps=4)
    page.mouse.up()
    page.get_by_text("Status changed.").wait_for()

    lead.refresh_from_db()
    assert lead.status.name == "interested"


def test_a_phone_that_is_known_is_told_while_it_is_typed(open_page, cp):
    make_lead(owner=cp, pipeline="channel", full_name="Asha Rao", phone="9820012345")
    page = open_page(cp)
    page.goto("/leads")
    page.get_by_role("link", name="New lead").click()
    page.locator("#lead-form").get_by_label("Phone").press_sequentially("9820012345")

    page.get_by_text("You have this person already").wait_for()


def test_what_happens_is_seen_without_reloading(open_page, cp):
    asked = AdsRequestFactory(cp=cp)
    staff = UserFactory(admin=True, is_staff=True)
    with serving() as address:
        page = open_page(cp, address=address)
        with page.expect_response("**/api/events"):
            page.goto("/leads")
        page.evaluate("window.stayed = true")
        make_lead(owner=cp, pipeline="channel", full_name="Rohan Mehta")
        page.get_by_role("link", name="Rohan Mehta", exact=True).wait_for()
        page.get_by_label("Notifications, 1 unread").wait_for()
        page.locator("#toasts").get_by_text("A lead was given to you").wait_for()
        ads_requests.advance(ads_request=asked, to="in_discussion", by=staff)
        page.locator("#toasts").get_by_text("is in discussion").wait_for()
        edm = marketing.request(by=cp, type="edm")
        marketing.fulfil(marketing_request=edm, by=staff, link="https://drive.example/flyer")
        page.locator("#toasts").get_by_text("Your EDM is ready").wait_for()
        page.get_by_label("Notifications, 3 unread").wait_for()
        assert page.evaluate("window.stayed")
        page.close()
