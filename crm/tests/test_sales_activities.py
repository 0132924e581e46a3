"""/api/activities (sales.md, "Lead Activity Management Endpoints")."""

from datetime import UTC, datetime, timedelta

import pytest

from betterside import clock
from betterside.accounts.tests.factories import UserFactory

from ..models import Activity
from ..services import activities, leads, stages
from .factories import make_lead, status

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
LOG = "/api/activities/log"


def log(lead, by, kind="call", due: datetime | None = None, **fields) -> Activity:
    return activities.log(
        lead=lead, by=by, activity_type=kind, description=fields.pop("text", kind), next_follow_up_date=due, **fields
    )


def error_fields(answer, status_code: int = 400) -> list[str]:
    assert answer.status_code == status_code, answer.content
    return [error["field"] for error in answer.json()["errors"]]


@pytest.fixture
def lead(rep):
    return make_lead(owner=rep)


@pytest.fixture
def client(api, rep):
    return api.as_(rep)


class TestLog:
    def test_it_is_recorded_and_the_lead_was_interacted_with(self, client, lead, rep):
        with clock.at(NOON):
            answer = client.post(LOG, {"leadId": lead.pk, "activityType": "call", "description": "Rang twice"})
        assert answer.status_code == 201, answer.content
        made = answer.json()["data"]["activity"]
        assert (made["user_id"], made["priority"], made["status"]) == (rep.pk, "medium", "pending")
        assert (made["next_follow_up_date"], made["completed_at"]) == (None, None)
        lead.refresh_from_db()
        assert lead.last_interaction_at == NOON

    def test_an_earlier_interaction_does_not_set_the_clock_back(self, lead, rep):
        for moment in (NOON, NOON - timedelta(hours=1)):
            with clock.at(moment):
                log(lead, rep)
        lead.refresh_from_db()
        assert lead.last_interaction_at == NOON

    def test_what_is_done_is_completed_at_once(self, client, lead):
        body = {"leadId": str(lead.public_id), "activityType": "note", "description": "x", "status": "completed"}
        with clock.at(NOON):
            assert client.post(LOG, body).json()["data"]["activity"]["completed_at"] == "2026-03-10T12:00:00Z"

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"activityType": "dance"}, "activityType"),
            ({"activityType": "page_visit"}, "activityType"),
            ({"activityType": None}, "activityType"),
            ({"description": ""}, "description"),
            ({"description": "   "}, "description"),
            ({"description": "x" * 10_001}, "description"),
            ({"description": ["x"]}, "description"),
            ({"nextFollowUpDate": "tomorrow"}, "nextFollowUpDate"),
            ({"nextFollowUpDate": "2026-02-30T10:00:00Z"}, "nextFollowUpDate"),
            ({"nextFollowUpDate": "0001-01-01T00:00:00"}, "nextFollowUpDate"),
            ({"nextFollowUpDate": "9999-12-31T23:59:59-23:00"}, "nextFollowUpDate"),
            ({"nextFollowUpDate": 10**9}, "nextFollowUpDate"),
            ({"priority": "now"}, "priority"),
            ({"status": "done"}, "status"),
            ({"leadId": "abc"}, "leadId"),
        ],
    )
    def test_bad_fields_are_named_and_nothing_is_written(self, client, lead, change, field):
        answer = client.post(LOG, {"leadId": lead.pk, "activityType": "call", "description": "x"} | change)
        assert error_fields(answer) == [field]
        assert not Activity.objects.by_people().exists()
        lead.refresh_from_db()
        assert lead.last_interaction_at is None

    def test_another_sellers_lead_is_refused(self, api, lead, colleague):
        body = {"leadId": lead.pk, "activityType": "call", "description": "x"}
        assert api.as_(colleague).post(LOG, body).status_code == 403
        assert not Activity.objects.by_people().exists()

    def test_foreign_and_missing_leads_are_not_found_in_the_same_words(self, client, lead, stranger):
        foreign = make_lead(entity=stranger.entity)
        body = {"activityType": "call", "description": "x"}
        answers = [client.post(LOG, body | {"leadId": ref}) for ref in (foreign.pk, str(foreign.public_id), 2**40)]
        assert {(answer.status_code, answer.content) for answer in answers} == {
            (404, b'{"success":false,"message":"Lead not found"}')
        }


