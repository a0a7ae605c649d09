"""Let PostgreSQL know what it costs to look for words outside the index.

Its planner takes `words @@ …` for as cheap as comparing numbers, though each look unpacks a stored column; it would
rather read a whole table than the index. Behind a function of a stated cost the index is always the better way.
"""

from django.db import migrations

POSTGRESQL = [
    "CREATE FUNCTION stories_search_words(words tsvector) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE STRICT COST 1000"
    " AS 'BEGIN RETURN words; END'",
    "DROP INDEX stories_searchdocument_words",
    "CREATE INDEX stories_searchdocument_words ON stories_searchdocument USING gin (stories_search_words(words))"
    " WITH (fastupdate = off)",
]
POSTGRESQL_BACK = [
    "DROP INDEX stories_searchdocument_words",
    "DROP FUNCTION stories_search_words(tsvector)",
    "CREATE INDEX stories_searchdocument_words ON stories_searchdocument USING gin (words) WITH (fastupdate = off)",
]


def only_on_postgresql(statements):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            for statement in statements:
                schema_editor.execute(statement, params=None)

    return run


class Migration(migrations.Migration):
    dependencies = [("stories", "0006_search_candidates")]

    operations = [migrations.RunPython(only_on_postgresql(POSTGRESQL), only_on_postgresql(POSTGRESQL_BACK))]
