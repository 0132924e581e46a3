"""A query whose SQL is made once, for what nearly every request asks.

    leads = Prepared(Lead.objects.filter(entity_id=Given("entity")).values_list("pk"))
    leads.rows(entity=4)

Django compiles a query anew each time it is asked, which takes longer than a short answer.
"""

from django.db import connection
from django.db.models import BooleanField, Expression, Func, QuerySet


class Given(Expression):
    """A value that comes when the query is asked."""

    def __init__(self, name: str):
        super().__init__()
        self.name = name

    def as_sql(self, compiler, connection):
        return "%s", [self]


def is_any(column: str, values: Given) -> Func:
    """A condition: the column is one of a list that is given."""
    return Func(column, values, template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField())


class Prepared:
    def __init__(self, queryset: QuerySet):
        self._sql, self._parameters = queryset.query.sql_with_params()

    def rows(self, **values) -> list[tuple]:
        """As the database has them: no field of Django converts them."""
        parameters = [values[each.name] if isinstance(each, Given) else each for each in self._parameters]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, parameters)
            return cursor.fetchall()
