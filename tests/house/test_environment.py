"""The environment: one table, one reader, and a live configuration that will not start half-made."""

import ast

import pytest
import yaml

from hope_site.env import VARIABLES
from tests.house.commands import ROOT, run
from tests.tools.check import LIVE

READERS = (*(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name not in {"tests", "bench"}), "deploy")


# Handed on to processes, or said by Django's own files; neither configures the site.
NOT_OURS = {"PATH", "DJANGO_SETTINGS_MODULE"}


def _is_environ(node):
    return (
        isinstance(node, ast.Attribute) and node.attr == "environ" and isinstance(node.value, ast.Name) and node.value.id == "os"
    )


def _reads(tree):
    """Yield the names a module reads from the environment; "all of it" where it takes the whole."""
    named = set()
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(value=value, slice=ast.Constant(value=name)) if _is_environ(value):
                named.add(value)
                yield name
            case ast.Call(func=ast.Attribute(value=value), args=[ast.Constant(value=name), *_]) if _is_environ(value):
                named.add(value)
                yield name
            case ast.Call(func=ast.Attribute(value=ast.Name(id="os"), attr="getenv"), args=[ast.Constant(value=name), *_]):
                yield name
    if any(_is_environ(node) and node not in named for node in ast.walk(tree)):
        yield "all of it"


def test_only_the_table_reads_the_environment():
    found = {}
    for package in READERS:
        for path in (ROOT / package).rglob("*.py"):
            names = set(_reads(ast.parse(path.read_text()))) - NOT_OURS
            # The painters of the demo's pictures and clips are run by hand, never by the site.
            if names and path.name not in {"env.py", "paint.py", "render.py"}:
                found[str(path.relative_to(ROOT))] = names
    assert not found


def test_a_second_reader_would_be_found():
    code = "import os\nos.environ['A']; os.environ.get('B'); os.getenv('C'); dict(os.environ)"
    assert set(_reads(ast.parse(code))) == {"A", "B", "C", "all of it"}


def test_every_variable_read_is_in_the_table():
    names = set()
    for path in [*(ROOT / "hope_site").rglob("*.py"), *(ROOT / "deploy").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"read", "read_flag", "read_list"}
            ):
                names.update(argument.value for argument in node.args if isinstance(argument, ast.Constant))
    assert names <= set(VARIABLES)
    assert len(names) > 20


def test_the_readme_shows_the_table():
    printed = run("manage.py", "env", SECRET_KEY="x").stdout.strip()
    readme = (ROOT / "README.md").read_text()
    shown = readme.partition("<!-- env -->")[2].partition("<!-- /env -->")[0].strip()
    assert shown == printed, (
        "README.md: put what `manage.py env` prints between <!-- env --> and <!-- /env -->: manage.py env --write"
    )


def test_every_variable_of_the_example_is_in_the_table():
    lines = (ROOT / "deploy/site.env.example").read_text().splitlines()
    names = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}
    assert names <= set(VARIABLES)
    assert {"SECRET_KEY", "DATABASE_URL", "CACHE_URL", "EMAIL_URL"} <= names


START = {
    "manage.py": ("manage.py", "check"),
    "worker": ("manage.py", "db_worker"),
    "gunicorn": ("-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--check-config"),
}


@pytest.mark.parametrize("how", START)
def test_a_live_configuration_without_secrets_stops_with_one_line(how):
    done = run(*START[how], SITE_URL="https://hope.example.org", GIVING_PROVIDER="stripe")
    assert done.returncode != 0
    said = done.stderr.strip().splitlines()
    assert len(said) == 1, done.stderr
    assert all(name in said[0] for name in ("SECRET_KEY", "DATABASE_URL", "CACHE_URL", "EMAIL_URL"))


@pytest.mark.parametrize(
    "secret",
    ["SECRET_KEY", "VAULT_KEYS", "DATABASE_URL", "CACHE_URL", "EMAIL_URL", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"],
)
def test_each_missing_secret_is_named(secret):
    done = run("manage.py", "check", **{name: value for name, value in LIVE.items() if name != secret})
    assert done.returncode != 0
    assert secret in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_whole_live_configuration_starts():
    done = run("manage.py", "check", **LIVE)
    assert done.returncode == 0, done.stderr


def test_the_sandbox_is_refused_in_a_live_configuration():
    done = run("manage.py", "check", **{**LIVE, "GIVING_PROVIDER": "sandbox"})
    assert done.returncode != 0
    assert done.stderr.strip() == "GIVING_PROVIDER=sandbox cannot start in a live configuration (SITE_URL is https)"


def test_debug_is_refused_in_a_live_configuration():
    done = run("manage.py", "check", **{**LIVE, "DEBUG": "1"})
    assert done.returncode != 0
    assert "DEBUG" in done.stderr


def test_sandbox_pages_do_not_exist_where_stripe_takes_the_gifts():
    script = "import django; django.setup(); from django.urls import resolve; resolve('/sandbox/style/')"
    live = run("-c", script, DJANGO_SETTINGS_MODULE="hope_site.settings", **LIVE)
    assert "Resolver404" in live.stderr
    demo = run("-c", script, DJANGO_SETTINGS_MODULE="hope_site.settings", SECRET_KEY="x")
    assert demo.returncode == 0, demo.stderr


def test_the_compose_file_names_only_variables_of_the_table():
    compose = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())
    named = {name for service in compose["services"].values() for name in service.get("environment", {})}
    assert named <= set(VARIABLES)
