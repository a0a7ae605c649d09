"""Questions to the database that are put into words once a process, for the pages that are asked for most."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
        self._wordings: dict[str, _Wording] = {}

    def rows(self, value: int | str) -> list[tuple[Any, ...]]:
        """Return the rows for a value of the filter, columns converted as the ORM does. One query."""
        wording = self._wordings.get(connection.vendor) or self._word()
        with connection.cursor() as cursor:
            cursor.execute(wording.sql, [value])
            return [wording.converted(row) for row in cursor.fetchall()]

    def _word(self) -> "_Wording":
        """Put the question into words for the engine in use."""
        compiler = self.build().query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        if len(params) != 1:
            raise ValueError(f"one value is replaced each time, this has {len(params)}: {sql}")
        converters = compiler.get_converters([column for column, _sql, _alias in compiler.select])
        return self._wordings.setdefault(connection.vendor, _Wording(sql, list(converters.items())))


@dataclass(frozen=True)
class _Wording:
    """A question in the words of one engine, and how its columns become Python's."""

    sql: str
    converters: list[tuple[int, Any]]  # by position in the row, as SQLCompiler.get_converters() returns them

    def converted(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """Return a row with Python's values."""
        values = list(row)
        for position, (converters, expression) in self.converters:
            for convert in converters:
                values[position] = convert(values[position], expression, connection)
        return tuple(values)
