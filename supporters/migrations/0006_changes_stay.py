"""Protect what may only be added: the database itself refuses."""

from django.db import migrations

from supporters import append_only


def protect(apps, schema_editor):
    for statement in append_only.statements(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)  # their % are text


def unprotect(apps, schema_editor):
    for statement in append_only.removals(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("supporters", "0005_signing_in")]

    operations = [migrations.RunPython(protect, unprotect)]
