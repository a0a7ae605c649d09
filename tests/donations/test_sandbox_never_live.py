"""The sandbox refuses to exist where gifts are real."""

import pytest

from donations.providers import named, sandbox
from tests.house.commands import run
from tests.tools.check import LIVE

PAGES = ("/sandbox/checkout/co_x/", "/sandbox/card/card_x/", "/sandbox/confirm/bill_x/", "/sandbox/bank/", "/sandbox/mail/")
STRIPE = {"GIVING_PROVIDER": "stripe", "STRIPE_SECRET_KEY": "sk_test_nothing", "STRIPE_WEBHOOK_SECRET": "whsec_nothing"}
ASK = """
import django
django.setup()
from django.test import Client
for path in {pages!r}:
    print(path, Client().get(path).status_code, Client().post(path).status_code)
"""


def answers(**environ):
    """Return what a site of its own process answers at the sandbox's addresses, read and posted to."""
    done = run("manage.py", "migrate", "--verbosity", "0", **environ)
    assert done.returncode == 0, done.stderr
    done = run("-c", ASK.format(pages=PAGES), **environ)
    assert done.returncode == 0, done.stderr
    return {path: (get, post) for path, get, post in (line.split() for line in done.stdout.splitlines())}


def test_a_live_site_with_the_sandbox_does_not_start():
    for command in (("manage.py", "check"), ("manage.py", "db_worker"), ("manage.py", "migrate")):
        done = run(*command, **LIVE | {"GIVING_PROVIDER": "sandbox", "SITE_URL": "https://hope.example.org"})
        assert done.returncode != 0
        assert done.stderr.splitlines() == ["GIVING_PROVIDER=sandbox cannot start in a live configuration (SITE_URL is https)"]


def test_its_addresses_are_not_found_where_stripe_takes_the_gifts(tmp_path):
    # DEBUG, for nobody has collected the static files that the pages name.
    environ = STRIPE | {
        "DEBUG": "1",
        "HOPE_TEST_VAR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    stripe = answers(ALLOWED_HOSTS="testserver", **environ)
    assert stripe.keys() == set(PAGES)
    assert set(stripe.values()) == {("404", "404")}
    demo = answers(ALLOWED_HOSTS="testserver", **environ | {"GIVING_PROVIDER": "sandbox"})
    assert (demo["/sandbox/bank/"], demo["/sandbox/mail/"][0]) == (("302", "302"), "200")


def test_there_is_no_sandbox_provider_where_another_is_configured(settings):
    named.cache_clear()
    settings.SANDBOX = False
    with pytest.raises(LookupError):
        named("sandbox")
    with pytest.raises(LookupError):
        sandbox.make()


def test_even_a_sandbox_that_came_to_a_live_site_is_not_made(settings):
    settings.LIVE = True
    with pytest.raises(LookupError):
        sandbox.make()
