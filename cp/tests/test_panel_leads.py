"""What a CP does with leads on the panel's pages: one lead, many, files, the board."""

import csv
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from betterside.accounts.tests.factories import UserFactory
from betterside.realtime.models import Event
from crm.models import Activity, Lead
from crm.services import activities, follow_ups
from crm.tests.factories import make_lead

from ..panel import board
from .factories import mapped_project

pytestmark = pytest.mark.django_db
LATER = "2100-01-05T10:30"


@pytest.fixture
def cp():
    return UserFactory(cp=True)


@pytest.fixture
def browser(cp):
    client = Client(SERVER_NAME="localhost")
    client.force_login(cp)
    return client


@pytest.fixture
def lead(cp):
    return make_lead(owner=cp, pipeline="channel", full_name="Asha Rao", phone="9820012345")


def overdue(lead, cp):
    at = timezone.now() - timedelta(days=2)
    activities.log(lead=lead, by=cp, activity_type="call", description="Call back", next_follow_up_date=at)


def table(browser, query="") -> list[dict]:
    text = b"".join(browser.get(f"/leads/export{query}").streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


@pytest.mark.parametrize(("kind", "said"), [("note", "Note"), ("call", "Call"), ("meeting", "Site visit")])
def test_what_was_done_is_logged(browser, cp, lead, kind, said):
    browser.post(f"/leads/{lead.pk}/activities", {"kind": kind, "description": "Liked the garden"})

    activity = lead.activities.by_people().get()
    assert (activity.activity_type, activity.status, activity.user) == (kind, "completed", cp)
    page = browser.get(f"/leads/{lead.pk}").content.decode()
    assert "Liked the garden" in page
    assert said in page


def test_a_bad_log_comes_back_in_the_page(browser, lead):
    answer = browser.post(f"/leads/{lead.pk}/activities", {"kind": "assignment", "description": ""})

    assert answer.status_code == 400
    assert sorted(answer.context["activity_form"].errors) == ["description", "kind"]
    assert not lead.activities.by_people().exists()


def test_a_follow_up_is_planned_moved_and_done(browser, cp, lead):
    browser.post(f"/leads/{lead.pk}/follow-up", {"next_follow_up_date": LATER, "about": "Loan"})
    planned = Lead.objects.with_next_follow_up().get(pk=lead.pk).follow_up_at
    assert f"{planned.astimezone(cp.entity.zone):%Y-%m-%dT%H:%M}" == LATER
    assert 'value="2100-01-05T10:30"' in browser.get(f"/leads/{lead.pk}").content.decode()

    browser.post(f"/leads/{lead.pk}/follow-up/done")
    assert Lead.objects.with_next_follow_up().get(pk=lead.pk).follow_up_at is None


def test_a_follow_up_in_the_past_is_refused_beside_its_field(browser, lead):
    answer = browser.post(f"/leads/{lead.pk}/follow-up", {"next_follow_up_date": "2020-01-01T10:00"})

    assert answer.status_code == 400
    assert answer.context["follow_up_form"].errors == {"next_follow_up_date": ["Choose a time to come."]}


def test_an_overdue_follow_up_is_marked_in_list_and_page(browser, cp, lead):
    follow_ups.plan(lead=make_lead(owner=cp, pipeline="channel"), at=timezone.now() + timedelta(days=1), by=cp)
    assert 'class="overdue"' not in browser.get("/leads").content.decode()
    overdue(lead, cp)
    for path in ("/leads", "/leads?view=board", f"/leads/{lead.pk}"):
        assert browser.get(path).content.decode().count('class="overdue"') == 1


def test_fields_are_edited(browser, cp, lead):
    project = mapped_project(cp)
    changed = {
        "name": "Asha R. Rao",
        "phone": "9820099999",
        "source": "referral",
        "project": project.pk,
        "notes": "VIP",
    }

    browser.post(f"/leads/{lead.pk}/edit", changed)

    lead.refresh_from_db()
    assert (lead.full_name, lead.phone, lead.source, lead.project, lead.notes) == (
        "Asha R. Rao",
        "9820099999",
        "referral",
        project,
        "VIP",
    )


def test_what_was_captured_may_stay_but_new_values_keep_the_rules(browser, cp):
    elsewhere = mapped_project(UserFactory(cp=True, entity=cp.entity))
    lead = make_lead(
        owner=cp, pipeline="channel", full_name="A B", phone="+91 98200 12345", source="facebook", project=elsewhere
    )
    same = {"name": "A C", "phone": lead.phone, "email": lead.email, "source": "facebook", "project": elsewhere.pk}
    assert browser.post(f"/leads/{lead.pk}/edit", same).status_code == 302
    lead.refresh_from_db()
    assert (lead.full_name, lead.phone, lead.project) == ("A C", "+91 98200 12345", elsewhere)

    answer = browser.post(f"/leads/{lead.pk}/edit", same | {"phone": "+91 98200 12346"})
    assert list(answer.context["form"].errors) == ["phone"]


def test_a_lead_is_deleted_after_a_question(browser, lead):
    assert "Delete Asha Rao?" in browser.get(f"/leads/{lead.pk}/delete").content.decode()
    assert Lead.objects.filter(pk=lead.pk).exists()

    browser.post(f"/leads/{lead.pk}/delete")

    assert not Lead.objects.filter(pk=lead.pk).exists()
    assert Lead.with_deleted.get(pk=lead.pk).deleted_at


@pytest.mark.parametrize(("whose", "status"), [({}, 403), ({"entity__slug": "other"}, 404)])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("status", {"status": "closed"}),
        ("activities", {"kind": "note", "description": "x"}),
        ("follow-up", {"next_follow_up_date": LATER}),
        ("follow-up/done", {}),
        ("edit", {"name": "Mine", "phone": "9820012345", "source": "organic"}),
        ("delete", {}),
    ],
)
def test_somebody_elses_lead_stays_as_it_is(browser, whose, status, path, body):
    lead = make_lead(owner=UserFactory(cp=True, **whose), pipeline="channel")
    before, events = Lead.objects.values().get(pk=lead.pk), Event.objects.count()

    assert browser.post(f"/leads/{lead.pk}/{path}", body).status_code == status
    assert Lead.objects.values().get(pk=lead.pk) == before
    assert Event.objects.count() == events


