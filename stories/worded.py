"""Questions to the database that are put into words once a process, for the pages that are asked for most."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

_Model = TypeVar("_Model", bound=Model)


def made(model: type[_Model], columns: tuple[str, ...], values: Sequence[Any]) -> _Model:
    """Return a row of a model from some of its columns (attribute names); the others are fetched when they are read."""
    given = dict(zip(columns, values, strict=True))
    names = [field.attname for field in model._meta.concrete_fields if field.attname in given]  # from_db wants their order
    return model.from_db(connection.alias, names, [given[name] for name in names])


class Worded:
    """A `values_list` whose SQL is kept: for a row by key the ORM's wording takes ten times as long as the answer.

    `build` returns the queryset with any value in its one filter; that value is replaced each time it is asked.
    """

    def __init__(self, build: Callable[[], QuerySet[Any, Any]]) -> None:
        self.build = build
        self._compilers: dict[str, Any] = {}

    def rows(self, value: int | str) -> list[tuple[Any, ...]]:
        """Return the rows for a value of the filter, columns converted as the ORM does. One query."""
        worded, sql = self._wording()
        compiler = worded.query.get_compiler(connection=connection)
        compiler.select, compiler.col_count = worded.select, worded.col_count
        with connection.cursor() as cursor:
            cursor.execute(sql, [value])
            return [tuple(row) for row in compiler.results_iter([cursor.fetchall()])]

    def _wording(self) -> tuple[Any, str]:
        """Return the SQL for the engine in use, and the compiler that worded it and knows the columns."""
        if connection.vendor not in self._compilers:
            compiler = self.build().query.get_compiler(connection=connection)
            sql, params = compiler.as_sql()
            if len(params) != 1:
                raise ValueError(f"one value is replaced each time, this has {len(params)}: {sql}")
            self._compilers[connection.vendor] = compiler, sql
        return self._compilers[connection.vendor]
