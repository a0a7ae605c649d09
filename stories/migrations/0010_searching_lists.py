"""Indexes of the admin's lists: stories by state, and what their searches look through."""

from django.db import migrations, models

# Anywhere in the words, in any case, as the admin asks; pg_trgm came with 0005.
POSTGRESQL = {
    "stories_story_title_alike": "stories_story USING gin (UPPER(title::text) gin_trgm_ops)",
    "stories_picture_title_alike": "stories_picture USING gin (UPPER(title::text) gin_trgm_ops)",
    "stories_picture_alt_alike": "stories_picture USING gin (UPPER(alt::text) gin_trgm_ops)",
}


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name, definition in POSTGRESQL.items():
            schema_editor.execute(f"CREATE INDEX {name} ON {definition}", params=None)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in POSTGRESQL:
            schema_editor.execute(f"DROP INDEX {name}", params=None)


class Migration(migrations.Migration):
    dependencies = [("stories", "0009_writing")]

    operations = [
        migrations.RemoveIndex(model_name="story", name="story_not_public"),
        migrations.AddIndex(
            model_name="picture",
            index=models.Index(fields=["title", "alt"], name="picture_words"),
        ),
        migrations.AddIndex(
            model_name="story",
            index=models.Index(fields=["status", "stage", "-id"], name="story_by_state"),
        ),
        migrations.AddIndex(
            model_name="story",
            index=models.Index(fields=["title"], name="story_by_title"),
        ),
        migrations.RunPython(create, drop),
    ]
