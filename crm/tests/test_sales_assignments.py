"""/api/assignments (sales.md, "Lead Assignment Endpoints"). Strategies and the cap: test_distribution.py."""

import pytest

from betterside.accounts.tests.factories import EntityFactory, UserFactory

from ..models import Activity, Assignment, Lead
from ..services import assignments
from .factories import make_lead
from .invariants import broken

pytestmark = pytest.mark.django_db


def errors(answer) -> dict[str, str]:
    assert answer.json()["success"] is False
    return {error["field"]: error["message"] for error in answer.json().get("errors", [])}


class TestGiving:
    def test_a_manager_assigns_and_passes_on(self, api, manager, rep, colleague):
        lead = make_lead(entity=manager.entity)
        client = api.as_(manager)
        body = {"leadId": lead.pk, "assignedUserId": rep.pk, "reason": "New lead", "notes": "Hot"}
        first = client.post("/api/assignments/assign", body)
        body = {"leadId": str(lead.public_id), "newAssignedUserId": colleague.pk, "reason": "Holiday"}
        second = client.post("/api/assignments/reassign", body)

        assert (first.status_code, second.status_code) == (200, 200)
        given = second.json()["data"]["assignment"]
        assert (given["assigned_user_id"], given["previous_user_id"]) == (colleague.pk, rep.pk)
        rows = Assignment.objects.filter(lead=lead).order_by("pk")
        assert [row.reassignment_reason for row in rows] == ["New lead", "Holiday"]
        assert [row.notes for row in rows] == ["Hot", ""]
        assert broken() == []

    def test_a_seller_claims_what_nobody_owns_and_passes_on_their_own(self, api, rep, colleague):
        lead = make_lead(entity=rep.entity)
        client = api.as_(rep)
        claim = {"leadId": lead.pk, "assignedUserId": rep.pk}
        assert client.post("/api/assignments/assign", claim).status_code == 200
        passed = client.post("/api/assignments/reassign", {"leadId": lead.pk, "newAssignedUserId": colleague.pk})
        assert passed.status_code == 200
        assert Lead.objects.get().assigned_user == colleague

    def test_a_seller_gives_nobody_elses_lead_and_claims_for_nobody_else(self, api, rep, colleague):
        waiting, owned = make_lead(entity=rep.entity), make_lead(owner=colleague)
        client = api.as_(rep)
        for path, body in (
            ("assign", {"leadId": waiting.pk, "assignedUserId": colleague.pk}),
            ("reassign", {"leadId": owned.pk, "newAssignedUserId": rep.pk}),
            ("unassign", {"leadId": owned.pk}),
        ):
            assert client.post(f"/api/assignments/{path}", body).status_code == 403
        assert Assignment.objects.count() == 1
        assert Activity.objects.filter(activity_type="assignment").count() == 0

    @pytest.mark.parametrize("field", ["assignedUserId", "newAssignedUserId"])
    def test_who_may_not_own_leads_is_refused_by_the_contracts_name(self, api, manager, rep, stranger, field):
        lead = make_lead(entity=manager.entity, owner=rep if field == "newAssignedUserId" else None)
        path = "/api/assignments/" + ("reassign" if field == "newAssignedUserId" else "assign")
        refused = {
            stranger.pk: "This user does not exist.",
            999_999_999: "This user does not exist.",
            UserFactory(rep=True, is_active=False).pk: "This user is inactive.",
            UserFactory(support=True).pk: "This user does not exist.",
            UserFactory(rep=True, is_approved=False).pk: "This user does not exist.",
            "John": "A valid integer is required.",
            None: "This field may not be null.",
        }
        for user, sentence in refused.items():
            answer = api.as_(manager).post(path, {"leadId": lead.pk, field: user})
            assert answer.status_code == 400
            assert errors(answer) == {field: sentence}
        assert Assignment.objects.count() == (1 if field == "newAssignedUserId" else 0)

    def test_a_full_person_is_refused_and_told_why(self, api, manager, rep):
        manager.entity.max_leads_per_user = 1
        manager.entity.save()
        make_lead(owner=rep)
        lead = make_lead(entity=manager.entity)
        answer = api.as_(manager).post("/api/assignments/assign", {"leadId": lead.pk, "assignedUserId": rep.pk})
        assert answer.status_code == 400
        assert errors(answer) == {"assignedUserId": "This user holds as many open leads as allowed (1)."}

    def test_a_person_who_is_away_can_be_given_a_lead_by_hand(self, api, manager):
        away, lead = UserFactory(rep=True, is_away=True), make_lead(entity=manager.entity)
        answer = api.as_(manager).post("/api/assignments/assign", {"leadId": lead.pk, "assignedUserId": away.pk})
        assert answer.status_code == 200

    def test_what_does_not_fit_the_leads_state_is_a_conflict(self, api, manager, rep):
        owned, waiting = make_lead(owner=rep), make_lead(entity=manager.entity)
        client = api.as_(manager)
        for path, body in (
            ("assign", {"leadId": owned.pk, "assignedUserId": manager.pk}),
            ("reassign", {"leadId": waiting.pk, "newAssignedUserId": rep.pk}),
            ("reassign", {"leadId": owned.pk, "newAssignedUserId": rep.pk}),
            ("unassign", {"leadId": waiting.pk}),
        ):
            assert client.post(f"/api/assignments/{path}", body).status_code == 409
        assert Assignment.objects.count() == 1

    @pytest.mark.parametrize("path", ["assign", "reassign", "unassign"])
    def test_foreign_and_missing_leads_are_not_found_in_the_same_words(self, api, manager, rep, stranger, path):
        foreign = make_lead(entity=stranger.entity)
        user = {"assignedUserId": rep.pk, "newAssignedUserId": rep.pk}
        client = api.as_(manager)
        answers = [
            client.post(f"/api/assignments/{path}", {"leadId": ref} | user)
            for ref in (foreign.pk, str(foreign.public_id), 2**40, 2**62)
        ]
        assert {(answer.status_code, answer.content) for answer in answers} == {
            (404, b'{"success":false,"message":"Lead not found"}')
        }

    @pytest.mark.parametrize("ref", ["abc", "", None, True, 1.5, [1], {}, -1])
    def test_what_is_no_id_is_bad_input(self, api, manager, rep, ref):
        answer = api.as_(manager).post("/api/assignments/assign", {"leadId": ref, "assignedUserId": rep.pk})
        assert answer.status_code == 400
        assert set(errors(answer)) == {"leadId"}

    def test_too_long_a_reason_is_refused(self, api, manager, rep):
        body = {"leadId": make_lead(entity=manager.entity).pk, "assignedUserId": rep.pk, "reason": "x" * 256}
        assert set(errors(api.as_(manager).post("/api/assignments/assign", body))) == {"reason"}


