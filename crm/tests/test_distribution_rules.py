"""Rules by state and specialty: they choose among whom, the strategy chooses who, and caps hold (issue 9)."""

import pytest
from django.db import IntegrityError, transaction

from betterside.accounts.tests.factories import EntityFactory, UserFactory
from betterside.errors import NotAllowed
from marketing.services.capture import Enquiry, capture

from ..models import Activity, Assignment, DistributionRule, Lead
from ..services import assignments, distribution, distribution_rules, leads, practice, stages
from .factories import make_lead, status
from .invariants import broken

pytestmark = pytest.mark.django_db


@pytest.fixture
def entity(db):
    return EntityFactory(assignment_strategy="round_robin", max_leads_per_user=3)


@pytest.fixture
def admin(entity):
    return UserFactory(admin=True)


@pytest.fixture
def people(entity):
    return [UserFactory(agent=True, first_name=name, last_name="Lee") for name in ("Ann", "Bob", "Cem")]


def rule(admin, name, *agents, **fields) -> DistributionRule:
    return distribution_rules.create(by=admin, fields={"name": name} | fields, agent_ids=[one.pk for one in agents])


def arrives(admin, state="", specialties="") -> Assignment | None:
    """A new practice lead's assignment; None when nobody got it."""
    fields = {"practice_name": "Clinic", "state": state, "specialties": specialties}
    lead = practice.create(by=admin, fields=fields)
    return Assignment.objects.current().filter(lead=lead).first()


def owner(row):
    return row and row.assigned_user


@pytest.mark.parametrize(
    ("states", "specialties", "state", "practice_s", "covers"),
    [
        (["CA"], [], "CA", "", True),
        (["CA", "TX"], [], "TX", "Cardiology", True),
        (["CA"], [], "TX", "", False),
        (["CA"], [], "", "", False),
        ([], ["Cardiology"], "NY", "internal medicine, CARDIOLOGY", True),
        ([], ["Cardiology"], "NY", "Cardiology Nursing", False),
        ([], ["cardiology, dermatology"], "NY", "Dermatology", True),
        ([], ["Cardiology"], "NY", "", False),
        (["CA"], ["Cardiology"], "CA", "Dermatology", False),
        (["CA"], ["Cardiology"], "CA", "Dermatology; Cardiology", True),
        ([], [], "", "", True),
    ],
)
def test_what_a_rule_covers(states, specialties, state, practice_s, covers):
    profile = practice.PracticeProfile(state=state, specialties=practice_s)
    assert DistributionRule(states=states, specialties=specialties).covers(profile) is covers


def test_a_lead_without_a_practice_is_covered_by_a_rule_for_everything_only():
    assert DistributionRule().covers(None)
    assert not DistributionRule(states=["CA"]).covers(None)


def test_a_rule_chooses_the_candidates_and_the_strategy_among_them(admin, people):
    ann, bob, cem = people
    rule(admin, "CA cardiology", bob, cem, states=["CA"], specialties=["Cardiology"])

    rows = [arrives(admin, "CA", "Cardiology") for _n in range(3)]

    assert [owner(row) for row in rows] == [bob, cem, bob]
    assert rows[0].reassignment_reason == (
        "By rule 'CA cardiology': it was Bob Lee's turn, with 0 of at most 3 open leads"
    )
    assert rows[0].rule.name == "CA cardiology"
    assert broken() == []


def test_workload_among_the_rules_people(admin, people, entity):
    ann, bob, cem = people
    entity.assignment_strategy = "workload"
    entity.save()
    admin.refresh_from_db()
    rule(admin, "Texas", ann, bob, states=["TX"])
    make_lead(owner=ann)
    row = arrives(admin, "TX")
    assert (owner(row), row.reassignment_reason) == (
        bob,
        "By rule 'Texas': Bob Lee had the fewest, 0 of at most 3 open leads",
    )


def test_a_lead_that_no_rule_covers_may_go_to_anybody(admin, people):
    rule(admin, "Texas", people[2], states=["TX"])
    row = arrives(admin, "CA")
    assert (owner(row), row.rule) == (people[0], None)
    assert row.reassignment_reason.startswith("By round robin")


def test_the_lowest_priority_number_is_tried_first_and_the_next_when_it_is_full(admin, people):
    ann, bob, cem = people
    rule(admin, "Rest", cem, priority=200)
    rule(admin, "California", ann, states=["CA"], capacity=1, priority=10)
    rule(admin, "West", bob, states=["CA", "OR"], capacity=1, priority=20)

    assert [owner(arrives(admin, "CA")) for _n in range(3)] == [ann, bob, cem]
    assert owner(arrives(admin, "NY")) == cem