class TestLists:
    @pytest.fixture
    def six(self, rep, colleague):
        with clock.at(NOON - timedelta(days=1)):
            lead, other = make_lead(owner=rep), make_lead(owner=colleague)
        with clock.at(NOON):
            log(lead, rep, "call", priority="high", text="1")
            log(lead, rep, "call", priority="low", status="completed", text="2")
            log(lead, rep, "email", priority="high", text="3")
        with clock.at(NOON + timedelta(days=1)):
            log(lead, rep, "meeting", text="4")
            log(other, colleague, "call", priority="high", text="5")
            stages.move(lead=lead, to=status("sales", "qualified"), by=rep)
        return lead

    @pytest.mark.parametrize(
        ("path", "query", "texts"),
        [
            ("lead/{lead}", "", "4321"),
            ("lead/{lead}", "activity_type=call&priority=high&limit=20", "1"),
            ("lead/{lead}", "status=completed", "2"),
            ("lead/{lead}", "user_id={colleague}", ""),
            ("lead/{lead}", "date_to=2026-03-10", "321"),
            ("lead/{lead}", "date_from=2026-03-11", "4"),
            ("lead/{lead}", "limit=2&offset=1", "32"),
            ("entity", "", "54321"),
            ("entity", "user_id={rep}&priority=high", "31"),
            ("entity", "user_id={stranger}", ""),
            ("entity", "user_id=999999999", ""),
            ("user", "activity_type=call", "21"),
            ("recent", "limit=3", "543"),
        ],
    )
    def test_filters(self, client, six, rep, colleague, stranger, path, query, texts):
        names = {"lead": six.pk, "rep": rep.pk, "colleague": colleague.pk, "stranger": stranger.pk}
        answer = client.get(f"/api/activities/{path}?{query}".format(**names))
        assert answer.status_code == 200, answer.content
        assert "".join(row["description"] for row in answer.json()["data"]) == texts
        if "limit" not in query and path != "recent":
            assert answer.json()["total"] == len(texts)

    def test_the_timeline_has_what_changes_recorded_too(self, client, six):
        rows = client.get(f"/api/activities/lead/{six.pk}/timeline?limit=50").json()["data"]
        said = [row["title"] or row["description"] for row in rows]
        assert said == ["new → qualified", "4", "3", "2", "1", "Lead created"]
        assert [row["is_automatic"] for row in rows].count(True) == 2

    def test_moves_are_listed_when_their_type_is_asked_for(self, client, six):
        rows = client.get(f"/api/activities/lead/{six.pk}?activity_type=status_change").json()["data"]
        assert {row["title"] for row in rows} == {"new → qualified", "Lead created"}

    def test_a_cp_reads_their_own_leads_only(self, api):
        cp, other = UserFactory(cp=True), UserFactory(cp=True)
        own, foreign = make_lead(owner=cp, pipeline="channel"), make_lead(owner=other, pipeline="channel")
        log(own, cp, text="own")
        log(foreign, other, text="other", due=NOON)
        asker = api.as_(cp)
        for path in ("entity", "recent"):
            assert [row["description"] for row in asker.get(f"/api/activities/{path}").json()["data"]] == ["own"]
        assert asker.get(f"/api/activities/lead/{foreign.pk}").status_code == 403
        assert asker.get("/api/activities/follow-ups/overdue").json()["total"] == 0
        assert asker.get("/api/activities/summary").json()["data"]["total_activities"] == 1

    def test_activities_of_deleted_leads_are_gone(self, client, six, rep):
        leads.delete(lead=six, by=rep)
        rows = client.get("/api/activities/entity").json()["data"]
        assert [row["description"] for row in rows] == ["5"]

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("activity_type=dance", "activity_type"),
            ("user_id=me", "user_id"),
            ("priority=now", "priority"),
            ("status=done", "status"),
            ("date_from=2026-03-11&date_to=2026-03-10", "date_from"),
            ("limit=0", "limit"),
            ("limit=-1", "limit"),
            ("offset=x", "offset"),
        ],
    )
    def test_bad_queries_name_their_field(self, client, query, field):
        assert error_fields(client.get(f"/api/activities/entity?{query}")) == [field]

    @pytest.mark.parametrize("path", ["entity", "user", "recent", "follow-ups/pending", "follow-ups/overdue", "lead"])
    def test_no_query_count_grows_with_the_activities(self, client, rep, path, assert_query_count):
        lead = make_lead(owner=rep)
        url = f"/api/activities/{path}" if path != "lead" else f"/api/activities/lead/{lead.pk}"

        def make(count):
            for _n in range(count):
                for hours in (-1, 1):
                    log(make_lead(owner=rep), rep, due=clock.now() + timedelta(hours=hours))
                log(lead, rep)

        assert_query_count.flat(f"activities-{path}", lambda: client.get(url), make)


