"""Shapes write a list the same way from objects and from columns."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework import serializers

from betterside.accounts.models import User
from betterside.accounts.tests.factories import EntityFactory, UserFactory
from betterside.database.prepared import Given
from crm.models import Lead, PracticeProfile
from crm.tests.factories import make_lead

from ..shapes import ComputedField, Shape


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


class WithComputed(Plain):
    id = serializers.CharField()
    greeting = ComputedField("first_name", "entity.name")
    initial = ComputedField("first_name")

    @staticmethod
    def get_greeting(first_name: str, company: str) -> str:
        return f"Hello {first_name} of {company}"

    @staticmethod
    def get_initial(first_name: str) -> str:
        return first_name[:1]


class WithProperty(Plain):
    role_name = serializers.CharField()


@pytest.fixture
def people(db):
    entity = EntityFactory()
    UserFactory(entity=entity, phone="")
    UserFactory(entity=entity, phone="+91 98")
    return User.objects.filter(entity=entity).select_related("entity").order_by("pk")


@pytest.mark.parametrize("shape", [Plain, WithMethod, WithComputed, WithProperty])
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


@pytest.mark.parametrize("shape", [Plain, WithComputed])
def test_a_shape_of_columns_reads_those_alone(people, shape):
    with CaptureQueriesContext(connection) as queries:
        shape.rows(people[:1])
    assert len(queries) == 1
    assert "password" not in queries[0]["sql"]


def test_a_prepared_page_is_what_objects_would_be_written_as(people):
    page = WithComputed.prepared(people.filter(first_name=Given("name")))
    name = people[1].first_name
    assert page(0, 20, name=name) == WithComputed.many(people.filter(first_name=name))
    assert page(0, 20, name="Nobody") == []


def test_a_shape_that_needs_objects_cannot_be_prepared(people):
    with pytest.raises(TypeError):
        WithMethod.prepared(people)


@pytest.mark.django_db
def test_a_relation_to_one_row_that_is_missing_is_null():
    class OfAPractice(Shape):
        id = serializers.IntegerField()
        city = serializers.CharField(source="practice.city", allow_null=True)
        providers = serializers.IntegerField(source="practice.providers", allow_null=True)

    bare, known = make_lead(), make_lead()
    PracticeProfile.objects.create(lead=known, entity=known.entity, city="Boston", providers=3)
    assert OfAPractice.rows(Lead.objects.filter(pk__in=[bare.pk, known.pk]).order_by("pk")) == [
        {"id": bare.pk, "city": None, "providers": None},
        {"id": known.pk, "city": "Boston", "providers": 3},
    ]


def test_what_is_annotated_is_no_column(people):
    class Annotated(Plain):
        shown = serializers.IntegerField()

    annotated = people.annotate(shown=people.model.objects.none().values("pk")[:1])
    assert Annotated.rows(annotated) == Annotated.many(annotated)
