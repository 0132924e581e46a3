"""/api/leads (sales.md; DESIGN section 1, "What a face covers")."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from betterside import clock
from betterside.accounts.tests.factories import EntityFactory, UserFactory

from ..models import Activity, Assignment, Lead, StageEntry
from ..services import leads, stages
from .factories import make_lead, status
from .invariants import broken

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def ids(answer) -> list[int]:
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["data"]]


def fields_in_error(answer) -> set[str]:
    assert answer.status_code == 400, answer.content
    assert answer.json()["success"] is False
    return {error["field"] for error in answer.json()["errors"]}


class TestList:
    def test_it_reaches_every_pipeline_and_no_other_entity(self, api, manager, stranger):
        found = [make_lead(entity=manager.entity, pipeline=name) for name in ("sales", "channel", "growth")]
        make_lead(entity=stranger.entity)

        answer = api.as_(manager).get("/api/leads")

        assert ids(answer) == [lead.pk for lead in reversed(found)]
        assert answer.json()["total"] == 3

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("status=qualified", {"Ann"}),
            ("platform=instagram", {"Bob"}),
            ("source=Fair", {"Cem"}),
            ("pipeline=channel", {"Dan"}),
            ("search=ANN%20l", {"Ann"}),
            ("search=555", {"Bob"}),
            ("search=%25", set()),
            ("date_from=2026-03-11", {"Dan"}),
            ("date_to=2026-03-08", {"Ann"}),
            ("date_from=2026-03-09&date_to=2026-03-10", {"Bob", "Cem"}),
            ("status=&platform=&search=", {"Ann", "Bob", "Cem", "Dan"}),
            ("search=%20%09&status=%20", {"Ann", "Bob", "Cem", "Dan"}),
        ],
    )
    def test_filters(self, api, manager, query, names):
        self.four(manager)
        answer = api.as_(manager).get(f"/api/leads?{query}")
        found = set(Lead.objects.filter(pk__in=ids(answer)).values_list("first_name", flat=True))
        assert found == names
        assert answer.json()["total"] == len(names)

    def four(self, manager):
        with clock.at(NOON - timedelta(days=2)):
            ann = make_lead(entity=manager.entity, full_name="Ann Lee", platform="facebook")
            stages.move(lead=ann, to=status("sales", "qualified"), by=manager)
        with clock.at(NOON - timedelta(days=1)):
            make_lead(entity=manager.entity, full_name="Bob Ray", platform="instagram", phone="(020) 555")
        with clock.at(NOON):
            make_lead(entity=manager.entity, full_name="Cem Oz", source="Fair")
        with clock.at(NOON + timedelta(days=1)):
            make_lead(entity=manager.entity, full_name="Dan Ek", pipeline="channel")

    def test_days_are_the_entitys(self, api):
        manager = UserFactory(manager=True, entity=EntityFactory(slug="kolkata", timezone="Asia/Kolkata"))
        with clock.at(datetime(2026, 3, 10, 19, tzinfo=UTC)):  # already the 11th there
            lead = make_lead(entity=manager.entity)
        client = api.as_(manager)

        assert ids(client.get("/api/leads?date_from=2026-03-11")) == [lead.pk]
        assert ids(client.get("/api/leads?date_to=2026-03-10")) == []

    def test_the_owner_filter_finds_nothing_for_a_foreign_or_missing_id(self, api, manager, rep, stranger):
        lead = make_lead(owner=rep)
        client = api.as_(manager)

        assert ids(client.get(f"/api/leads?assigned_user_id={rep.pk}")) == [lead.pk]
        foreign = client.get(f"/api/leads?assigned_user_id={stranger.pk}").json()
        missing = client.get("/api/leads?assigned_user_id=999999999").json()
        assert foreign["data"] == missing["data"] == []
        assert foreign["total"] == missing["total"] == 0

    def test_pages_do_not_overlap_and_the_total_is_true(self, api, manager):
        with clock.at(NOON):  # all at one moment
            made = [make_lead(entity=manager.entity).pk for _n in range(5)]
        client = api.as_(manager)

        first, second = (client.get(f"/api/leads?limit=3&offset={offset}") for offset in (0, 3))

        assert sorted(ids(first) + ids(second)) == made
        assert first.json()["total"] == second.json()["total"] == 5
        assert first.json()["filters"] == {"limit": 3, "offset": 0}

    def test_the_filters_come_back_as_they_were_understood(self, api, manager):
        query = "status=new&platform=facebook&date_from=2026-03-01&limit=1000000000&ordering=-score&unknown=1"
        answer = api.as_(manager).get(f"/api/leads?{query}")
        assert answer.json()["filters"] == {
            "status": "new",
            "platform": "facebook",
            "date_from": "2026-03-01",
            "ordering": "-score",
            "limit": 100,
            "offset": 0,
        }

    def test_it_is_ordered_as_asked(self, api, manager):
        low, high = (make_lead(entity=manager.entity, score=score) for score in (10, 90))
        client = api.as_(manager)
        assert ids(client.get("/api/leads?ordering=score")) == [low.pk, high.pk]
        assert ids(client.get("/api/leads?ordering=-score")) == [high.pk, low.pk]

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ("limit=0", "limit"),
            ("limit=-1", "limit"),
            ("limit=ten", "limit"),
            ("offset=-1", "offset"),
            (f"offset={10**18}", "offset"),
            ("assigned_user_id=abc", "assigned_user_id"),
            ("assigned_user_id=99999999999999999999", "assigned_user_id"),
            ("status=asleep", "status"),
            ("platform=tv", "platform"),
            ("pipeline=tv", "pipeline"),
            ("ordering=password", "ordering"),
            ("date_from=2026-02-30", "date_from"),
            ("date_from=2026-03-02&date_to=2026-03-01", "date_from"),
            ("date_to=9999-12-31", "date_to"),
            ("date_from=0001-01-01", "date_from"),
            ("search=%00", "search"),
            ("search=" + "x" * 201, "search"),
        ],
    )
    def test_bad_queries_name_their_field(self, api, manager, query, field):
        assert fields_in_error(api.as_(manager).get(f"/api/leads?{query}")) == {field}

    def test_a_cp_sees_their_own_only(self, api):
        cp, other = UserFactory(cp=True), UserFactory(cp=True)
        own = make_lead(owner=cp, pipeline="channel")
        make_lead(owner=other, pipeline="channel")
        client = api.as_(cp)

        for path in ("/api/leads", "/api/leads/my-leads"):
            assert ids(client.get(path)) == [own.pk]
        assert ids(client.get("/api/leads/unassigned")) == []

    def test_the_list_costs_the_same_for_30_as_for_3(self, api, manager, rep, assert_query_count):
        client = api.as_(manager)

        def make(count):
            for _n in range(count):
                make_lead(owner=rep)

        assert_query_count.flat("leads list", lambda: client.get("/api/leads?limit=100&status=new"), make)


class TestShortLists:
    def test_unassigned_are_the_open_leads_that_nobody_owns(self, api, manager, rep):
        waiting = make_lead(entity=manager.entity)
        make_lead(owner=rep)
        make_lead(entity=manager.entity, status_name="lost")
        answer = api.as_(manager).get("/api/leads/unassigned?limit=20")
        assert ids(answer) == [waiting.pk]
        assert answer.json()["total"] == 1

    def test_my_leads_are_the_askers(self, api, rep, colleague):
        mine = make_lead(owner=rep)
        make_lead(owner=colleague)
        assert ids(api.as_(rep).get("/api/leads/my-leads")) == [mine.pk]

    def test_counts_follow_the_main_pipeline(self, api, manager):
        for pipeline in ("sales", "sales", "channel"):
            make_lead(entity=manager.entity, pipeline=pipeline)
        make_lead(entity=manager.entity, status_name="won")
        counts = {row["status"]: row["count"] for row in api.as_(manager).get("/api/leads/counts").json()["data"]}
        assert counts == dict.fromkeys(counts, 0) | {"new": 2, "won": 1}
        assert list(counts)[:3] == ["new", "qualified", "contacted"]

    def test_the_board_caps_each_column_and_tells_its_true_count(self, api, manager):
        made = [make_lead(entity=manager.entity).pk for _n in range(4)]
        won = make_lead(entity=manager.entity, status_name="won")
        make_lead(entity=manager.entity, pipeline="channel")

        data = api.as_(manager).get("/api/leads/pipeline?limit=3").json()["data"]

        assert [lead["id"] for lead in data["pipeline"]["new"]] == made[:0:-1]
        assert [lead["id"] for lead in data["pipeline"]["won"]] == [won.pk]
        assert data["pipeline"]["contacted"] == []
        counts = {row["status"]: row["count"] for row in data["statusCounts"]}
        assert (counts["new"], counts["won"], counts["lost"]) == (4, 1, 0)

    def test_the_board_of_an_entity_whose_main_pipeline_is_channel(self, api):
        manager = UserFactory(manager=True, entity=EntityFactory(slug="partners", main_pipeline="channel"))
        lead = make_lead(entity=manager.entity, pipeline="channel")
        data = api.as_(manager).get("/api/leads/pipeline").json()["data"]
        assert list(data["pipeline"])[:2] == ["new", "called_no_answer"]
        assert [card["id"] for card in data["pipeline"]["new"]] == [lead.pk]

    @pytest.mark.parametrize("path", ["counts", "pipeline", "unassigned", "my-leads"])
    def test_no_query_count_grows_with_the_leads(self, api, manager, path, assert_query_count):
        client = api.as_(manager)

        def make(count):
            for _n in range(count):
                make_lead(entity=manager.entity)

        assert_query_count.flat(f"leads-{path}", lambda: client.get(f"/api/leads/{path}"), make)


class TestCreate:
    def test_a_managers_lead_waits_for_an_owner(self, api, manager):
        body = {
            "first_name": "Jane",
            "last_name": "Smith",
            "email": "prospect@example.com",
            "phone": "+15551234567",
            "platform_key": "facebook",
            "source_page_id": "123456789",
            "raw_field_data": {"company": "Acme Corp"},
            "notes": "Met at the fair",
        }
        answer = api.as_(manager).post("/api/leads", body)

        assert answer.status_code == 201, answer.content
        data = answer.json()["data"]
        assert data | body == data
        assert (data["full_name"], data["status"], data["assigned_user_id"]) == ("Jane Smith", "new", None)
        assert data["pipeline"] == "sales"
        assert broken() == []

    @pytest.mark.parametrize("role", ["rep", "agent", "cp"])
    def test_who_sells_owns_what_they_enter(self, api, role):
        user = UserFactory(**{role: True})
        data = api.as_(user).post("/api/leads", {"full_name": "Jane Smith"}).json()["data"]
        assert data["assigned_user_id"] == user.pk
        assert Assignment.objects.current().get(lead=data["id"]).assigned_user == user
        assert broken() == []

    def test_it_goes_into_the_main_pipeline(self, api):
        manager = UserFactory(manager=True, entity=EntityFactory(slug="erp", main_pipeline="marketing"))
        data = api.as_(manager).post("/api/leads", {"full_name": "Jane"}).json()["data"]
        assert (data["pipeline"], data["status"]) == ("marketing", "NEW")

    def test_fields_that_are_not_the_callers_are_ignored(self, api, manager, rep, stranger):
        body = {
            "full_name": "Jane",
            "id": 1,
            "entity": stranger.entity_id,
            "entity_id": stranger.entity_id,
            "status": "won",
            "assigned_user_id": rep.pk,
            "lead_code": "MINE",
            "pipeline": "channel",
            "created_at": "2001-01-01T00:00:00Z",
            "deleted_at": "2001-01-01T00:00:00Z",
            "public_id": str(uuid.uuid4()),
        }
        data = api.as_(manager).post("/api/leads", body).json()["data"]

        lead = Lead.objects.get(pk=data["id"])
        assert (lead.entity_id, lead.status.name, lead.pipeline_id) == (manager.entity_id, "new", "sales")
        assert lead.assigned_user is None
        assert lead.lead_code.startswith("LEAD-")
        assert lead.created_at.year > 2001
        assert str(lead.public_id) != body["public_id"]

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "non_field_errors"),
            ({"full_name": "", "email": None}, "non_field_errors"),
            ({"phone": "1" * 31}, "phone"),
            ({"email": "jane"}, "email"),
            ({"email": "j" * 150 + "@example.com"}, "email"),
            ({"first_name": "J" * 101}, "first_name"),
            ({"full_name": ["Jane"]}, "full_name"),
            ({"full_name": "Jane", "platform_key": "tv"}, "platform_key"),
            ({"full_name": "Jane", "score": 101}, "score"),
            ({"full_name": "Jane", "score": "high"}, "score"),
            ({"full_name": "Jane", "value": -1}, "value"),
            ({"full_name": "Jane", "raw_field_data": []}, "raw_field_data"),
            ({"full_name": "Jane", "consent_time": "0001-01-01T00:00:00"}, "consent_time"),
        ],
    )
    def test_bad_fields_are_named_and_nothing_is_written(self, api, manager, body, field):
        answer = api.as_(manager).post("/api/leads", body)
        assert fields_in_error(answer) == {field}
        assert not Lead.objects.exists()

    def test_a_phone_is_kept_as_it_was_typed(self, api, manager):
        data = api.as_(manager).post("/api/leads", {"phone": "+1 (555) 123-4567 ext. 9"}).json()["data"]
        assert data["phone"] == "+1 (555) 123-4567 ext. 9"


class TestOne:
    def test_it_goes_by_integer_and_by_uuid(self, api, rep):
        lead = make_lead(owner=rep)
        client = api.as_(rep)
        by_id, by_uuid = (client.get(f"/api/leads/{ref}").json() for ref in (lead.pk, lead.public_id))
        assert by_id == by_uuid
        assert by_id["data"]["id"] == lead.pk

    @pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
    def test_foreign_missing_deleted_and_senseless_ids_are_not_found_in_the_same_words(
        self, api, manager, stranger, method
    ):
        foreign, gone = make_lead(entity=stranger.entity), make_lead(entity=manager.entity)
        leads.delete(lead=gone, by=manager)
        refs = [foreign.pk, foreign.public_id, gone.pk, 2**40, 10**30, uuid.uuid4(), "abc", "-1", "0"]
        client = api.as_(manager)

        answers = [
            getattr(client, method)(f"/api/leads/{ref}", {"notes": "x"} if method != "get" else None) for ref in refs
        ]

        assert {answer.status_code for answer in answers} == {404}
        assert {answer.content for answer in answers} == {b'{"success":false,"message":"Lead not found"}'}

    @pytest.mark.parametrize("method", ["put", "patch"])
    def test_what_is_not_sent_stays(self, api, rep, method):
        lead = make_lead(owner=rep, full_name="John Smith", notes="Warm")
        answer = getattr(api.as_(rep), method)(f"/api/leads/{lead.pk}", {"first_name": "Jane"})
        data = answer.json()["data"]
        assert (data["first_name"], data["last_name"], data["full_name"]) == ("Jane", "Smith", "Jane Smith")
        assert data["notes"] == "Warm"

    def test_an_answer_can_be_sent_back_whole(self, api, rep):
        """A client that edits what it got sends every key, nulls and all."""
        lead = make_lead(owner=rep)
        client = api.as_(rep)
        got = client.get(f"/api/leads/{lead.pk}").json()["data"]

        put = client.put(f"/api/leads/{lead.pk}", got)

        assert put.status_code == 200, put.content
        assert put.json()["data"] == got
        assert Activity.objects.filter(lead=lead).count() == 1

    def test_a_status_goes_through_the_stages(self, api, rep):
        lead = make_lead(owner=rep)
        client = api.as_(rep)

        assert client.patch(f"/api/leads/{lead.pk}", {"status": "qualified", "notes": "Yes"}).status_code == 200
        refused = client.patch(f"/api/leads/{lead.pk}", {"status": "won", "notes": "No"})

        assert refused.status_code == 409
        lead.refresh_from_db()
        assert (lead.status.name, lead.notes) == ("qualified", "Yes")
        assert StageEntry.objects.filter(lead=lead).count() == 2
        assert broken() == []

    def test_an_unknown_status_names_what_there_is(self, api, rep):
        answer = api.as_(rep).patch(f"/api/leads/{make_lead(owner=rep).pk}", {"status": "called_no_answer"})
        assert fields_in_error(answer) == {"status"}
        assert "qualified" in answer.json()["message"]

    def test_one_who_does_not_own_it_changes_nothing(self, api, rep, colleague):
        lead = make_lead(owner=rep, notes="Warm")
        client = api.as_(colleague)
        for method in ("put", "patch", "delete"):
            assert getattr(client, method)(f"/api/leads/{lead.pk}", {"notes": "Mine"}).status_code == 403
        lead.refresh_from_db()
        assert (lead.notes, lead.deleted_at) == ("Warm", None)

    def test_deleting_leaves_the_row_and_no_list_shows_it(self, api, manager):
        lead = make_lead(entity=manager.entity)
        client = api.as_(manager)
        answer = client.delete(f"/api/leads/{lead.pk}")
        assert (answer.status_code, answer.json()["success"]) == (200, True)
        assert ids(client.get("/api/leads")) == []
        assert Lead.with_deleted.get(pk=lead.pk).deleted_at

    def test_one_lead_costs_as_much_as_ever(self, api, rep, assert_query_count):
        lead = make_lead(owner=rep)
        client = api.as_(rep)
        with assert_query_count("lead retrieve"):
            client.get(f"/api/leads/{lead.pk}")
