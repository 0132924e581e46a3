"""/api/stages: moving leads (sales.md, "Lead Stage Management Endpoints"). Figures: test_stage_figures.py."""

from datetime import UTC, datetime, timedelta

import pytest

from betterside import clock

from ..models import Activity, LeadStatus, StageEntry
from ..services import stages
from .factories import make_lead, status
from .invariants import broken

pytestmark = pytest.mark.django_db
CHANGE = "/api/stages/change-status"
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def lead(rep):
    return make_lead(owner=rep)


@pytest.fixture
def client(api, rep):
    return api.as_(rep)


@pytest.mark.parametrize(
    "how", [{"statusId": 2}, {"statusId": "2"}, {"statusId": "qualified"}, {"status": "qualified"}]
)
def test_a_status_goes_by_id_or_name(client, lead, how):
    answer = client.post(CHANGE, {"leadId": lead.pk, "notes": "Warm", "nextActionRequired": "Call"} | how)

    assert answer.status_code == 200, answer.content
    assert answer.json()["message"] == "Lead status changed from 'new' to 'qualified' successfully"
    entry = StageEntry.objects.open().get(lead=lead)
    assert (entry.status.name, entry.notes, entry.next_action_required) == ("qualified", "Warm", "Call")
    assert entry.previous.status.name == "new"
    assert broken() == []


def test_a_step_that_is_not_allowed_names_those_that_are_and_changes_nothing(client, lead):
    answer = client.post(CHANGE, {"leadId": lead.pk, "statusId": "won"})
    assert answer.status_code == 409
    assert answer.json() == {
        "success": False,
        "message": "'new' cannot become 'won'. Allowed: qualified, lost.",
    }
    assert StageEntry.objects.count() == 1
    assert Activity.objects.filter(title="new → won").count() == 0


def test_the_same_status_again_is_a_conflict(client, lead):
    answer = client.post(CHANGE, {"leadId": lead.pk, "statusId": 1})
    assert (answer.status_code, answer.json()["message"]) == (
        409,
        "The lead is 'new' already. Allowed: qualified, lost.",
    )


def test_the_whole_way_to_won(client, lead):
    way = ["qualified", "contacted", "meeting_scheduled", "proposal_sent", "negotiation", "won"]
    for word in way:
        assert client.post(CHANGE, {"leadId": lead.pk, "status": word}).status_code == 200
    assert client.post(CHANGE, {"leadId": lead.pk, "status": "lost"}).status_code == 409
    rows = client.get(f"/api/stages/lead/{lead.pk}/history").json()["data"]
    assert [row["status_name"] for row in rows] == [*reversed(way), "new"]


def test_only_a_manager_reopens(api, client, lead, manager):
    client.post(CHANGE, {"leadId": lead.pk, "status": "lost"})
    refused = client.post(CHANGE, {"leadId": lead.pk, "status": "new"})
    assert (refused.status_code, "Allowed: none" in refused.json()["message"]) == (409, True)
    assert client.get(f"/api/stages/lead/{lead.pk}/next-statuses").json()["data"]["next_possible_statuses"] == []
    assert api.as_(manager).post(CHANGE, {"leadId": lead.pk, "status": "new"}).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "statusId"),
        ({"statusId": 9}, "statusId"),
        ({"statusId": 10**30}, "statusId"),
        ({"statusId": "asleep"}, "statusId"),
        ({"status": "called_no_answer"}, "status"),
        ({"statusId": None}, "statusId"),
        ({"statusId": True}, "statusId"),
        ({"statusId": [2]}, "statusId"),
        ({"statusId": 2, "nextActionRequired": "x" * 256}, "nextActionRequired"),
        ({"statusId": 2, "notes": {"a": 1}}, "notes"),
    ],
)
def test_bad_bodies_name_their_field(client, lead, body, field):
    answer = client.post(CHANGE, {"leadId": lead.pk} | body)
    assert answer.status_code == 400, answer.content
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert StageEntry.objects.count() == 1


def test_a_channel_lead_moves_in_its_own_words(api, manager):
    lead = make_lead(entity=manager.entity, pipeline="channel")
    client = api.as_(manager)
    assert client.post(CHANGE, {"leadId": lead.pk, "statusId": 2}).status_code == 400  # sales' qualified
    assert client.post(CHANGE, {"leadId": lead.pk, "statusId": "interested"}).status_code == 200
    following = client.get(f"/api/stages/lead/{lead.pk}/next-statuses").json()["data"]
    assert following["current_status"] == "interested"
    assert len(following["next_possible_statuses"]) == 5


