"""The loop's end as a channel partner sees it: what their ads brought, on the screen, on paper, as a file."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from betterside.accounts.tests.factories import UserFactory
from crm.tests.factories import make_lead
from marketing.tests.factories import CampaignDayFactory, CampaignFactory

from .factories import AdsRequestFactory, mapped_project

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def asked():
    """Three months of ads: ₹100 a day, a lead of today that closed, and long names."""
    cp = UserFactory(cp=True, first_name="Asha", last_name="Krishnamurthy-Venkataraghavan")
    project = mapped_project(cp, title="Lakeview Residency and Gardens, second phase, towers four to seven")
    asked = AdsRequestFactory(cp=cp, project=project, status="running", budget_inr=8_000, notes="Weekends. " * 300)
    campaign = CampaignFactory(entity=cp.entity, ads_request=asked, currency="INR")
    today = timezone.localdate(timezone=cp.entity.zone)
    for back in range(92):
        CampaignDayFactory(campaign=campaign, date=today - timedelta(days=back), spend=100)
    make_lead(owner=cp, pipeline="channel", project=project, status_name="closed", ads_request=asked)
    return asked


def figures(page) -> dict[str, str]:
    rows = page.locator(".results .outcomes > div").all()
    return dict(row.inner_text().split("\n") for row in rows)


def is_wider_than_the_screen(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_the_cp_sees_what_the_ads_brought(open_page, asked):
    page = open_page(asked.cp)
    page.goto("/run-ads")

    assert figures(page) == {
        "Leads": "1",
        "Cost per lead": "₹9,200",
        "Interested": "0",
        "Site visits": "0",
        "Closed": "1",
        "Cost per closed": "₹9,200",
    }
    assert page.get_by_role("progressbar", name="Spend against budget").get_attribute("value") == "115.000000"
    assert "₹9,200 of ₹8,000" in page.locator(".spent").inner_text()
    assert page.locator(".day-bars-row").first.locator("rect").count() == 92
    page.get_by_text("In numbers").click()
    assert page.locator(".chart-numbers tbody tr").count() == 92


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_report_is_one_page_of_a4(open_page, asked, theme):
    page = open_page(asked.cp, theme=theme)
    page.goto("/run-ads")
    page.get_by_role("link", name="Report on Lakeview").click()
    page.get_by_role("heading", name="Ads report: Lakeview").wait_for()

    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) == 1
    page.emulate_media(media="print")
    assert page.locator(".side").is_hidden()
    assert page.locator(".day-bars-row rect").first.evaluate("bar => getComputedStyle(bar).fill") == "rgb(217, 138, 31)"
    assert page.locator(".day-bars-row").first.bounding_box()["height"] > 60


def test_the_days_are_a_file(open_page, asked):
    page = open_page(asked.cp)
    page.goto(f"/run-ads/{asked.pk}/report")
    with page.expect_download() as download:
        page.get_by_role("link", name="Days as CSV").click()

    lines = download.value.path().read_text("utf-8-sig").splitlines()
    assert (len(lines), lines[0]) == (93, "Date,Leads,Spend INR")
    assert lines[-1].endswith(",1,100.00")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_no_result_is_wider_than_the_screen(open_page, asked, width, theme):
    page = open_page(asked.cp, width=width, theme=theme)
    for path in ("/run-ads", f"/run-ads/{asked.pk}/report"):
        page.goto(path, wait_until="networkidle")
        assert not is_wider_than_the_screen(page), path


def test_without_javascript_the_figures_and_bars_are_there(open_page, asked):
    page = open_page(asked.cp, script=False)
    page.goto(f"/run-ads/{asked.pk}/report")

    assert figures(page)["Cost per lead"] == "₹9,200"
    assert page.locator(".day-bars-row rect").first.is_visible()
