"""The main job, as the issue tells it: sign in, see the numbers, create a lead, find it again (issue 2, point 2)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from betterside import clock
from betterside.accounts.tests.factories import PASSWORD, UserFactory
from crm.tests.factories import make_lead

from .factories import AdsRequestFactory, mapped_project

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cp():
    """A CP with two projects, a lead of last week, one of today, and ads running for one project."""
    cp = UserFactory(cp=True, email="cp1@acme.example")
    lakeview, _hilltop = mapped_project(cp, title="Lakeview"), mapped_project(cp, title="Hilltop")
    with clock.at(timezone.now() - timedelta(days=7)):
        make_lead(owner=cp, pipeline="channel", full_name="Rohan Mehta", project=lakeview)
    make_lead(owner=cp, pipeline="channel", full_name="Neha Gupta", status_name="interested")
    AdsRequestFactory(cp=cp, project=lakeview, status="running")
    AdsRequestFactory(cp=cp, project=lakeview, status="requested")
    make_lead(owner=UserFactory(cp=True), pipeline="channel", full_name="Somebody else's")
    return cp


def tiles(page) -> dict[str, str]:
    page.goto("/")
    found = [tile.inner_text().split("\n") for tile in page.locator(".tile").all()]
    return {name.casefold(): value for name, value, *_hint in found}


def rows(page) -> list[str]:
    return [link.inner_text() for link in page.locator("tbody tr td.cell-title a").all()]


def test_the_main_job(open_page, cp):
    page = open_page()
    page.goto("/login")
    page.get_by_label("E-mail or username").fill("CP1@acme.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    assert tiles(page) == {
        "today’s leads": "1",
        "total leads": "2",
        "active projects": "2",
        "ads in progress": "1",
    }

    page.expects_failures = True
    page.goto("/leads")
    page.get_by_role("link", name="New lead").click()
    form = page.locator("#lead-form")
    form.get_by_label("Name").fill("Asha Kulkarni")
    form.get_by_label("Phone").fill("٩٨٢٠٠١٢٣٤٥")
    form.get_by_label("Project").select_option(label="Hilltop")
    page.get_by_role("button", name="Save the lead").click()
    form.get_by_text("Phone must be exactly 10 digits.").wait_for()
    assert form.get_by_label("Name").input_value() == "Asha Kulkarni"
    form.get_by_label("Phone").fill("9820012345")
    page.get_by_role("button", name="Save the lead").click()
    page.get_by_text("is in your leads").wait_for()
    page.expects_failures = False
    assert rows(page) == ["Asha Kulkarni", "Neha Gupta", "Rohan Mehta"]
    assert tiles(page)["total leads"] == "3"
    assert tiles(page)["today’s leads"] == "2"

    page.goto("/leads")
    page.locator(".filters [name=project]").select_option(label="Hilltop")
    page.locator("tbody tr", has_text="Neha").wait_for(state="detached")
    assert rows(page) == ["Asha Kulkarni"]
    page.goto("/leads")
    page.locator(".filters [name=status]").select_option("interested")
    page.locator("tbody tr", has_text="Asha").wait_for(state="detached")
    assert rows(page) == ["Neha Gupta"]

    page.get_by_role("link", name="Neha Gupta", exact=True).click()
    page.get_by_label("Status", exact=True).select_option("closed")
    page.get_by_label("Note").fill("Booked flat 12B")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Status changed.").wait_for()
    page.reload()
    assert page.locator(".page-top .status").inner_text() == "Closed"
    assert "Booked flat 12B" in page.locator(".timeline").inner_text()
