"""A query whose SQL is made once, for what nearly every request asks.

    leads = Prepared(Lead.objects.filter(entity_id=Given("entity")).values_list("pk"))
    leads.rows(entity=4)

Django compiles a query anew each time it is asked, which takes longer than a short answer.
"""

from functools import cached_property

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import BooleanField, Expression, Func, Model, QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql.compiler import SQLCompiler


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
        self._compile(queryset.query.get_compiler(DEFAULT_DB_ALIAS))

    def _compile(self, compiler: SQLCompiler) -> None:
        try:
            self._sql, self._parameters = compiler.as_sql()
        except EmptyResultSet:  # as of `none()`
            self._sql, self._parameters = "", []

    def rows(self, **values) -> list[tuple]:
        """As the database has them: no field of Django converts them."""
        return self._fetched("", self._given(values))

    def page(self, start: int, length: int, **values) -> list[tuple]:
        """Some of the rows; the query is ordered, and not cut itself."""
        return self._fetched(" LIMIT %s OFFSET %s", [*self._given(values), length, start])

    def _given(self, values: dict) -> list:
        return [values[each.name] if isinstance(each, Given) else each for each in self._parameters]

    def _fetched(self, cut: str, parameters: list) -> list[tuple]:
        if not self._sql:
            return []
        with connection.cursor() as cursor:
            cursor.execute(self._sql + cut, parameters)
            return cursor.fetchall()


class PreparedObjects(Prepared):
    """Of a queryset of whole objects."""

    def _compile(self, compiler: SQLCompiler) -> None:
        super()._compile(compiler)
        self._compiler = compiler

    def objects(self, **values) -> list[Model]:
        """They and what the queryset selects related, as Django reads them."""
        rows = self._compiler.results_iter([self.rows(**values)])
        return [self._built(row) for row in rows]

    def _built(self, row: list) -> Model:
        model, names, columns, populators = self._parts
        made = model.from_db(DEFAULT_DB_ALIAS, names, row[columns])
        for populator in populators:
            populator.populate(row, made)
        return made

    @cached_property
    def _parts(self) -> tuple:
        select, klass = self._compiler.select, self._compiler.klass_info
        places = klass["select_fields"]
        names = [select[place][0].target.attname for place in places]
        populators = get_related_populators(klass, select, DEFAULT_DB_ALIAS)
        return klass["model"], names, slice(places[0], places[-1] + 1), populators