class TestBulk:
    PATH = "/api/assignments/bulk-assign"

    def test_it_tells_every_lead_that_it_gave(self, api, manager, rep):
        made = [make_lead(entity=manager.entity).pk for _n in range(2)]
        answer = api.as_(manager).post(self.PATH, {"reason": "Weekly", "max_leads_per_user": 25})
        assert answer.json() == {
            "success": True,
            "message": "Successfully assigned 2 leads",
            "data": {
                "total_assigned": 2,
                "assignments": [{"lead_id": pk, "assigned_user_id": rep.pk} for pk in made],
            },
        }

    def test_nobody_free_is_no_error(self, api, manager):
        make_lead(entity=manager.entity)
        answer = api.as_(manager).post(self.PATH, {})
        assert answer.json()["data"] == {"total_assigned": 0, "assignments": []}

    @pytest.mark.parametrize("limit", [0, -1, "many", 1.5, None])
    def test_bad_limits_are_refused(self, api, manager, rep, limit):
        make_lead(entity=manager.entity)
        answer = api.as_(manager).post(self.PATH, {"max_leads_per_user": limit})
        assert answer.status_code == 400
        assert set(errors(answer)) == {"max_leads_per_user"}
        assert not Assignment.objects.exists()

    def test_a_limit_beyond_the_entitys_is_the_entitys(self, api, manager, rep):
        manager.entity.max_leads_per_user = 1
        manager.entity.save()
        for _n in range(2):
            make_lead(entity=manager.entity)
        answer = api.as_(manager).post(self.PATH, {"max_leads_per_user": 10**9})
        assert answer.json()["data"]["total_assigned"] == 1


