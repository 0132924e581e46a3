"""Assignments at once (trust section 3, F17 and F18), each with a control that shows the race."""

import contextlib
from unittest import mock

import pytest
from django.db.models import QuerySet

from betterside.accounts.tests.factories import EntityFactory, UserFactory
from tests.races import at_once, slowly

from ..models import Assignment, Lead
from ..services import access, assignments, dealing, distribution, distribution_rules, stages
from .factories import make_lead, status
from .invariants import broken

pytestmark = pytest.mark.django_db(transaction=True)
CAP = 4


@contextlib.contextmanager
def no_turns():
    """The control: nobody waits for another who gives the entity's leads, and rows are not locked."""
    unlocked = mock.patch.object(QuerySet, "select_for_update", lambda self, *args, **kwargs: self.all())
    with unlocked, mock.patch.object(assignments, "lock"):
        yield


def two_managers_deal(leads: int = 20, people: int = 3) -> list:
    entity = EntityFactory(max_leads_per_user=CAP)
    managers = [UserFactory(manager=True), UserFactory(manager=True)]
    for _n in range(people):
        UserFactory(rep=True)
    for _n in range(leads):
        make_lead(entity=entity)
    with slowly(dealing, "available"):
        return at_once([lambda by=by: distribution.assign_waiting(entity=entity, by=by) for by in managers])


def held() -> list[int]:
    owned = Lead.objects.exclude(assigned_user=None).values_list("assigned_user", flat=True)
    return [list(owned).count(owner) for owner in set(owned)]


@pytest.mark.parametrize("run", range(5))
def test_two_managers_at_once_give_each_lead_once_and_pass_no_cap(run):
    results = two_managers_deal()

    given = [row.lead_id for rows in results for row in rows]
    assert len(given) == len(set(given)) == Assignment.objects.current().count() == 3 * CAP
    assert max(held()) <= CAP
    assert broken() == []


def test_control_without_the_lock_the_managers_give_the_same_leads():
    def damaged():
        results = two_managers_deal()
        refused = [result for result in results if isinstance(result, Exception)]
        return bool(refused) or bool(broken()) or max(held()) > CAP

    with no_turns():
        assert any(damaged() for _round in range(5))


def two_leads_for_one_place():
    entity = EntityFactory(max_leads_per_user=1)
    manager, rep = UserFactory(manager=True), UserFactory(rep=True)
    made = [make_lead(entity=entity) for _n in range(2)]
    with slowly(assignments, "require_room"):
        at_once([lambda lead=lead: assignments.assign(lead=lead, to=rep, by=manager) for lead in made])
    return Lead.objects.filter(assigned_user=rep).count()


def test_the_last_place_is_given_once():
    assert two_leads_for_one_place() == 1
    assert broken() == []


def test_control_without_the_lock_the_last_place_is_given_twice():
    with no_turns():
        assert two_leads_for_one_place() == 2


def test_automatic_assignments_at_once_take_turns():
    entity = EntityFactory(assignment_strategy="round_robin", max_leads_per_user=5)
    for _n in range(2):
        UserFactory(rep=True)
    made = [make_lead(entity=entity) for _n in range(12)]

    decisions = at_once([lambda lead=lead: distribution.assign_automatically(lead) for lead in made], threads=6)

    assert sorted(held()) == [5, 5]
    assert [decision.assignment is None for decision in decisions].count(True) == 2
    assert broken() == []


def test_dealing_while_leads_are_moved_given_and_taken_ends_in_no_deadlock():
    entity = EntityFactory(assignment_strategy="workload", max_leads_per_user=10)
    manager = UserFactory(manager=True)
    rep, other = UserFactory(rep=True), UserFactory(rep=True)
    made = [make_lead(entity=entity) for _n in range(12)]
    owned = [make_lead(owner=rep) for _n in range(4)]
    qualified = status("sales", "qualified")

    with slowly(access, "for_update"):
        results = at_once(
            [
                *[lambda: distribution.assign_waiting(entity=entity, by=manager)] * 2,
                *[lambda lead=lead: assignments.assign(lead=lead, to=other, by=manager) for lead in made[:4]],
                *[lambda lead=lead: stages.move(lead=lead, to=qualified, by=manager) for lead in made[4:8]],
                *[lambda lead=lead: distribution.assign_automatically(lead) for lead in made[8:]],
                *[lambda lead=lead: assignments.reassign(lead=lead, to=other, by=rep) for lead in owned],
            ]
        )

    # Somebody else was quicker, or there was no room left: refusals a client understands.
    refusals = {type(result).__name__ for result in results if isinstance(result, Exception)}
    assert refusals <= {"Conflict", "Invalid"}
    assert max(held()) <= 10
    assert broken() == []


def two_managers_distribute_by_rule() -> list:
    """Twelve leads that one rule covers, with room for four of each of two agents, while both deal."""
    entity = EntityFactory(max_leads_per_user=20)
    managers = [UserFactory(manager=True), UserFactory(manager=True)]
    agents = [UserFactory(agent=True) for _n in range(2)]
    fields = {"name": "Everything", "capacity": CAP}
    distribution_rules.create(by=managers[0], fields=fields, agent_ids=[one.pk for one in agents])
    for _n in range(12):
        make_lead(entity=entity, pipeline="practice")
    with slowly(dealing, "available"):
        return at_once([lambda by=by: distribution.distribute(entity=entity, by=by) for by in managers])


@pytest.mark.parametrize("run", range(5))
def test_two_managers_distributing_by_rule_give_each_lead_once_and_pass_no_capacity(run):
    results = two_managers_distribute_by_rule()

    given = [row.lead_id for found in results for row in found.given]
    assert len(given) == len(set(given)) == Assignment.objects.current().count() == 2 * CAP
    assert held() == [CAP, CAP]
    assert sorted(found.left_count for found in results) == [4, 4]
    assert broken() == []


def test_control_without_the_lock_a_rules_capacity_is_passed():
    def damaged():
        results = two_managers_distribute_by_rule()
        refused = [result for result in results if isinstance(result, Exception)]
        return bool(refused) or bool(broken()) or max(held()) > CAP

    with no_turns():
        assert any(damaged() for _round in range(5))
