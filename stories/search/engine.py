"""Which engine this database has: both modules offer the same functions."""

from types import ModuleType

from django.db import connection

from stories.search import postgresql, sqlite

_ENGINES = {"postgresql": postgresql, "sqlite": sqlite}


def current() -> ModuleType:
    """Return the engine's module: `lock`, `put`, `remove`, `candidates` and `near` (see sqlite.py)."""
    return _ENGINES[connection.vendor]
