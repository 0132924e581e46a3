import pytest

from betterside.accounts.tests.factories import UserFactory
from cp.panel import timeline
from crm.models import Activity
from crm.services import stages
from crm.tests.factories import make_lead, status

pytestmark = pytest.mark.django_db


@pytest.fixture
def cp():
    return UserFactory(cp=True)


@pytest.fixture
def lead(cp):
    return make_lead(owner=cp, pipeline="channel")


def test_a_move_is_told_once_with_its_note(lead, cp):
    stages.move(lead=lead, to=status("channel", "interested"), by=cp, notes="Wants a visit")

    newest, *rest = timeline.of(lead)

    assert (newest.text, newest.status, newest.note, newest.by) == ("Moved to", "interested", "Wants a visit", cp)
    assert not any("Wants a visit" in entry.note + entry.detail for entry in rest)


def test_the_first_stay_is_the_beginning(lead):
    assert [(entry.text, entry.status) for entry in timeline.of(lead)] == [("Added as", "new")]


def test_what_a_person_wrote_is_their_note_and_what_the_system_says_is_not(lead, cp):
    words = {"entity": lead.entity, "lead": lead, "user": cp, "title": "Called", "description": "No answer"}
    Activity.objects.create(activity_type="call", **words)
    Activity.objects.create(activity_type="assignment", is_automatic=True, **words)

    assignment, call = timeline.of(lead)[:2]

    assert (call.note, call.detail, call.icon) == ("No answer", "", "phone-call")
    assert (assignment.note, assignment.detail, assignment.icon) == ("", "No answer", "user-check")


def test_it_keeps_to_its_limit_and_its_two_queries(lead, cp, django_assert_num_queries):
    for name in ("interested", "follow_up", "closed"):
        stages.move(lead=lead, to=status("channel", name), by=cp)

    with django_assert_num_queries(2):
        entries = timeline.of(lead, limit=2)

    assert [entry.status for entry in entries] == ["closed", "follow_up"]
    assert {entry.text for entry in entries} == {"Moved to"}
