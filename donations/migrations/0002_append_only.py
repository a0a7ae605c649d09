"""Protect what may only be added: the database itself refuses."""

from django.db import migrations

from donations import append_only

def protect(apps, schema_editor):
    for statement in append_only.at_first(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)  # their % are text


def unprotect(apps, schema_editor):
    for statement in append_only.removals(schema_editor.connection.vendor):
        schema_editor.execute(statement, params=None)  # their % are text


class Migration(migrations.Migration):
    dependencies = [("donations", "0001_giving")]

    operations = [migrations.RunPython(protect, unprotect)]