class TestReading:
    def test_the_history_is_whole_and_the_newest_comes_first(self, api, manager, rep, colleague):
        lead = make_lead(owner=rep)
        assignments.reassign(lead=lead, to=colleague, by=rep, reason="Speaks Hindi")
        assignments.unassign(lead=lead, by=manager, reason="Left")

        rows = api.as_(manager).get(f"/api/assignments/lead/{lead.pk}/history").json()["data"]

        assert [row["assigned_user_email"] for row in rows] == [colleague.email, rep.email]
        assert rows[0]["assigned_by_first_name"] == rep.first_name
        assert (rows[0]["reassignment_reason"], rows[0]["end_reason"]) == ("Speaks Hindi", "Left")
        assert rows[0]["ended_at"]
        assert rows[1]["assigned_by_user_id"] is None

    def test_a_lead_without_an_owner_has_no_assignment(self, api, manager):
        lead = make_lead(entity=manager.entity)
        answer = api.as_(manager).get(f"/api/assignments/lead/{lead.public_id}")
        assert answer.json()["data"] == {"assignment": None, "assigned_user": None}

    def test_the_entitys_list_filters_by_owner_and_status(self, api, manager, rep, colleague, stranger):
        won, new = make_lead(owner=rep, status_name="won"), make_lead(owner=rep)
        make_lead(owner=colleague)
        make_lead(owner=stranger)
        client = api.as_(manager)

        def found(query):
            answer = client.get(f"/api/assignments/entity?{query}").json()
            assert answer["total"] == len(answer["data"])
            return {row["lead_id"] for row in answer["data"]}

        assert len(found("")) == 3
        assert found(f"assigned_user_id={rep.pk}") == {won.pk, new.pk}
        assert found(f"assigned_user_id={rep.pk}&lead_status=won") == {won.pk}
        assert found(f"assigned_user_id={stranger.pk}") == set()
        assert client.get("/api/assignments/entity?lead_status=asleep").status_code == 400

    def test_own_assignments(self, api, rep, colleague):
        mine = make_lead(owner=rep)
        make_lead(owner=colleague)
        answer = api.as_(rep).get("/api/assignments/user?limit=20").json()
        assert [row["lead_id"] for row in answer["data"]] == [mine.pk]

    def test_a_cp_reads_their_own_only(self, api):
        cp, other = UserFactory(cp=True), UserFactory(cp=True)
        own, foreign = make_lead(owner=cp, pipeline="channel"), make_lead(owner=other, pipeline="channel")
        client = api.as_(cp)
        rows = client.get("/api/assignments/entity").json()["data"]
        assert [row["lead_id"] for row in rows] == [own.pk]
        assert client.get(f"/api/assignments/lead/{foreign.pk}/history").status_code == 403

    def test_workload_worked_out_by_hand(self, api, manager, rep, colleague):
        gone = UserFactory(rep=True)
        for status_name in ("new", "qualified", "won"):
            make_lead(owner=rep, status_name=status_name)
        make_lead(owner=colleague)
        make_lead(owner=gone)
        gone.is_active = False
        gone.save()
        UserFactory(rep=True, is_active=False)
        UserFactory(support=True)
        for status_name in ("new", "new", "lost"):
            make_lead(entity=manager.entity, status_name=status_name)
        make_lead(entity=EntityFactory(slug="elsewhere"))

        data = api.as_(manager).get("/api/assignments/workload-stats").json()["data"]

        held = {
            row["id"]: tuple(row[name + "_leads"] for name in ("assigned", "active", "closed"))
            for row in data["workload_distribution"]
        }
        assert held == {rep.pk: (3, 2, 1), colleague.pk: (1, 1, 0), gone.pk: (1, 1, 0)}
        assert (data["unassigned_leads"], data["total_users"], data["average_leads_per_user"]) == (2, 3, 1.7)

    @pytest.mark.parametrize("path", ["entity", "user", "workload-stats", "history"])
    def test_no_query_count_grows_with_the_leads(self, api, rep, path, assert_query_count):
        client = api.as_(rep)
        lead = make_lead(owner=rep)
        url = f"/api/assignments/{path}" if path != "history" else f"/api/assignments/lead/{lead.pk}/history"
        to, other = UserFactory(rep=True), rep

        def make(count):
            nonlocal to, other
            for _n in range(count):
                make_lead(owner=rep)
                assignments.reassign(lead=lead, to=to, by=None)
                to, other = other, to

        assert_query_count.flat(f"assignments-{path}", lambda: client.get(url), make)
