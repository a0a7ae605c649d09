"""Protect the log of looks: the database itself refuses to change or delete a row."""

from django.db import migrations

from safeguarding import append_only


def protect(apps, schema_editor):
    for statement in append_only.statements(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)  # their % are text


def unprotect(apps, schema_editor):
    for statement in append_only.removals(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)  # their % are text


class Migration(migrations.Migration):
    dependencies = [("safeguarding", "0003_keeping_people_safe")]

    operations = [migrations.RunPython(protect, unprotect)]
