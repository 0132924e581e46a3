"""Automatic and bulk assignment (sales.md, "Assignment Rules & Logic"; DESIGN section 4)."""

import pytest

from betterside.accounts.tests.factories import EntityFactory, UserFactory
from betterside.errors import Invalid, NotAllowed

from ..models import Activity, Assignment, Lead
from ..services import assignments, distribution, leads
from .factories import make_lead, status
from .invariants import broken

pytestmark = pytest.mark.django_db


@pytest.fixture
def entity(db):
    return EntityFactory(assignment_strategy="round_robin", max_leads_per_user=3)


def capture(entity, **fields):
    """A new lead with whatever owner automatic assignment found."""
    lead = make_lead(entity=entity, **fields)
    return distribution.assign_automatically(lead)


def owners(decisions) -> list:
    return [decision.assignment and decision.assignment.assigned_user for decision in decisions]


def test_round_robin_takes_turns(entity):
    people = [UserFactory(rep=True), UserFactory(agent=True), UserFactory(rep=True)]
    assert owners(capture(entity) for _n in range(6)) == people * 2
    assert broken() == []


def test_the_turn_outlives_a_manual_assignment_and_a_newcomer_comes_first(entity):
    ann, bob = UserFactory(rep=True), UserFactory(rep=True)
    assert owners([capture(entity)]) == [ann]
    assignments.assign(lead=make_lead(entity=entity), to=bob, by=None)
    assert owners([capture(entity)]) == [ann]
    cem = UserFactory(rep=True)
    assert owners([capture(entity), capture(entity)]) == [cem, bob]


def test_workload_finds_the_fewest_open_leads(entity):
    entity.assignment_strategy = "workload"
    entity.save()
    ann, bob = UserFactory(rep=True), UserFactory(rep=True)
    for status_name in ("new", "won", "lost"):
        make_lead(owner=ann, status_name=status_name)
    make_lead(owner=bob)
    make_lead(owner=bob)
    assert owners([capture(entity)]) == [ann]


def test_the_inactive_the_away_the_unapproved_and_other_roles_are_skipped(entity):
    for fields in (
        {"rep": True, "is_active": False},
        {"rep": True, "is_away": True},
        {"rep": True, "is_approved": False},
        {"manager": True},
        {"admin": True},
        {"support": True},
        {"cp": True},
        {"developer": True},
        {"buyer": True},
    ):
        UserFactory(**fields)
    UserFactory(rep=True, entity=EntityFactory(slug="elsewhere"))
    free = UserFactory(rep=True)
    assert owners([capture(entity), capture(entity)]) == [free, free]


def test_channel_leads_go_to_cps(entity):
    UserFactory(rep=True)
    cp = UserFactory(cp=True)
    assert owners([capture(entity, pipeline="channel")]) == [cp]


def test_the_cap_counts_open_leads_only(entity):
    rep = UserFactory(rep=True)
    make_lead(owner=rep, status_name="won")
    assert owners(capture(entity) for _n in range(4)) == [rep, rep, rep, None]


def test_nobody_free_is_an_answer_and_stands_on_the_timeline(entity):
    decision = capture(entity)
    assert (decision.assignment, decision.reason) == (None, "Nobody is available")
    note = Activity.objects.get(title="Not assigned automatically")
    assert note.description == "Not assigned automatically: nobody is available"

    entity.max_leads_per_user = 0
    entity.save()
    UserFactory(rep=True)
    assert capture(entity).reason == "Everybody available holds 0 open leads already"


def test_the_reason_is_stored_with_the_assignment(entity):
    rep = UserFactory(rep=True, first_name="Riya", last_name="Kapoor")
    make_lead(owner=rep)
    decision = capture(entity)
    row = Assignment.objects.current().get(lead=decision.assignment.lead)
    assert row.reassignment_reason == decision.reason
    assert decision.reason == "By round robin: it was Riya Kapoor's turn, with 1 of at most 3 open leads"
    assert row.assigned_by is None

    entity.assignment_strategy = "workload"
    entity.save()
    assert capture(entity).reason == "By workload: Riya Kapoor had the fewest, 2 of at most 3 open leads"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"owned": True}, "The lead has an owner"),
        ({"status_name": "lost"}, "The lead is closed"),
        ({"manual": True}, "Leads are assigned by hand here"),
    ],
)
def test_what_is_left_alone(entity, fields, reason):
    rep = UserFactory(rep=True)
    if fields.pop("manual", False):
        entity.assignment_strategy = "manual"
        entity.save()
    owner = rep if fields.pop("owned", False) else None
    lead = make_lead(entity=entity, owner=owner, **fields)
    assert distribution.assign_automatically(lead) == distribution.Decision(None, reason)


def test_a_routes_strategy_goes_before_the_entitys(entity):
    entity.assignment_strategy = "manual"
    entity.save()
    UserFactory(rep=True)
    lead = make_lead(entity=entity)
    assert distribution.assign_automatically(lead, strategy="workload").reason.startswith("By workload")


