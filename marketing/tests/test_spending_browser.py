"""Campaigns' charts in the staff admin, under its content policy."""

import pytest

from betterside import days
from betterside.accounts.tests.factories import UserFactory

from .factories import CampaignDayFactory, CampaignFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PIXELS = (
    """canvas => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some(value => value)"""
)


@pytest.mark.parametrize("width", [360, 1440])
def test_the_charts_are_drawn(open_page, width):
    staff = UserFactory(admin=True, is_staff=True, is_superuser=True)
    campaign = CampaignFactory(entity=staff.entity, currency="INR")
    CampaignDayFactory(campaign=campaign, date=days.today(staff.entity.zone), spend=1_200, leads=4)
    page = open_page(staff, width=width)

    for path in ("/admin/marketing/campaign/", f"/admin/marketing/campaign/{campaign.pk}/change/"):
        page.goto(path, wait_until="networkidle")
        assert [chart.evaluate(PIXELS) for chart in page.locator("canvas.chart").all()] == [True] * 3
        assert "INR 1,200.00" in page.locator(".staff-totals").inner_text()
