"""Finding rows by how a text begins, by an index on both engines: quick among millions, where icontains reads them all."""

from typing import Any

from django.contrib.postgres.indexes import OpClass
from django.db import connections, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q

_LAST = "\U0010ffff"  # stands after every other character


class PrefixIndex(models.Index):
    """An index of expressions that answers how a text begins.

    PostgreSQL needs the pattern operator class for that wherever its collation is not C; SQLite compares by bytes anyway.
    """

    def create_sql(
        self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor, using: str = "", **kwargs: Any
    ) -> Any:
        """Return the statement that makes the index."""
        if schema_editor.connection.vendor != "postgresql":
            return super().create_sql(model, schema_editor, using, **kwargs)
        patterned = models.Index(*(OpClass(each, "text_pattern_ops") for each in self.expressions), name=self.name)
        return patterned.create_sql(model, schema_editor, using, **kwargs)


def folded(text: str, using: str = "default") -> str:
    """Return a text in lower case as the engine's own LOWER makes it: SQLite's knows ASCII letters alone."""
    if connections[using].vendor == "postgresql":
        return text.lower()
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


def begins(field: str, text: str, using: str = "default") -> Q:
    """Return the condition that a field (or annotation) begins with a text, exactly as its letters are."""
    if connections[using].vendor == "postgresql":
        return Q(**{f"{field}__startswith": text})
    return Q(**{f"{field}__gte": text, f"{field}__lt": text + _LAST})
