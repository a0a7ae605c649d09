"""The site as processes of its own: gunicorn with the real wsgi module, static files built, DEBUG off."""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from tests.services.ports import answers_http, free_port, wait_for

ROOT = Path(__file__).resolve().parents[2]


class Site:
    """One site: its files in `var`, its database there too unless `environ` names another."""

    def __init__(self, var: Path, environ: dict[str, str], static: Path | None = None) -> None:
        self.var = var
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = var / "gunicorn.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.facts: dict[str, Any] = {}  # what the fixture that filled it says of its content
        inherited = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
        self.environ = {
            **inherited,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "HOPE_TEST_VAR": str(var),
            "HOPE_TEST_STATIC": str(static or var / "static"),
            "SITE_URL": self.url,
            **environ,
        }
        var.mkdir(parents=True, exist_ok=True)

    def manage(self, *command: str) -> str:
        """Run a management command and return what it printed; raises RuntimeError with it on failure."""
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"manage.py {' '.join(command)} failed:\n{done.stdout}")
        return done.stdout

    def sql(self, statement: str) -> None:
        """Run one statement in the site's database: a hundred times quicker than a management command."""
        if url := self.environ.get("DATABASE_URL"):
            with psycopg.connect(url) as connection:
                connection.execute(statement.encode())
        else:
            with closing(sqlite3.connect(self.var / "hope.sqlite3", timeout=20)) as database, database:
                database.execute(statement)

    def start(self) -> None:
        """Start gunicorn and wait until it answers."""
        command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", f"127.0.0.1:{self.port}"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environ, stdout=log, stderr=log)
        try:
            wait_for(lambda: self._alive() and answers_http(self.port, "/healthz"), "the site")
        except (TimeoutError, RuntimeError) as error:
            self.stop()
            raise RuntimeError(f"{error}:\n{self.log.read_text()}") from None

    def _alive(self) -> bool:
        if self.process is None or self.process.poll() is not None:
            raise RuntimeError("the site ended while starting")
        return True

    def stop(self) -> None:
        """Stop gunicorn and wait for its end."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=20)
            self.process = None


def _on_postgres() -> bool:
    return "postgresql" in settings.DATABASES["default"]["ENGINE"]


def _database_url(name: str) -> str:
    base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    return f"{base}/{name}"


def _create_database(name: str, template: str = "template1") -> None:
    with psycopg.connect(_database_url("postgres"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"'.encode())
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let one process of a test run at a time into the block."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def run_directory(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Give the directory that all processes of this test run share."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def built_static(run_directory: Path) -> Path:
    """Give the static files as a deployment has them (hashed, compressed), built once a run."""
    target = run_directory / "static"
    with _locked(run_directory / "static.lock"):
        if not (target / "staticfiles.json").exists():
            Site(run_directory / "static-var", {}, target).manage("collectstatic", "--noinput", "--verbosity", "0")
    return target


Make = Callable[[Path, str], Site]


def _copies(run_directory: Path, static: Path, name: str, *filling: str) -> Make:
    """Return a function that makes a site in a directory, under a database name: filled once a run, then copied."""
    pattern, lock, done = (run_directory / f"{name}{end}" for end in ("", ".lock", ".done"))
    with _locked(lock):
        if not done.exists():
            if _on_postgres():
                _create_database(f"hope_{name}")
            site = Site(pattern, {"DATABASE_URL": _database_url(f"hope_{name}")} if _on_postgres() else {}, static)
            site.manage("migrate", "--verbosity", "0")
            site.manage(*filling)
            done.touch()

    def make(var: Path, database: str) -> Site:
        shutil.copytree(pattern, var)
        if not _on_postgres():
            return Site(var, {}, static)
        with _locked(lock):
            _create_database(database, f"hope_{name}")
        return Site(var, {"DATABASE_URL": _database_url(database)}, static)

    return make


@pytest.fixture(scope="session")
def _filled(run_directory: Path, built_static: Path) -> Make:
    """Give a function that makes a site with content, in a directory, under a database name."""
    fill = "from tests.services.content import fill; fill()"
    return _copies(run_directory, built_static, "filled", "shell", "--no-imports", "--command", fill)


@pytest.fixture(scope="session")
def live_site(_filled: Make, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Site]:
    """Give a running site with content, shared by this process's tests: read it, don't change it.

    `.url` is its address; its content is described in tests/services/content.py.
    """
    site = _filled(tmp_path_factory.mktemp("live") / "var", f"hope_live_{worker_id}")
    site.start()
    yield site
    site.stop()


@pytest.fixture(scope="session")
def demo_site(
    run_directory: Path, built_static: Path, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Site]:
    """Give a running site as `make run` fills it: the demo stories, loaded through the real intake."""
    make = _copies(run_directory, built_static, "demo", "load_demo")
    site = make(tmp_path_factory.mktemp("demo") / "var", f"hope_demo_{worker_id}")
    site.start()
    yield site
    site.stop()
