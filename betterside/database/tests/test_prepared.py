"""SQL that is made once, asked with other values each time."""

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from betterside.accounts.models import User
from betterside.accounts.tests.factories import UserFactory
from crm.models import Lead
from crm.tests.factories import make_lead

from ..prepared import Given, Prepared, PreparedObjects, is_any

pytestmark = pytest.mark.django_db


def test_each_asking_has_its_own_values():
    first, second = UserFactory(rep=True), UserFactory(manager=True)
    found = Prepared(User.objects.filter(pk=Given("user"), is_active=True).values_list("email"))

    assert found.rows(user=first.pk) == [(first.email,)]
    assert found.rows(user=second.pk) == [(second.email,)]
    assert found.rows(user=0) == []


def test_a_column_may_be_any_of_a_list():
    people = [UserFactory(rep=True) for _ in range(3)]
    found = Prepared(User.objects.filter(Q(is_any("id", Given("users")))).order_by("pk").values_list("pk"))

    assert found.rows(users=[user.pk for user in people[:2]]) == [(people[0].pk,), (people[1].pk,)]
    assert found.rows(users=[]) == []


def test_what_is_given_is_a_value_and_no_sql():
    UserFactory(rep=True, first_name="x' OR '1'='1")
    found = Prepared(User.objects.filter(first_name=Given("name")).values_list("first_name"))

    assert found.rows(name="y' OR '1'='1") == []
    assert found.rows(name="x' OR '1'='1") == [("x' OR '1'='1",)]


def test_it_is_seen_and_counted_as_every_query():
    found = Prepared(User.objects.filter(pk=Given("user")).values_list("pk"))
    with CaptureQueriesContext(connection) as queries:
        found.rows(user=1)

    assert len(queries) == 1


def test_a_page_is_cut_out_of_the_rows():
    people = [UserFactory(rep=True) for _ in range(4)]
    found = Prepared(User.objects.filter(is_active=Given("active")).order_by("pk").values_list("pk"))

    assert found.page(1, 2, active=True) == [(people[1].pk,), (people[2].pk,)]
    assert found.page(4, 2, active=True) == []


def test_what_can_have_no_rows_is_not_asked(django_assert_num_queries):
    found = PreparedObjects(User.objects.none().filter(pk=Given("user")).order_by("pk"))
    with django_assert_num_queries(0):
        assert (found.rows(user=1), found.page(0, 5, user=1), found.objects(user=1)) == ([], [], [])


def columns(row) -> dict:
    return {name: value for name, value in row.__dict__.items() if name != "_state"}


def test_objects_are_as_django_reads_them_with_what_is_related(django_assert_num_queries):
    lead = make_lead(owner=UserFactory(rep=True), raw_field_data={"course": ["Forex"]}, value="1500.50")
    leads = Lead.objects.select_related("status", "assigned_user__entity", "campaign")
    found = PreparedObjects(leads.filter(pk=Given("lead")))
    with django_assert_num_queries(1):
        (row,) = found.objects(lead=lead.pk)
        related = [row.status, row.assigned_user, row.assigned_user.entity]
    read = leads.get(pk=lead.pk)

    assert columns(row) == columns(read)
    assert [columns(each) for each in related] == [
        columns(each) for each in (read.status, read.assigned_user, read.assigned_user.entity)
    ]
    assert row.campaign is None
    assert not row._state.adding
