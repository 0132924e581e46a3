from datetime import timedelta

import pytest
from django.utils import timezone

from betterside import clock
from betterside.accounts.tests.factories import UserFactory
from betterside.errors import Invalid, NotAllowed

from ..models import Activity, Lead
from ..services import activities, follow_ups, leads, stages
from .factories import make_lead, status

pytestmark = pytest.mark.django_db


@pytest.fixture
def cp():
    return UserFactory(cp=True)


@pytest.fixture
def lead(cp):
    return make_lead(owner=cp, pipeline="channel")


def in_days(days: float):
    return timezone.now().replace(microsecond=0) + timedelta(days=days)


def next_of(lead):
    return Lead.objects.with_next_follow_up().get(pk=lead.pk).follow_up_at


def test_a_lead_without_a_plan_has_none(lead):
    assert next_of(lead) is None


def test_planning_leaves_an_activity_and_shows_on_the_lead(lead, cp):
    at = in_days(2)
    planned = follow_ups.plan(lead=lead, at=at, by=cp, notes="Ask about the loan")
    assert (planned.activity_type, planned.status, planned.description) == (
        "follow_up",
        "pending",
        "Ask about the loan",
    )
    assert next_of(lead) == at


def test_planning_again_moves_it(lead, cp):
    first = follow_ups.plan(lead=lead, at=in_days(2), by=cp)
    at = in_days(5)
    assert follow_ups.plan(lead=lead, at=at, by=cp).pk == first.pk
    assert next_of(lead) == at
    assert Activity.objects.with_follow_up().count() == 1


def test_a_plan_replaces_all_that_others_made(lead, cp):
    for days in (1, 3):
        activities.log(lead=lead, by=cp, activity_type="call", description="x", next_follow_up_date=in_days(days))
    at = in_days(4)
    follow_ups.plan(lead=lead, at=at, by=cp)
    assert list(Activity.objects.with_follow_up().values_list("next_follow_up_date", flat=True)) == [at]
    assert Activity.objects.filter(status="cancelled").count() == 1


def test_finishing_leaves_none(lead, cp):
    follow_ups.plan(lead=lead, at=in_days(1), by=cp)
    assert follow_ups.finish(lead=lead, by=cp, notes="Talked") == 1
    assert follow_ups.finish(lead=lead, by=cp) == 0
    assert next_of(lead) is None
    assert Activity.objects.get(activity_type="follow_up").status == "completed"


def test_a_time_that_is_over_is_refused(lead, cp):
    with pytest.raises(Invalid):
        follow_ups.plan(lead=lead, at=in_days(-1), by=cp)
    assert not Activity.objects.with_follow_up().exists()


def test_somebody_elses_lead_is_not_planned(lead):
    with pytest.raises(NotAllowed):
        follow_ups.plan(lead=lead, at=in_days(1), by=UserFactory(cp=True))


def test_the_next_of_many_leads_costs_one_query(cp, django_assert_num_queries):
    for _ in range(3):
        follow_ups.plan(lead=make_lead(owner=cp, pipeline="channel"), at=in_days(1), by=cp)
    with django_assert_num_queries(1):
        assert all(lead.follow_up_at for lead in Lead.objects.with_next_follow_up())


def test_open_leads_that_are_due_come_most_urgent_first(cp):
    due, later, overdue, closed, deleted = (make_lead(owner=cp, pipeline="channel") for _ in range(5))
    with clock.at(in_days(-9)):
        for lead, days in [(due, 0.1), (later, 3), (overdue, -2), (closed, -1), (deleted, -1)]:
            follow_ups.plan(lead=lead, at=in_days(days), by=cp)
    stages.move(lead=closed, to=status("channel", "closed"), by=cp)
    leads.delete(lead=deleted, by=cp)
    assert list(Lead.objects.to_follow_up(in_days(1))) == [overdue, due]
