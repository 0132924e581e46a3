"""Nothing on a page lies over or sticks out of something else."""

import pytest

from betterside.accounts.tests.factories import UserFactory
from betterside.realtime.notifications import Kind, notify
from crm.tests.factories import make_lead

from .factories import mapped_project

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STATUSES = ["new", "called_no_answer", "interested", "not_interested", "follow_up", "closed"]
# Whether what is seen at the element's corners is the element.
IN_FRONT = """element => {
    const {left, right, top, bottom} = element.getBoundingClientRect();
    return [left + 4, right - 4].every(x => [top + 4, bottom - 4].every(
        y => y > innerHeight || element.contains(document.elementFromPoint(x, y))));
}"""
STICKS_OUT = """() => [...document.querySelectorAll(".board-card")].filter(card => {
    const [inner, outer] = [card, card.closest(".board-column")].map(one => one.getBoundingClientRect());
    return inner.left < outer.left || inner.right > outer.right;
}).map(card => card.textContent.trim().split("\\n")[0])"""
# The name's own lines, not its cell's box.
COVERED = """() => [...document.querySelectorAll(".list-table tbody tr")].filter(row => {
    const badge = row.querySelector(".cell-status .status").getBoundingClientRect();
    const lines = [...row.querySelector(".cell-title a").getClientRects()];
    return lines.some(line => line.right > badge.left && line.bottom > badge.top && line.top < badge.bottom
        && line.left < badge.right);
}).map(row => row.id)"""


@pytest.fixture
def cp():
    cp = UserFactory(cp=True, first_name="Asha", last_name="Rao")
    project = mapped_project(cp, title="Lakeview Residency and Gardens")
    for status in STATUSES:
        for name in ("Meera Krishnamurthy-Venkataraghavan", "Dev Singh", "Wolfeschlegelsteinhausenbergerdorff"):
            make_lead(owner=cp, pipeline="channel", full_name=name, status_name=status, project=project)
    notify(user=cp, kind=Kind.LEAD_ASSIGNED, title="A lead was given to you", url="/leads")
    return cp


@pytest.mark.parametrize("menu", [".user-menu", "#bell"])
@pytest.mark.parametrize("width", [360, 800, 1440])
def test_a_menu_lies_before_the_page(open_page, cp, width, menu):
    page = open_page(cp, width=width)
    for path in ("/", "/leads", "/leads?view=board", "/run-ads"):
        page.goto(path)
        page.locator(f"{menu} summary").click()
        assert page.locator(f"{menu} .menu-body").evaluate(IN_FRONT), path


@pytest.mark.parametrize("width", [360, 800, 1440])
def test_cards_stay_in_their_columns(open_page, cp, width):
    page = open_page(cp, width=width)
    page.goto("/leads?view=board")

    assert page.locator(".board-card").count() == 18
    assert page.evaluate(STICKS_OUT) == []


@pytest.mark.parametrize("path", ["/leads", "/leads/print", "/"])
def test_on_a_phone_no_status_covers_a_name(open_page, cp, path):
    page = open_page(cp, width=360)
    page.goto(path)

    assert page.evaluate(COVERED) == []