class TestFollowUps:
    @pytest.fixture
    def five(self, lead, rep):
        with clock.at(NOON - timedelta(days=3)):
            log(lead, rep, due=NOON - timedelta(hours=30), text="late", priority="high")
            log(lead, rep, due=NOON, text="now", priority="urgent")
            log(lead, rep, due=NOON + timedelta(hours=24), text="tomorrow", priority="high")
            log(lead, rep, due=NOON + timedelta(days=7), text="next week")
            log(lead, rep, due=NOON + timedelta(days=8), text="later", priority="low")
            log(lead, rep, due=NOON + timedelta(days=1), text="done", status="completed")
            log(lead, rep, due=NOON - timedelta(days=1), text="dropped", status="cancelled")
            log(lead, rep, text="no date")

    def ask(self, client, path):
        with clock.at(NOON):
            answer = client.get(f"/api/activities/follow-ups/{path}")
        assert answer.status_code == 200, answer.content
        return answer.json()

    def test_pending_are_those_to_come_the_next_first(self, client, five):
        answer = self.ask(client, "pending")
        assert [(row["description"], row["hours_until_follow_up"]) for row in answer["data"]] == [
            ("now", 0),
            ("tomorrow", 24),
            ("next week", 168),
            ("later", 192),
        ]
        assert answer["total"] == 4
        assert answer["filters"] == {"limit": 50}

    def test_they_are_filtered(self, client, five, rep, stranger):
        answer = self.ask(client, "pending?priority=high&limit=20")
        assert [row["description"] for row in answer["data"]] == ["tomorrow"]
        assert answer["filters"] == {"priority": "high", "limit": 20}
        assert self.ask(client, f"overdue?user_id={rep.pk}")["total"] == 1
        assert self.ask(client, f"overdue?user_id={stranger.pk}")["total"] == 0

    def test_overdue_are_those_whose_time_has_passed(self, client, five):
        rows = self.ask(client, "overdue")["data"]
        assert [(row["description"], row["hours_overdue"]) for row in rows] == [("late", 30)]

    def test_the_summary(self, client, five):
        assert self.ask(client, "summary")["data"] == {
            "total_pending": 4,
            "urgent_pending": 1,
            "high_pending": 1,
            "due_within_24h": 2,
            "due_within_week": 3,
            "overdue": 1,
        }