class TestWaiting:
    """Bulk assignment."""

    @pytest.fixture
    def manager(self, entity):
        return UserFactory(manager=True)

    def deal(self, manager, **kwargs):
        return distribution.assign_waiting(entity=manager.entity, by=manager, **kwargs)

    def test_it_spreads_the_oldest_leads_evenly_up_to_the_cap(self, entity, manager):
        people = [UserFactory(rep=True), UserFactory(rep=True)]
        made = [make_lead(entity=entity) for _n in range(8)]

        rows = self.deal(manager, reason="Weekly bulk assignment")

        assert [(row.lead_id, row.assigned_user) for row in rows] == [
            (lead.pk, people[index % 2]) for index, lead in enumerate(made[:6])
        ]
        assert {row.reassignment_reason for row in rows} == {"Weekly bulk assignment"}
        assert rows[0].notes.startswith("By round robin: it was")
        assert Lead.objects.waiting().count() == 2
        assert broken() == []

    def test_each_lead_has_its_history(self, entity, manager):
        rep = UserFactory(rep=True)
        lead = make_lead(entity=entity)
        self.deal(manager)
        lead.refresh_from_db()
        assert (lead.assigned_user, lead.first_assigned_at) == (rep, lead.assigned_at)
        activity = Activity.objects.get(lead=lead, activity_type="assignment")
        assert (activity.user, activity.is_automatic) == (manager, True)

    def test_the_request_may_lower_the_cap_but_not_raise_it(self, entity, manager):
        UserFactory(rep=True)
        for _n in range(5):
            make_lead(entity=entity)
        assert len(self.deal(manager, max_per_user=2)) == 2
        assert len(self.deal(manager, max_per_user=10**9)) == 1

    def test_those_who_hold_more_get_no_more(self, entity, manager):
        full, free = UserFactory(rep=True), UserFactory(rep=True)
        for _n in range(3):
            make_lead(owner=full)
        make_lead(entity=entity)
        make_lead(entity=entity)
        assert [row.assigned_user for row in self.deal(manager)] == [free, free]

    def test_the_turn_goes_on_after_it(self, entity, manager):
        ann, bob = UserFactory(rep=True), UserFactory(rep=True)
        for _n in range(3):
            make_lead(entity=entity)
        assert [row.assigned_user for row in self.deal(manager)] == [ann, bob, ann]
        assert owners([capture(entity)]) == [bob]

    def test_closed_and_owned_leads_are_left_and_channel_leads_go_to_cps(self, entity, manager):
        rep, cp = UserFactory(rep=True), UserFactory(cp=True)
        make_lead(entity=entity, status_name="lost")
        make_lead(owner=rep)
        for_rep = make_lead(entity=entity, pipeline="growth")
        for_cp = make_lead(entity=entity, pipeline="channel")
        make_lead(entity=EntityFactory(slug="elsewhere"))
        given = {row.lead_id: row.assigned_user for row in self.deal(manager)}
        assert given == {for_rep.pk: rep, for_cp.pk: cp}

    def test_sellers_may_not(self, entity):
        rep = UserFactory(rep=True)
        make_lead(entity=entity)
        with pytest.raises(NotAllowed):
            distribution.assign_waiting(entity=entity, by=rep)

    def test_statements_do_not_grow_with_the_leads(self, entity, manager, assert_query_count):
        UserFactory(rep=True)
        manager.entity.max_leads_per_user = 100
        for count in (3, 27):
            for _n in range(count):
                make_lead(entity=entity)
            with assert_query_count("assignments.assign_waiting"):
                assert len(self.deal(manager)) == count


def test_a_full_person_is_given_no_lead_by_hand_either(entity):
    manager, full, other = UserFactory(manager=True), UserFactory(rep=True), UserFactory(rep=True)
    for _n in range(3):
        make_lead(owner=full)
    waiting, owned = make_lead(entity=entity), make_lead(owner=other)
    for give, lead, by in (
        (assignments.assign, waiting, manager),
        (assignments.assign, waiting, full),
        (assignments.reassign, owned, manager),
    ):
        with pytest.raises(Invalid) as refused:
            give(lead=lead, to=full, by=by)
        assert refused.value.fields == {"assigned_user_id": "This user holds as many open leads as allowed (3)."}
    closed = make_lead(entity=entity, status_name="won")
    assert assignments.assign(lead=closed, to=full, by=manager).assigned_user == full


def test_a_reason_is_kept_when_the_owner_is_taken_away(entity):
    rep = UserFactory(rep=True)
    lead = make_lead(owner=rep)
    ended = assignments.unassign(lead=lead, by=rep, reason="On holiday")
    assert Assignment.objects.get(pk=ended.pk).end_reason == "On holiday"
    assert broken() == []


def test_a_cp_cannot_drop_a_lead(entity):
    cp = UserFactory(cp=True)
    with pytest.raises(NotAllowed):
        assignments.unassign(lead=make_lead(owner=cp, pipeline="channel"), by=cp)


def test_names_of_a_lead_stay_together():
    lead = make_lead(entity=EntityFactory(), full_name="John Smith")
    lead = leads.update(lead=lead, by=None, fields={"last_name": "Ray"}, status=status("sales", "qualified"))
    assert lead.full_name == "John Ray"
