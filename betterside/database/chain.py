"""A row with the rows that it points at, by SQL that is made once: for what every request asks.

Django compiles a query anew each time it is asked. For a join of three tables that takes longer than the answer.
"""

from functools import cached_property

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model


class Chain:
    """`Chain(Login, "user", "entity").get(pk)`: the login with its `user`, which has its `entity`. Foreign keys that
    are never null."""

    def __init__(self, model: type[Model], *relations: str):
        self.model, self.relations = model, relations

    def get(self, pk) -> Model | None:
        """None when there is no such row. ValidationError for what cannot be a key."""
        with connection.cursor() as cursor:
            cursor.execute(self._sql, [self.model._meta.pk.to_python(pk)])
            row = cursor.fetchone()
        return row and self._built(row)

    @cached_property
    def _models(self) -> list[type[Model]]:
        models = [self.model]
        for name in self.relations:
            models.append(models[-1]._meta.get_field(name).related_model)
        return models

    @cached_property
    def _sql(self) -> str:
        tables = [(f"t{place}", model._meta) for place, model in enumerate(self._models)]
        columns = [f'{name}."{field.column}"' for name, meta in tables for field in meta.concrete_fields]
        sql = f'SELECT {", ".join(columns)} FROM "{self.model._meta.db_table}" t0'  # noqa: S608 - names of our models
        for (left, meta), (right, target), name in zip(tables, tables[1:], self.relations, strict=False):
            sql += f' JOIN "{target.db_table}" {right} ON {right}."{target.pk.column}" = {left}."{meta.get_field(name).column}"'
        return f'{sql} WHERE t0."{self.model._meta.pk.column}" = %s'

    def _built(self, row: tuple) -> Model:
        objects, start = [], 0
        for model in self._models:
            names = [field.attname for field in model._meta.concrete_fields]
            objects.append(model.from_db(DEFAULT_DB_ALIAS, names, row[start : start + len(names)]))
            start += len(names)
        for left, right, name in zip(objects, objects[1:], self.relations, strict=False):
            setattr(left, name, right)
        return objects[0]