def test_many_leads_move_at_once_and_the_filter_stays(browser, cp, lead):
    other = make_lead(owner=cp, pipeline="channel", status_name="interested")

    answer = browser.post(
        "/leads/status", {"lead": [lead.pk, other.pk], "status": "interested", "filter": "search=a&page=2"}
    )

    assert answer.url == "/leads?search=a&page=2"
    lead.refresh_from_db()
    assert lead.status.name == "interested"
    assert lead.stages.count() == 2
    assert other.stages.count() == 1


@pytest.mark.parametrize(("whose", "status"), [({}, 403), ({"entity__slug": "other"}, 404)])
def test_one_foreign_lead_among_many_moves_none(browser, lead, whose, status):
    foreign = make_lead(owner=UserFactory(cp=True, **whose), pipeline="channel")

    assert browser.post("/leads/status", {"lead": [lead.pk, foreign.pk], "status": "closed"}).status_code == status
    assert set(Lead.objects.values_list("status__name", flat=True)) == {"new"}


@pytest.mark.parametrize("body", [{"status": "closed"}, {"status": "won", "lead": ["1"]}, {"lead": ["x"]}])
def test_a_bad_choice_moves_nothing_and_says_so(browser, lead, body):
    answer = browser.post("/leads/status", body, follow=True)

    assert 'class="notice notice-error"' in answer.content.decode().split("<template")[0]
    lead.refresh_from_db()
    assert lead.status.name == "new"


def test_the_file_holds_the_filtered_leads(browser, cp, lead):
    make_lead(owner=cp, pipeline="channel", full_name="Somebody Else")
    make_lead(owner=UserFactory(cp=True), pipeline="channel", full_name="Asha of another CP")

    rows = table(browser, "?search=asha")

    assert [(row["Name"], row["Phone"], row["Status"]) for row in rows] == [("Asha Rao", "9820012345", "New")]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "\n\r@x"])
def test_no_cell_of_the_file_is_a_formula(browser, cp, text):
    make_lead(owner=cp, pipeline="channel", full_name="A", notes=text)

    body = b"".join(browser.get("/leads/export").streaming_content).decode("utf-8-sig")

    assert [row["Notes"] for row in csv.DictReader(body.splitlines(keepends=True))] == [f"'{text}"]


