"""Nobody sees or changes what is another's: every address of the portal, every method, by strangers and other givers.

The addresses are read from portal.urls: a page that is added is under this proof without a word here, unless it is
known by something that OWNED does not name yet.
"""

import hashlib
import re

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.urls import URLPattern, reverse

from donations import pledge_links, promises
from donations.models import Receipt
from portal import urls
from portal.acts import ACTS
from tests import factories as make
from tests import giving
from tests.portal.partners import gift_of, partner
from tests.portal.visiting import signed_in
from tests.staff import signed_in as staff_browser

ADA, BEN = "ada@example.org", "ben@example.org"
METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
# Open to everybody: they lead to signing in, or carry their own proof.
OPEN = re.compile(r"portal-(sign-in|code|code-link|passkey-sign-in|signed-out|sign-out|link|forgotten)$")
# What visiting itself leaves behind: where somebody is signed in and was last seen.
VISITS = {"sessions_session", "supporters_signedinbrowser", "supporters_account"}
NOBODYS = {"reference": "AAAAAAAAAAAAAAAAAAAAAA", "number": "TEST-GB-1999-000001", "token": "A" * 40, "year": "1999"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(settings):
    """Ada's gifts, a running pledge and an ended one; return what her pages are known by, one dict for each kind."""
    settings.SITE_URL = "http://127.0.0.1:9"
    gift = gift_of(ADA, details={"first_name": "Adaeze"})
    running, ended = partner(ADA)[1], partner(ADA)[1]
    promises.cancel(ended)
    return {"gift": gift, "running": running, "ended": ended, "receipt": Receipt.objects.get(gift=gift)}


def known_by(pattern, ada):
    """Return every set of words by which Ada's things are known at an address."""
    names = set(pattern.pattern.converters)
    if not names:
        return [{}]
    if "reference" in names:
        things = [ada["gift"].reference, ada["running"].reference, ada["ended"].reference]
        found = [{"reference": thing} for thing in things]
    elif "number" in names:
        found = [{"number": 1 if _is_int(pattern, "number") else ada["receipt"].number}]
    else:
        found = [{name: NOBODYS.get(name, "1") for name in names}]
    if "name" in names:
        found = [one | {"name": act} for one in found for act in ACTS]
    return [one for one in found if set(one) == names]


def _is_int(pattern, name):
    return type(pattern.pattern.converters[name]).__name__ == "IntConverter"


def pages():
    return [pattern for pattern in urls.urlpatterns if isinstance(pattern, URLPattern) and not OPEN.match(pattern.name or "")]


def everything():
    """Return a digest of each table, visits left out."""
    digests = {}
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        if table in VISITS or not model._meta.managed:
            continue
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')
            digests[table] = hashlib.sha256(repr(sorted(map(repr, cursor.fetchall()))).encode()).hexdigest()
    return digests


def ask(client, method, path):
    cache.clear()  # no brake on how often somebody asks hides an answer
    fields = {"amount": "40", "day": "7", "until": "2027-01-01", "reason": "x", "seen": ""} if method == "post" else {}
    return getattr(client, method)(path, fields)


def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_changes_nothing(ada):
    before, client, answered = everything(), Client(), set()
    for pattern in pages():
        for words in known_by(pattern, ada):
            path = reverse(pattern.name, kwargs=words)
            for method in METHODS:
                response = ask(client, method, path)
                assert response["Cache-Control"] == "private, no-store"
                if response.status_code == 405:  # a method that the page never takes
                    continue
                assert response.status_code == 302, (pattern.name, method, response.status_code)
                assert response["Location"].startswith(reverse("portal-sign-in")), (pattern.name, method)
                answered.add(pattern.name)
    assert answered == {pattern.name for pattern in pages()}
    assert everything() == before


@pytest.mark.parametrize("who", ["another giver", "somebody who never gave", "staff"])
def test_what_is_anothers_is_as_if_it_was_not_there_and_nothing_changes(ada, who):
    giving.received_gift(details=giving.details(email=BEN))
    client = {
        "another giver": lambda: signed_in(BEN),
        "somebody who never gave": lambda: signed_in("new@example.org"),
        "staff": lambda: staff_browser(make.staff()),
    }[who]()
    client.get(reverse("portal"))  # the first visit is noted
    before = everything()
    checked = 0
    for pattern in pages():
        if not pattern.pattern.converters:
            continue
        for words in known_by(pattern, ada):
            path = reverse(pattern.name, kwargs=words)
            nowhere = reverse(pattern.name, kwargs={**words, **{n: NOBODYS[n] for n in words if n in NOBODYS and words[n] != 1}})
            for method in METHODS:
                response, nothing = ask(client, method, path), ask(client, method, nowhere)
                assert response.status_code == nothing.status_code, (path, method)
                assert response.status_code in {302, 404, 405} or who != "another giver", (path, method, response.status_code)
                for secret in (ADA, "Adaeze", ada["gift"].receipts.get().number):
                    assert secret not in response.content.decode().replace(path, ""), (path, method)
                checked += 1
    assert checked > 100
    assert everything() == before


def test_pages_of_ones_own_tell_nothing_of_others(ada):
    giving.received_gift(details=giving.details(email=BEN))
    client = signed_in(BEN)
    for pattern in pages():
        if pattern.pattern.converters:
            continue
        said = client.get(reverse(pattern.name)).content.decode(errors="replace")
        for secret in (ADA, "Adaeze", *(ada[name].reference for name in ("gift", "running", "ended"))):
            assert secret not in said, pattern.name


def test_the_portal_is_under_this_proof(ada):
    names = {pattern.name for pattern in pages()}
    assert {"portal", "portal-giving", "portal-giving-csv", "portal-gift", "portal-receipt", "portal-receipt-pdf",
            "portal-receipt-send", "portal-pledge", "portal-pledge-act", "portal-pledge-card", "portal-pledge-restart"} <= names  # fmt: skip
    assert all(known_by(pattern, ada) for pattern in pages()), "name what these pages are known by"
    # The same addresses do answer to Ada herself: the proof above would fail without the door.
    client = signed_in(ADA)
    for path in (f"/portal/giving/{ada['gift'].reference}/", f"/portal/pledges/{ada['running'].reference}/cancel/"):
        assert client.get(path).status_code == 200
    assert Client().get(pledge_links.address(ada["running"], "cancel").removeprefix("http://127.0.0.1:9")).status_code == 200
