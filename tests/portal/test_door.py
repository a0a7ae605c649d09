"""The door of the portal: who comes in, as whom, in which language, and what it leaves behind."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.translation import gettext as _

from portal import door
from supporters import people
from supporters.models import Supporter
from tests.pages import html_valid, max_queries
from tests.portal.visiting import account_of


@door.signed_in
def giving(request):
    return HttpResponse(f"{request.giver.name}: {_('English')}")


@door.anybody
def security(request):
    return HttpResponse("keys")


def asking(account, address="/portal/giving/", method="get"):
    request = getattr(RequestFactory(), method)(address)
    request.user, request.session = account, SessionStore()
    request.session["seen_at"] = time.time()
    return request


@pytest.fixture
def ada(db: None) -> Supporter:
    """Give somebody who supports the charity."""
    return Supporter.objects.create(email="ada@example.org", first_name="Ada", last_name="Obi")


@pytest.mark.parametrize("method", ["get", "head", "post", "put", "delete"])
def test_who_is_signed_out_is_sent_to_sign_in_and_back_by_every_method(db: None, method: str):
    response = giving(asking(AnonymousUser(), method=method))
    where = urlsplit(response["Location"])
    assert (response.status_code, where.path) == (302, "/portal/sign-in/")
    assert parse_qs(where.query) == {"next": ["/portal/giving/"]}
    assert response["Cache-Control"] == "private, no-store"


def test_a_supporter_comes_in_by_a_proven_address_and_nothing_is_stored_or_told(ada: Supporter):
    account = account_of("ada@example.org")
    with max_queries(2):
        response = giving(asking(account))
    assert response.content.decode() == "Ada Obi: English"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Content-Language"] == "en"


def test_the_portal_speaks_the_language_of_its_supporter(ada: Supporter):
    account = account_of("ada@example.org")
    Supporter.objects.update(language="es")
    response = giving(asking(account))
    assert response.content.decode() == f"Ada Obi: {'Inglés'}"
    assert response["Content-Language"] == "es"


def test_a_language_that_the_site_does_not_speak_any_more_falls_back_to_its_first(ada: Supporter):
    Supporter.objects.update(language="tlh")
    assert people.of(account_of("ada@example.org")).language == "en"


def test_an_address_that_is_not_proven_shows_nothing_of_its_supporter(ada: Supporter):
    stranger = account_of("eve@example.org")
    EmailAddress.objects.create(user=stranger, email="ada@example.org", verified=False)
    person = people.of(stranger)
    assert not person.known
    shown = giving(asking(stranger)).content.decode()
    assert "Ada" not in shown
    assert "eve@example.org" in shown
    html_valid(shown)


def test_two_proven_addresses_are_one_person_with_both_supporters(ada: Supporter):
    other = Supporter.objects.create(email="a.obi@example.net")
    person = people.of(account_of("a.obi@example.net", "ada@example.org"))
    assert set(person.supporters) == {ada, other}
    assert person.name == "Ada Obi"
    assert list(Supporter.objects.filter(pk__in=person.supporters).order_by("pk")) == [ada, other]


def test_who_never_gave_reads_a_kind_page_but_may_look_after_their_signing_in(db: None):
    newcomer = account_of("new@example.org")
    page = giving(asking(newcomer))
    assert page.status_code == 200
    assert "nothing here yet" in page.content.decode()
    assert security(asking(newcomer)).content == b"keys"