def test_paper_shows_all_that_the_filter_leaves(browser, cp):
    for _ in range(25):
        make_lead(owner=cp, pipeline="channel", status_name="interested")
    make_lead(owner=cp, pipeline="channel")

    answer = browser.get("/leads/print?status=interested")

    assert len(answer.context["leads"]) == 25


def test_the_board_caps_its_columns_and_counts_all(cp):
    for _ in range(4):
        make_lead(owner=cp, pipeline="channel")
    make_lead(owner=cp, pipeline="channel", status_name="closed")
    found = Lead.objects.visible_to(cp).select_related("status")

    columns = board.columns(found, Counter(found.values_list("status_id", flat=True)), cap=3)

    assert [column.name for column in columns][0] == "new"
    assert {column.name: (column.count, len(column.leads), column.hidden) for column in columns if column.count} == {
        "new": (4, 3, 1),
        "closed": (1, 1, 0),
    }


def test_a_card_moves_and_the_board_keeps_its_filter(browser, lead):
    answer = browser.post(f"/leads/{lead.pk}/status", {"status": "closed", "board": "view=board&search=asha"})
    assert answer.url == "/leads?view=board&search=asha"

    again = browser.post(f"/leads/{lead.pk}/status", {"status": "closed", "board": "view=board"}, follow=True)
    assert again.redirect_chain == [("/leads?view=board", 302)]
    assert "notice-error" in again.content.decode().split("<template")[0]


def test_a_known_phone_is_told_among_ones_own_leads_only(browser, lead):
    make_lead(owner=UserFactory(cp=True, entity=lead.entity), pipeline="channel", phone="9811111111")

    assert "Asha Rao" in browser.get("/leads/known?phone=9820012345").content.decode()
    for phone in ("9811111111", "98200", ""):
        assert browser.get(f"/leads/known?phone={phone}").content.decode().strip() == ""


@pytest.mark.parametrize("path", ["/leads", "/leads?view=board", "/leads/print", "/leads/export"])
def test_fifty_leads_cost_as_many_queries_as_three(browser, cp, path):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            answer = browser.get(path)
            b"".join(answer)
        return len(queries)

    project, costs = mapped_project(cp), []
    for more in (3, 47):
        for _ in range(more):
            overdue(make_lead(owner=cp, pipeline="channel", project=project), cp)
        costs.append(cost())
    assert costs[0] == costs[1] <= 9
    assert Activity.objects.overdue(timezone.now()).count() == 50


@pytest.mark.parametrize(
    ("query", "said"), [("?view=board", "No leads yet"), ("?view=board&search=nobody", "No lead matches")]
)
def test_an_empty_board_says_what_to_do_next(browser, query, said):
    page = browser.get(f"/leads{query}").content.decode()
    assert said in page
    assert 'class="board"' not in page


def test_a_dashboard_without_leads_draws_no_empty_charts(browser):
    assert "data-chart" not in browser.get("/").content.decode()


@pytest.mark.parametrize("path", ["/leads", "/leads/{}"])
def test_a_tap_calls_or_writes_to_the_lead(browser, lead, path):
    page = browser.get(path.format(lead.pk)).content.decode()
    assert 'href="tel:+919820012345"' in page
    assert 'href="https://wa.me/919820012345"' in page


def test_a_number_that_is_not_known_abroad_is_called_and_not_written_to(browser, cp):
    unknown = make_lead(owner=cp, pipeline="channel", phone="0000000000")
    page = browser.get(f"/leads/{unknown.pk}").content.decode()
    assert ("wa.me" in page) == bool(unknown.phone_e164)
    assert 'href="tel:' in page


def test_an_address_carries_its_filter_to_whoever_opens_it(browser, cp):
    project = mapped_project(cp, title="Lakeview")
    for name, status, where in (("Asha", "closed", project), ("Asha", "new", project), ("Asha", "closed", None)):
        make_lead(owner=cp, pipeline="channel", full_name=f"{name} {status}", status_name=status, project=where)
    address = f"/leads?search=asha&project={project.pk}&status=closed&date=today"

    page = browser.get(address)

    assert [lead.full_name for lead in page.context["page"].object_list] == ["Asha closed"]
    shown = page.context["filter"]
    assert {name: shown[name].value() for name in shown.fields} == {
        "search": "asha",
        "project": str(project.pk),
        "status": "closed",
        "date": "today",
    }