def test_next_statuses_carry_the_contracts_ids(client, lead):
    stages.move(lead=lead, to=status("sales", "qualified"), by=None)
    found = client.get(f"/api/stages/lead/{lead.pk}/next-statuses").json()["data"]["next_possible_statuses"]
    assert [(row["id"], row["name"]) for row in found] == [(3, "contacted"), (8, "lost")]


def test_history_tells_how_long_each_stay_lasted(client, rep):
    with clock.at(NOON):
        lead = make_lead(owner=rep)
    with clock.at(NOON + timedelta(hours=4)):
        stages.move(lead=lead, to=status("sales", "qualified"), by=rep)
    rows = client.get(f"/api/stages/lead/{lead.public_id}/history").json()["data"]
    assert [row["duration_hours"] for row in rows] == [None, 4.0]
    assert rows[1]["exited_at"] == rows[0]["entered_at"] == "2026-03-10T16:00:00Z"
    assert [row["user_email"] for row in rows] == [rep.email, None]
    current = client.get(f"/api/stages/lead/{lead.pk}/current").json()["data"]
    assert (current["status_name"], current["id"]) == ("qualified", rows[0]["id"])


class TestNotes:
    PATH = "/api/stages/update-notes"

    def test_what_is_not_sent_stays(self, client, lead):
        stay = StageEntry.objects.get()
        client.put(self.PATH, {"stageId": stay.pk, "notes": "Warm", "nextActionRequired": "Call"})
        data = client.put(self.PATH, {"stageId": stay.pk, "notes": "Hot"}).json()["data"]
        assert (data["notes"], data["next_action_required"]) == ("Hot", "Call")

    def test_foreign_and_missing_stages_are_not_found_in_the_same_words(self, client, lead, stranger):
        foreign = make_lead(entity=stranger.entity).stages.get()
        answers = [client.put(self.PATH, {"stageId": pk, "notes": "x"}) for pk in (foreign.pk, 2**40)]
        assert {(answer.status_code, answer.content) for answer in answers} == {
            (404, b'{"success":false,"message":"Stage not found"}')
        }

    def test_another_sellers_notes_are_not_ones_own(self, api, lead, colleague):
        stay = StageEntry.objects.get()
        answer = api.as_(colleague).put(self.PATH, {"stageId": stay.pk, "notes": "Mine"})
        assert answer.status_code == 403
        stay.refresh_from_db()
        assert stay.notes == ""

    @pytest.mark.parametrize("ref", ["abc", None, 0, -1, 10**30])
    def test_what_is_no_id_is_bad_input(self, client, ref):
        answer = client.put(self.PATH, {"stageId": ref, "notes": "x"})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "stageId")


@pytest.mark.parametrize("path", ["current", "history", "next-statuses"])
def test_foreign_leads_are_not_found(client, lead, stranger, path):
    foreign = make_lead(entity=stranger.entity)
    answers = [client.get(f"/api/stages/lead/{ref}/{path}") for ref in (foreign.pk, foreign.public_id, 2**40, "abc")]
    assert {(answer.status_code, answer.content) for answer in answers} == {
        (404, b'{"success":false,"message":"Lead not found"}')
    }


def test_the_history_costs_the_same_however_long_it_is(client, api, manager, assert_query_count):
    lead = make_lead(owner=manager, pipeline="channel")
    words = ["interested", "follow_up"]

    def make(count):
        for _n in range(count):
            words.reverse()
            stages.move(lead=lead, to=status("channel", words[0]), by=manager)

    asker = api.as_(manager)
    assert_query_count.flat("stages-history", lambda: asker.get(f"/api/stages/lead/{lead.pk}/history"), make)


def test_a_move_costs_as_much_as_ever(client, lead, assert_query_count):
    with assert_query_count("stages-change-status"):
        assert client.post(CHANGE, {"leadId": lead.pk, "statusId": 2}).status_code == 200


def test_a_lead_of_a_status_that_is_out_of_use_can_still_be_read(client, rep):
    lead = make_lead(owner=rep, status_name="negotiation")
    LeadStatus.objects.filter(pipeline="sales", name="negotiation").update(is_active=False)
    assert client.get(f"/api/stages/lead/{lead.pk}/current").json()["data"]["status_name"] == "negotiation"
