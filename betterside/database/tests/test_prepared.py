"""SQL that is made once, asked with other values each time."""

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from betterside.accounts.models import User
from betterside.accounts.tests.factories import UserFactory

from ..prepared import Given, Prepared, is_any

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