def test_a_covered_lead_is_kept_for_the_rules_people(admin, people):
    rule(admin, "California", people[0], states=["CA"], capacity=1)
    arrives(admin, "CA")

    assert arrives(admin, "CA") is None
    note = Activity.objects.get(title="Not assigned automatically")
    assert note.description == (
        "Not assigned automatically: rule 'California': everybody holds as many leads as allowed already"
    )


def test_a_rule_whose_people_are_away_says_so(admin, people):
    gone = UserFactory(agent=True, is_away=True)
    rule(admin, "California", gone, states=["CA"])
    lead = make_lead(entity=admin.entity, pipeline="practice")
    practice.update(lead=lead, by=admin, fields={"state": "CA"})
    assert distribution.assign_automatically(lead).reason == "Rule 'California': nobody is available"


def test_capacity_counts_open_leads_held_by_this_rule_only(admin, people):
    ann = people[0]
    rule(admin, "California", ann, states=["CA"], capacity=1)
    make_lead(owner=ann)
    first = arrives(admin, "CA")
    assert owner(first) == ann
    assert arrives(admin, "CA") is None

    stages.move(lead=first.lead, to=status("practice", "LOST"), by=admin)
    assert owner(arrives(admin, "CA")) == ann


def test_a_lead_that_is_deleted_or_passed_on_frees_its_place(admin, people):
    ann, bob, _cem = people
    rule(admin, "California", ann, states=["CA"], capacity=1)
    first = arrives(admin, "CA").lead
    assignments.reassign(lead=first, to=bob, by=admin)
    second = arrives(admin, "CA")
    assert owner(second) == ann
    leads.delete(lead=second.lead, by=admin)
    assert owner(arrives(admin, "CA")) == ann


def test_the_entitys_cap_holds_above_a_rules_capacity(admin, people):
    rule(admin, "California", people[0], states=["CA"], capacity=100)
    assert [owner(arrives(admin, "CA")) for _n in range(4)] == [people[0]] * 3 + [None]


def test_inactive_rules_and_those_of_others_are_left_out(admin, people):
    rule(admin, "Off", people[2], states=["CA"], is_active=False)
    stranger = UserFactory(admin=True, entity=EntityFactory(slug="elsewhere"))
    rule(stranger, "Theirs", states=["CA"], capacity=1)
    assert owner(arrives(admin, "CA")) == people[0]


def test_leads_of_other_pipelines_follow_no_rule(admin, people):
    rule(admin, "Everything", people[2])
    lead = make_lead(entity=admin.entity, pipeline="sales")
    assert distribution.assign_automatically(lead).assignment.assigned_user == people[0]


def test_an_agents_new_lead_is_their_own_whatever_the_rules_say(admin, people):
    rule(admin, "Everything", people[2])
    assert owner(arrives(people[0], "CA")) == people[0]


def test_where_leads_are_assigned_by_hand_a_new_lead_waits(admin, people, entity):
    entity.assignment_strategy = "manual"
    entity.save()
    admin.refresh_from_db()
    assert arrives(admin, "CA") is None
    assert not Activity.objects.filter(title="Not assigned automatically").exists()


def test_captured_answers_become_the_practice_before_rules_are_asked(admin, people):
    rule(admin, "CA cardiology", people[2], states=["CA"], specialties=["cardiology"])
    given = {
        "state": "ca",
        "specialty": "Cardiology",
        "zip": "90001",
        "npi": "12",
        "city": "x" * 300,
        "favourite colour": "blue",
    }
    enquiry = Enquiry(
        entity=admin.entity,
        pipeline="practice",
        platform="website",
        source_lead_id="1",
        fields={"full_name": "Dr. Lee", "raw_field_data": given},
    )

    lead = capture(enquiry).lead

    row = Assignment.objects.current().get(lead=lead)
    assert (row.assigned_user, row.rule.name) == (people[2], "CA cardiology")
    profile = lead.practice
    assert (profile.state, profile.specialties, profile.zip_code, profile.npi) == ("CA", "Cardiology", "90001", "")
    assert profile.city == "x" * 100


class TestWriting:
    def test_only_managers_write_rules(self, people):
        with pytest.raises(NotAllowed):
            rule(people[0], "Mine")
        assert not DistributionRule.objects.exists()

    def test_a_deleted_rule_stays_in_the_reasons(self, admin, people):
        made = rule(admin, "California", people[1], states=["CA"])
        row = arrives(admin, "CA")
        distribution_rules.delete(pk=made.pk, by=admin)
        row.refresh_from_db()
        assert row.rule is None
        assert row.reassignment_reason.startswith("By rule 'California'")

    def test_the_database_keeps_names_apart_and_capacities_above_zero(self, admin):
        rule(admin, "California")
        for fields in ({"name": "CALIFORNIA"}, {"name": "Zero", "capacity": 0}):
            with pytest.raises(IntegrityError), transaction.atomic():
                DistributionRule.objects.create(entity=admin.entity, **fields)


