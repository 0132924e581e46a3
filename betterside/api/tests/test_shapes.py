"""Shapes write a list the same way from objects and from columns."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework import serializers

from betterside.accounts.models import User
from betterside.accounts.tests.factories import EntityFactory, UserFactory

from ..shapes import Shape


class Plain(Shape):
    id = serializers.IntegerField()
    phone = serializers.CharField(allow_null=True)
    entity_id = serializers.IntegerField()
    company = serializers.CharField(source="entity.name")
    last_activity = serializers.DateTimeField(allow_null=True)


class WithMethod(Plain):
    greeting = serializers.SerializerMethodField()

    @staticmethod
    def get_greeting(user: User) -> str:
        return f"Hello {user.first_name}"


class WithProperty(Plain):
    role_name = serializers.CharField()


@pytest.fixture
def people(db):
    entity = EntityFactory()
    UserFactory(entity=entity, phone="")
    UserFactory(entity=entity, phone="+91 98")
    return User.objects.filter(entity=entity).select_related("entity").order_by("pk")


@pytest.mark.parametrize("shape", [Plain, WithMethod, WithProperty])
def test_rows_are_what_objects_would_be_written_as(people, shape):
    assert shape.rows(people) == shape.many(people)
    assert [row["phone"] for row in shape.rows(people)] == [None, "+91 98"]


def test_an_empty_text_is_null_only_where_that_is_declared(people):
    class Both(Shape):
        phone = serializers.CharField()
        number = serializers.CharField(source="phone", allow_null=True)
        city = serializers.CharField(source="entity.nowhere.city")

    someone = people[0]
    someone.entity.nowhere = None
    assert Both.of(someone) == {"phone": "", "number": None, "city": None}


def test_a_shape_of_columns_reads_those_alone(people):
    with CaptureQueriesContext(connection) as queries:
        Plain.rows(people[:1])
    assert len(queries) == 1
    assert "password" not in queries[0]["sql"]


def test_what_is_annotated_is_no_column(people):
    class Annotated(Plain):
        shown = serializers.IntegerField()

    annotated = people.annotate(shown=people.model.objects.none().values("pk")[:1])
    assert Annotated.rows(annotated) == Annotated.many(annotated)
