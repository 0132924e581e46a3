"""/api/v1/leads/distribute, /api/v1/distribution/rules and a lead's history (issue 9)."""

import pytest

from betterside.accounts.tests.factories import EntityFactory, UserFactory
from crm.models import Assignment, DistributionRule
from crm.services import assignments, distribution_rules, stages
from crm.tests.factories import make_lead, status

pytestmark = pytest.mark.django_db
DISTRIBUTE, RULES = "/api/v1/leads/distribute", "/api/v1/distribution/rules"


@pytest.fixture
def admin():
    return UserFactory(admin=True, entity=EntityFactory(max_leads_per_user=3))


@pytest.fixture
def agent(admin):
    return UserFactory(agent=True, first_name="Anna", last_name="Agent")


@pytest.fixture
def stranger():
    return UserFactory(agent=True, entity=EntityFactory(slug="elsewhere"))


@pytest.fixture
def client(api, admin):
    return api.as_(admin)


def waiting(admin, **fields):
    return make_lead(entity=admin.entity, pipeline="practice", **fields)


def cardiology(admin, agent, **fields) -> DistributionRule:
    fields = {"name": "CA cardiology", "states": ["CA"], "specialties": ["Cardiology"], "capacity": 1} | fields
    return distribution_rules.create(by=admin, fields=fields, agent_ids=[agent.pk])


class TestDistribute:
    def test_who_got_what_and_what_was_left(self, client, admin, agent, golden):
        cardiology(admin, agent)
        for state in ("CA", "CA", "NY"):
            fields = {"practice_name": f"Clinic {state}", "state": state, "specialties": "Cardiology"}
            client.post("/api/v1/leads", fields)
        golden(client.post(DISTRIBUTE, {"reason": "Monday"}), "practice/distribute")

    def test_the_entitys_strategy_or_the_requests(self, client, admin, agent):
        busy = agent
        for _n in range(2):
            make_lead(owner=busy, pipeline="practice")
        idle = UserFactory(agent=True)
        lead = waiting(admin)
        body = {"strategy": "workload", "lead_ids": [lead.pk]}
        row = client.post(DISTRIBUTE, body).json()["distributed"][0]
        assert (row["lead_id"], row["assigned_user_id"]) == (lead.pk, idle.pk)
        assert row["why"].startswith("By workload")

    def test_named_leads_only(self, client, admin, agent):
        _first, second = waiting(admin), waiting(admin)
        answer = client.post(DISTRIBUTE, {"lead_ids": [second.pk, second.pk]}).json()
        assert [row["lead_id"] for row in answer["distributed"]] == [second.pk]
        assert Assignment.objects.count() == 1

    def test_the_request_may_lower_the_cap(self, client, admin, agent):
        for _n in range(3):
            waiting(admin)
        answer = client.post(DISTRIBUTE, {"max_per_agent": 1}).json()
        assert (answer["distributed_count"], answer["left_count"]) == (1, 2)

    def test_only_practice_leads_are_given(self, client, admin, agent):
        other = make_lead(entity=admin.entity, pipeline="sales")
        assert client.post(DISTRIBUTE, {}).json()["distributed_count"] == 0
        assert client.post(DISTRIBUTE, {"lead_ids": [other.pk]}).status_code == 422

    def test_ids_that_are_not_there_refuse_all_of_it(self, client, admin, agent, stranger, golden):
        own, foreign = waiting(admin), make_lead(entity=stranger.entity, pipeline="practice")
        answers = [client.post(DISTRIBUTE, {"lead_ids": [own.pk, pk]}) for pk in (foreign.pk, 2**40)]
        golden(answers[0], "practice/distribute-missing")
        assert answers[0].json() == answers[1].json()
        assert not Assignment.objects.exists()

    @pytest.mark.parametrize(
        "body",
        [
            {"lead_ids": []},
            {"lead_ids": ["x"]},
            {"lead_ids": [0]},
            {"lead_ids": list(range(1, 502))},
            {"strategy": "manual"},
            {"max_per_agent": 0},
            {"reason": "x" * 256},
        ],
    )
    def test_bad_bodies(self, client, body):
        answer = client.post(DISTRIBUTE, body)
        assert answer.status_code == 422
        assert answer.json()["detail"][0]["loc"][:2] == ["body", *body]

    def test_an_agent_may_not(self, api, admin, agent):
        lead = waiting(admin)
        assert api.as_(agent).post(DISTRIBUTE, {}).status_code == 403
        lead.refresh_from_db()
        assert lead.assigned_user is None

    def test_a_repeated_request_is_answered_once(self, client, admin, agent):
        waiting(admin)
        first = client.post(DISTRIBUTE, {}, headers={"Idempotency-Key": "a"})
        again = client.post(DISTRIBUTE, {}, headers={"Idempotency-Key": "a"})
        assert first.json() == again.json()
        assert first.json()["distributed_count"] == 1


