"""What every test stands on: a clean cache, a reader of public pages, real services on demand."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from pytest_django import DjangoDbBlocker
from storages.backends.s3 import S3Storage

from donations import append_only
from safeguarding import append_only as looks
from tests.pages import Reader
from tests.services.redis import RedisServer
from tests.services.s3 import S3Server, storage_from
from tests.services.smtp import MailServer, self_made_certificate, server_context

pytest_plugins = ["tests.no_skips", "tests.sockets", "tests.services.site", "tests.browser"]


# A thread that answered a browser may end later than the tests, and a database with a session in it cannot be dropped.
OTHERS_END = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture(autouse=True)
def _clean_cache() -> None:
    cache.clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let tests empty SQLite's tables: the ledger's triggers refuse that as they refuse everybody (append_only).

    PostgreSQL empties by TRUNCATE, which asks no row.
    """
    operations = type(connection.ops)
    if connection.vendor == "postgresql":
        yield
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(OTHERS_END)
        return
    empty = operations.execute_sql_flush

    def unprotected(self: Any, statements: list[str]) -> None:
        with connection.cursor() as cursor:
            for statement in [*append_only.removals("sqlite"), *looks.removals("sqlite")]:
                cursor.execute(statement)
        empty(self, statements)
        with connection.cursor() as cursor:
            for statement in [*append_only.statements("sqlite"), *looks.statements("sqlite")]:
                cursor.execute(statement)

    operations.execute_sql_flush = unprotected  # type: ignore[method-assign, assignment]
    yield


@pytest.fixture
def reader(db: None) -> Reader:
    """Give somebody who reads public pages: strict HTML, no cookie, a query ceiling (see tests/pages.py)."""
    return Reader()


@pytest.fixture(scope="session")
def drill_size() -> Callable[[int, int], int]:
    """Give a function that returns the first of two sizes, or the second under `make drill` (DRILL=full)."""
    full = os.environ.get("DRILL") == "full"
    return lambda small, large: large if full else small


# --- real services, one of each a run of the tests; a test that stops one starts it again ------------
@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """Give a running Redis; `.url` is its CACHE_URL."""
    server = RedisServer()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """Give a running S3 endpoint; `.new_bucket()` returns the environment of a fresh bucket."""
    server = S3Server()
    yield server
    server.stop()


@pytest.fixture
def s3_storage(s3_server: S3Server) -> S3Storage:
    """Give the storage that the settings make for a fresh bucket of the endpoint."""
    return storage_from(s3_server.new_bucket())


@pytest.fixture
def smtp_server() -> Iterator[MailServer]:
    """Give a running mail server; `.url` is its EMAIL_URL, `.messages` what arrived."""
    server = MailServer()
    yield server
    server.stop()


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a certificate for this machine that TLS clients of this process trust."""
    path = self_made_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return path


@pytest.fixture
def smtp_tls_server(certificate: Path) -> Iterator[MailServer]:
    """Give a mail server that accepts nothing before STARTTLS."""
    server = MailServer(server_context(certificate))
    yield server
    server.stop()
