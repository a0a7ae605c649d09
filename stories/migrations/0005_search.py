"""Tables of search and lists, and the index each engine keeps beside them."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Coalesce

POSTGRESQL = [
    # A trusted extension: the owner of the database may create it. It stays when this migration is undone.
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "ALTER TABLE stories_searchdocument ADD COLUMN words tsvector",
    # Rows stay narrow (lexemes and text lie apart), so that choosing the newest of many reads few pages.
    "ALTER TABLE stories_searchdocument SET (toast_tuple_target = 128)",
    # No pending list: searches are many, publishing is rare.
    "CREATE INDEX stories_searchdocument_words ON stories_searchdocument USING gin (words) WITH (fastupdate = off)",
    "CREATE INDEX stories_searchword_alike ON stories_searchword USING gist (word gist_trgm_ops)",
    "CREATE INDEX stories_searchword_begins ON stories_searchword (language, word varchar_pattern_ops)",
]
POSTGRESQL_BACK = [
    "DROP INDEX stories_searchword_begins",
    "DROP INDEX stories_searchword_alike",
    "ALTER TABLE stories_searchdocument DROP COLUMN words",
]
SQLITE = [
    "CREATE VIRTUAL TABLE stories_search USING fts5"
    "(title, standfirst, often, text, facets, tokenize = 'ascii', detail = column, columnsize = 0)",
    "CREATE TRIGGER stories_search_forgets AFTER DELETE ON stories_searchdocument BEGIN"
    " DELETE FROM stories_search WHERE rowid = old.position; END",
    "CREATE VIRTUAL TABLE stories_search_spelling USING fts5(word, tokenize = 'trigram', detail = none)",
    # Two spaces before and one after let the first and last letters weigh as they do in pg_trgm.
    "CREATE TRIGGER stories_search_learns AFTER INSERT ON stories_searchword BEGIN"
    " INSERT INTO stories_search_spelling (rowid, word) VALUES (new.id, '  ' || new.word || ' '); END",
    "CREATE TRIGGER stories_search_unlearns AFTER DELETE ON stories_searchword BEGIN"
    " DELETE FROM stories_search_spelling WHERE rowid = old.id; END",
]
SQLITE_BACK = [
    "DROP TRIGGER stories_search_unlearns",
    "DROP TRIGGER stories_search_learns",
    "DROP TABLE stories_search_spelling",
    "DROP TRIGGER stories_search_forgets",
    "DROP TABLE stories_search",
]


def only_on(vendor, statements):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == vendor:
            for statement in statements:
                schema_editor.execute(statement, params=None)

    return run


class Migration(migrations.Migration):
    dependencies = [("stories", "0004_share_bytes")]

    operations = [
        migrations.CreateModel(
            name="SearchDocument",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                ("language", models.CharField(max_length=7)),
                ("theme_ids", models.CharField(blank=True, max_length=200)),
                ("live_until", models.DateTimeField(null=True)),
                ("counted", models.BooleanField(default=False)),
                ("title", models.CharField(max_length=160)),
                ("text", models.TextField()),
                ("place", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="stories.place")),
                ("story", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="search_document", to="stories.story")),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("live_until__isnull", False)), fields=["live_until"], name="search_document_ends"),
                    models.Index(condition=models.Q(("counted", False)), fields=["position"], name="search_document_uncounted"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=7)),
                ("word", models.CharField(max_length=40)),
                ("written", models.CharField(max_length=80)),
                ("stories", models.PositiveIntegerField(default=0)),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("language", "word"), name="search_word_once")]},
        ),
        migrations.CreateModel(
            name="Shelf",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=7)),
                ("total", models.PositiveIntegerField(default=0)),
                ("place", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="stories.place")),
                ("theme", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="stories.theme")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(models.F("language"), Coalesce("place", 0), Coalesce("theme", 0), name="shelf_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ShelvedStory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.BigIntegerField()),
                ("live_until", models.DateTimeField(null=True)),
                ("shelf", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="entries", to="stories.shelf")),
                ("story", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="shelved", to="stories.story")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("shelf", "position"), name="shelved_story_once")],
                "indexes": [models.Index(fields=["shelf", "-position", "live_until", "story"], name="shelved_story_newest")],
            },
        ),
        migrations.RunPython(only_on("postgresql", POSTGRESQL), only_on("postgresql", POSTGRESQL_BACK)),
        migrations.RunPython(only_on("sqlite", SQLITE), only_on("sqlite", SQLITE_BACK)),
    ]