class TestRules:
    BODY = {"name": "CA cardiology", "states": ["CA"], "specialties": ["Cardiology"], "capacity": 20, "priority": 10}

    def test_create(self, client, agent, golden):
        golden(client.post(RULES, self.BODY | {"agent_ids": [agent.pk]}), "practice/rule-create")

    def test_create_with_a_name_only_covers_everything(self, client, golden):
        golden(client.post(RULES, {"name": "Rest"}), "practice/rule-create-least")

    def test_list_is_in_the_order_they_are_tried(self, client, admin, agent, stranger, golden):
        cardiology(admin, agent, name="Second", priority=20)
        cardiology(admin, agent, name="First", priority=10)
        foreign = UserFactory(admin=True, entity=stranger.entity)
        distribution_rules.create(by=foreign, fields={"name": "Theirs"}, agent_ids=[])
        answer = client.get(f"{RULES}?limit=5")
        golden(answer, "practice/rule-list")
        assert answer["X-Total-Count"] == "2"

    def test_retrieve(self, client, admin, agent, golden):
        golden(client.get(f"{RULES}/{cardiology(admin, agent).pk}"), "practice/rule")

    def test_put_resets_what_is_not_sent(self, client, admin, agent, golden):
        golden(client.put(f"{RULES}/{cardiology(admin, agent).pk}", {"name": "All"}), "practice/rule-update")

    def test_patch_leaves_what_is_not_sent(self, client, admin, agent, golden):
        rule = cardiology(admin, agent)
        golden(client.patch(f"{RULES}/{rule.pk}", {"is_active": False}), "practice/rule-patch")

    def test_the_agents_can_be_changed(self, client, admin, agent):
        rule, other = cardiology(admin, agent), UserFactory(agent=True)
        for ids in ([other.pk, agent.pk], [other.pk], []):
            assert client.patch(f"{RULES}/{rule.pk}", {"agent_ids": ids}).json()["agent_ids"] == sorted(ids)

    def test_delete(self, client, admin, agent):
        rule = cardiology(admin, agent)
        assert client.delete(f"{RULES}/{rule.pk}").status_code == 204
        assert client.get(f"{RULES}/{rule.pk}").status_code == 404

    def test_a_name_twice_is_409(self, client, admin, agent, golden):
        cardiology(admin, agent)
        golden(client.post(RULES, {"name": "ca CARDIOLOGY"}), "practice/rule-name-taken")
        other = client.post(RULES, {"name": "Other"}).json()["id"]
        assert client.patch(f"{RULES}/{other}", {"name": "CA cardiology"}).status_code == 409

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""),
            ("name", "x" * 101),
            ("states", "CA"),
            ("states", ["ZZ"]),
            ("specialties", [""]),
            ("specialties", ["x" * 101]),
            ("agent_ids", ["x"]),
            ("agent_ids", [2**40]),
            ("capacity", 0),
            ("capacity", 2**31),
            ("priority", -1),
            ("priority", 2**15),
            ("is_active", "perhaps"),
        ],
    )
    def test_bad_values_are_422_and_name_their_field(self, client, field, value):
        answer = client.post(RULES, self.BODY | {field: value})
        assert answer.status_code == 422
        assert answer.json()["detail"][0]["loc"][:2] == ["body", field]
        assert not DistributionRule.objects.exists()

    def test_only_ones_own_people_who_are_given_leads(self, client, stranger):
        others = [stranger, UserFactory(support=True), UserFactory(agent=True, is_approved=False)]
        words = {client.post(RULES, self.BODY | {"agent_ids": [pk]}).content for pk in [*(o.pk for o in others), 2**40]}
        assert len(words) == 1
        assert not DistributionRule.objects.exists()

    def test_the_list_costs_the_same_for_30_as_for_3(self, client, admin, agent, assert_query_count):
        def make(count):
            for _n in range(count):
                cardiology(admin, agent, name=f"Rule {DistributionRule.objects.count()}")

        assert_query_count.flat("practice-distribution-rules list", lambda: client.get(f"{RULES}?limit=100"), make)


class TestHistory:
    def test_owners_and_stages_the_newest_first(self, client, admin, agent, golden):
        other = UserFactory(agent=True, first_name="Alan", last_name="Agent")
        lead = waiting(admin)
        assignments.assign(lead=lead, to=agent, by=admin, reason="Local")
        stages.move(lead=lead, to=status("practice", "CONTACTED"), by=agent, notes="Answered")
        assignments.reassign(lead=lead, to=other, by=admin, reason="On holiday")
        golden(client.get(f"/api/v1/leads/{lead.pk}/history"), "practice/lead-history")

    def test_of_another_entity_is_not_there(self, client, stranger):
        lead = make_lead(owner=stranger, pipeline="practice")
        answer = client.get(f"/api/v1/leads/{lead.pk}/history")
        assert (answer.status_code, answer.json()) == (404, {"detail": "Lead not found"})

    def test_it_costs_the_same_however_much_happened(self, client, admin, agent, assert_query_count):
        lead, other = waiting(admin), UserFactory(agent=True)
        assignments.assign(lead=lead, to=agent, by=admin)

        def make(count):
            for _n in range(count):
                lead.refresh_from_db()
                assignments.reassign(lead=lead, to=other if lead.assigned_user == agent else agent, by=admin)

        assert_query_count.flat("practice-lead-history", lambda: client.get(f"/api/v1/leads/{lead.pk}/history"), make)
