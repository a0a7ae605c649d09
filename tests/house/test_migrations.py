"""Migrations: linear, none missing, and each application's history one line."""

from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tests.house.commands import ROOT, run

OURS = [config.label for config in apps.get_app_configs() if Path(config.path).parent == ROOT]


def test_no_migration_is_missing():
    """In a process of its own: models that other tests make up must not count."""
    done = run("manage.py", "makemigrations", "--check", "--dry-run", DATABASE_URL="sqlite://:memory:", SECRET_KEY="x")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("label", OURS)
def test_history_is_one_line(label):
    graph = MigrationLoader(connection=None).graph
    mine = sorted(node for node in graph.nodes if node[0] == label)
    assert len(graph.leaf_nodes(label)) <= 1
    for node in mine:
        parents = [parent for parent in graph.node_map[node].parents if parent.key[0] == label]
        assert len(parents) <= 1, f"{node} merges two lines"
    numbers = [name.split("_")[0] for _, name in mine]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


def test_a_fresh_database_has_every_table(db):
    tables = set(connection.introspection.table_names())
    missing = {model._meta.db_table for model in apps.get_models() if model._meta.managed} - tables
    assert not missing