class TestDistributing:
    """Many at once."""

    def test_it_says_what_was_given_to_whom_and_why_and_what_was_left_and_why(self, admin, people, entity):
        ann, bob, cem = people
        entity.assignment_strategy = "manual"
        entity.save()
        admin.refresh_from_db()
        rule(admin, "California", bob, states=["CA"], capacity=1)
        made = [
            practice.create(by=admin, fields={"practice_name": "x", "state": state}) for state in ("CA", "CA", "NY")
        ]

        found = distribution.distribute(entity=admin.entity, by=admin, reason="Monday")

        assert [(row.lead_id, row.assigned_user) for row in found.given] == [(made[0].pk, bob), (made[2].pk, ann)]
        assert [row.notes for row in found.given] == [
            "By rule 'California': it was Bob Lee's turn, with 0 of at most 3 open leads",
            "By round robin: it was Ann Lee's turn, with 0 of at most 3 open leads",
        ]
        assert {row.reassignment_reason for row in found.given} == {"Monday"}
        assert (found.left_count, [left.lead_id for left in found.left]) == (1, [made[1].pk])
        assert found.left[0].reason == "Rule 'California': everybody holds as many leads as allowed already"

    def test_leads_that_nobody_may_take_do_not_hold_up_the_others(self, admin, people, entity):
        entity.assignment_strategy = "manual"
        entity.save()
        admin.refresh_from_db()
        rule(admin, "California", UserFactory(agent=True, is_away=True), states=["CA"])
        for state in ["CA"] * 5 + ["NY"]:
            practice.create(by=admin, fields={"practice_name": "x", "state": state})
        found = distribution.distribute(entity=admin.entity, by=admin)
        assert (len(found.given), found.left_count) == (1, 5)

    def test_what_is_left_is_counted_also_beyond_what_is_told(self, admin, entity, monkeypatch):
        monkeypatch.setattr(distribution, "LEFT_SHOWN", 2)
        for _n in range(5):
            make_lead(entity=entity, pipeline="practice")
        found = distribution.distribute(entity=entity, by=admin)
        assert (found.given, len(found.left), found.left_count) == ([], 2, 5)

    def test_named_leads_that_are_owned_or_closed_are_left(self, admin, people, entity):
        owned = make_lead(owner=people[0], pipeline="practice")
        closed = make_lead(entity=entity, pipeline="practice", status_name="WON")
        found = distribution.distribute(
            entity=entity, by=admin, leads=Lead.objects.filter(pk__in=[owned.pk, closed.pk])
        )
        assert {left.lead_id: left.reason for left in found.left} == {
            owned.pk: "The lead has an owner",
            closed.pk: "The lead is closed",
        }

    def test_statements_do_not_grow_with_the_leads(self, admin, entity, assert_query_count):
        entity.max_leads_per_user = 100
        admin.entity.max_leads_per_user = 100
        rule(admin, "Everything", UserFactory(agent=True), capacity=90)
        for count in (3, 27):
            for _n in range(count):
                make_lead(entity=entity, pipeline="practice")
            with assert_query_count("distribution.distribute"):
                assert len(distribution.distribute(entity=admin.entity, by=admin).given) == count


class TestAdmin:
    """The staff's page of a rule."""

    def submit(self, client, entity, user, pk=None):
        page = f"{pk}/change" if pk else "add"
        client.force_login(UserFactory(admin=True, is_staff=True, is_superuser=True))
        body = {
            "entity": entity.pk,
            "name": "California",
            "states": "CA,TX",
            "specialties": "Cardiology",
            "capacity": "",
            "priority": 10,
            "is_active": "on",
            "rows_of_agents-TOTAL_FORMS": 1,
            "rows_of_agents-INITIAL_FORMS": 0,
            "rows_of_agents-0-user": user.pk,
        }
        return client.post(f"/admin/crm/distributionrule/{page}/", body)

    def test_staff_write_rules_of_any_entity(self, client, people, entity):
        answer = self.submit(client, entity, people[0])
        assert answer.status_code == 302, answer.context["errors"]
        made = DistributionRule.objects.get()
        assert (made.entity, made.states, list(made.agents.all())) == (entity, ["CA", "TX"], [people[0]])
        assert made.rows_of_agents.get().entity == entity

    def test_an_agent_of_another_entity_is_refused(self, client, entity):
        answer = self.submit(client, entity, UserFactory(agent=True, entity=EntityFactory(slug="elsewhere")))
        assert answer.status_code == 200
        assert "belongs to another entity" in answer.content.decode()
        assert not DistributionRule.objects.exists()
