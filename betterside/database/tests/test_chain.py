"""A row with those that it points at, read by SQL of our own, is what the ORM would read."""

import uuid

import pytest
from django.core.exceptions import ValidationError

from betterside.accounts.models import Login
from betterside.accounts.services import logins
from betterside.accounts.tests.factories import UserFactory

from ..chain import Chain

pytestmark = pytest.mark.django_db
CHAIN = Chain(Login, "user", "entity")


def values(row) -> dict:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_every_column_is_as_the_orm_reads_it(django_assert_num_queries):
    pk = logins.start(user=UserFactory(phone="+91"), address="127.0.0.1", user_agent="Firefox").login.pk
    with django_assert_num_queries(1):
        found = CHAIN.get(str(pk))
        people = found.user, found.user.entity
    read = Login.objects.select_related("user__entity").get(pk=pk)
    assert values(found) == values(read)
    assert [values(row) for row in people] == [values(read.user), values(read.user.entity)]
    assert not found._state.adding


def test_none_when_there_is_no_such_row():
    assert CHAIN.get(uuid.uuid4()) is None


def test_it_refuses_what_cannot_be_a_key():
    with pytest.raises(ValidationError):
        CHAIN.get("no uuid")