class TestChanges:
    STATUS, ONE, MANY = (
        f"/api/activities/{name}" for name in ("update-status", "update-follow-up", "bulk-update-follow-ups")
    )
    LATER = "2026-04-01T10:00:00Z"

    def test_completing_and_reopening(self, client, lead, rep):
        activity = log(lead, rep, due=NOON)
        with clock.at(NOON):
            body = {"activityId": activity.pk, "status": "completed", "notes": "Reached her"}
            done = client.put(self.STATUS, body).json()["data"]
        assert (done["status"], done["notes"], done["completed_at"]) == (
            "completed",
            "Reached her",
            "2026-03-10T12:00:00Z",
        )
        again = client.put(self.STATUS, {"activityId": activity.pk, "status": "pending"}).json()["data"]
        assert (again["status"], again["notes"], again["completed_at"]) == ("pending", "Reached her", None)
        trail = Activity.objects.filter(is_automatic=True, title__startswith="Call is").order_by("pk")
        assert [(row.title, row.user) for row in trail] == [("Call is completed", rep), ("Call is pending", rep)]

    def test_moving_a_follow_up_begins_its_reminders_anew(self, client, lead, rep):
        activity = log(lead, rep, due=NOON)
        Activity.objects.filter(pk=activity.pk).update(due_reminded_at=NOON, overdue_reminded_at=NOON)
        answer = client.put(self.ONE, {"activityId": activity.pk, "nextFollowUpDate": self.LATER, "notes": "Busy"})
        assert answer.json()["data"]["next_follow_up_date"] == self.LATER
        activity.refresh_from_db()
        assert (activity.notes, activity.due_reminded_at, activity.overdue_reminded_at) == ("Busy", None, None)

    def test_many_at_once(self, client, lead, rep):
        ids = [log(lead, rep, due=NOON).pk for _n in range(3)]
        answer = client.put(self.MANY, {"activityIds": [*ids, ids[0]], "nextFollowUpDate": self.LATER})
        assert answer.json() == {
            "success": True,
            "message": "Successfully updated 3 follow-up dates",
            "data": {"updated_count": 3, "next_follow_up_date": self.LATER},
        }
        assert (
            Activity.objects.filter(pk__in=ids, next_follow_up_date=datetime(2026, 4, 1, 10, tzinfo=UTC)).count() == 3
        )

    @pytest.mark.parametrize(
        ("what", "status_code"), [("foreign", 404), ("missing", 404), ("other", 403), ("done", 409)]
    )
    def test_one_refused_refuses_all_and_is_named(self, client, lead, rep, colleague, stranger, what, status_code):
        own = [log(lead, rep, due=NOON).pk for _n in range(2)]
        refused = {
            "foreign": log(make_lead(entity=stranger.entity), None, due=NOON).pk,
            "missing": 2**40,
            "other": log(make_lead(owner=colleague), colleague, due=NOON).pk,
            "done": log(lead, rep, due=NOON, status="completed").pk,
        }[what]
        answer = client.put(self.MANY, {"activityIds": [*own, refused], "nextFollowUpDate": self.LATER})
        assert error_fields(answer, status_code) == ["activityIds"]
        assert answer.json()["errors"][0]["message"] == f"Refused: {refused}"
        assert Activity.objects.by_people().exclude(next_follow_up_date=NOON).count() == 0

    def test_what_a_change_recorded_is_nobodys_to_change(self, client, lead):
        recorded = Activity.objects.get(lead=lead, title=Activity.CREATED)
        before = Activity.objects.filter(pk=recorded.pk).values()[0]
        answer = client.put(self.STATUS, {"activityId": recorded.pk, "status": "pending", "notes": "Never was"})
        assert error_fields(answer, 409) == ["activityId"]
        # Pending as they could be made once, their date stays too.
        Activity.objects.filter(pk=recorded.pk).update(status="pending")
        answer = client.put(self.MANY, {"activityIds": [recorded.pk], "nextFollowUpDate": self.LATER})
        assert error_fields(answer, 409) == ["activityIds"]
        assert Activity.objects.filter(pk=recorded.pk).values()[0] == before | {"status": "pending"}
        assert not Activity.objects.exclude(pk=recorded.pk).exists()

    def test_foreign_and_missing_ids_are_refused_in_the_same_words(self, client, lead, stranger):
        foreign = log(make_lead(entity=stranger.entity), None, due=NOON).pk
        for path, body in (
            (self.STATUS, {"activityId": "{}", "status": "completed"}),
            (self.ONE, {"activityId": "{}", "nextFollowUpDate": self.LATER}),
            (self.MANY, {"activityIds": ["{}"], "nextFollowUpDate": self.LATER}),
        ):
            said = set()
            for pk in (foreign, 2**40):
                filled = {
                    name: pk if value == "{}" else [pk] if value == ["{}"] else value for name, value in body.items()
                }
                answer = client.put(path, filled)
                said.add((answer.status_code, answer.content.decode().replace(str(pk), "ID")))
            assert len(said) == 1
            assert next(iter(said))[0] == 404

    @pytest.mark.parametrize(
        ("path", "body", "field"),
        [
            ("STATUS", {"activityId": "one", "status": "completed"}, "activityId"),
            ("STATUS", {"activityId": 1, "status": "done"}, "status"),
            ("ONE", {"activityId": 1}, "nextFollowUpDate"),
            ("ONE", {"activityId": 1, "nextFollowUpDate": None}, "nextFollowUpDate"),
            ("ONE", {"activityId": 0, "nextFollowUpDate": LATER}, "activityId"),
            ("MANY", {"activityIds": [], "nextFollowUpDate": LATER}, "activityIds"),
            ("MANY", {"activityIds": 7, "nextFollowUpDate": LATER}, "activityIds"),
            ("MANY", {"activityIds": [1, "two"], "nextFollowUpDate": LATER}, "activityIds.1"),
            ("MANY", {"activityIds": list(range(1, 502)), "nextFollowUpDate": LATER}, "activityIds"),
            ("MANY", {"activityIds": [1], "nextFollowUpDate": "soon"}, "nextFollowUpDate"),
        ],
    )
    def test_bad_bodies_name_their_field(self, client, path, body, field):
        assert error_fields(client.put(getattr(self, path), body)) == [field]

    def test_statements_do_not_grow_with_the_ids(self, client, lead, rep, assert_query_count):
        ids = [log(lead, rep, due=NOON).pk for _n in range(30)]
        for count in (3, 30):
            with assert_query_count("activities-bulk-update-follow-ups"):
                client.put(self.MANY, {"activityIds": ids[:count], "nextFollowUpDate": self.LATER})
