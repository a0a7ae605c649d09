"""R15: whatever is asked, at every address and in every role, is answered without a fault of ours."""

import logging
from collections import Counter

import pytest
from django.apps import apps
from django.core.cache import cache
from django.test import Client

from donations import pledge_links, refunds
from donations.money import Money
from hope_site import posted_keys
from safeguarding import vault
from stories import previews
from tests import factories as make
from tests import giving
from tests.house.fuzzing import Fuzzer
from tests.portal.partners import partner
from tests.staff import signed_in
from tests.updates import reading
from updates import tokens
from updates.models import Digest, DigestStory, SignUp

pytestmark = pytest.mark.django_db


@pytest.fixture
def fuzzer(settings):
    settings.SITE_URL = "http://127.0.0.1:9"  # nothing listens there: what the pretend bank tells is fetched
    browser, pledge = partner("ada@example.org")
    finance = make.staff("Finance")
    refunds.ask(giving.received_gift(50000), Money(30000, "GBP"), "Asked by phone", finance)
    asha = make.contributor("Asha")
    vault.put(asha, vault.Private(name="Meenakshi Sundaram"))
    story = make.published_story("Found", slug="found", people=[asha], channels=["web", "feed", "email"])
    make.collection([story])
    unwritten = make.story("Unwritten", slug="unwritten", people=[asha])
    reader = reading.reader()
    reading.sign_up("new@example.org")
    digest = Digest.objects.create(subject="News", introduction="Dear friends.")
    DigestStory.objects.create(digest=digest, story=story, position=1)
    keys, references = set(), set()
    for model in apps.get_models():
        rows = list(model._base_manager.order_by("pk")[:3])
        keys |= {str(row.pk) for row in rows}
        references |= {row.reference for row in rows if hasattr(row, "reference")}
    signed = [pledge_links.address(pledge, purpose).rstrip("/").rsplit("/", 1)[1] for purpose in ("cancel", "card")]
    signed += [tokens.for_reader(purpose, reader.pk, digest.pk) for purpose in (tokens.PREFERENCES, tokens.UNSUBSCRIBE)]
    signed += [tokens.for_sign_up(SignUp.objects.get().reference), previews.invite(unwritten, asha).token]
    known = {
        "*": [*sorted(keys | references), "found", "unwritten", "sandbox", "cancel"],
        "reference": sorted(references),
        "slug": ["found", "unwritten", "gone"],
        "token": signed,
        "purpose": ["cancel", "card"],
        "provider": ["sandbox", "stripe", "mailgun"],
        "name": ["amount", "day", "pause", "skip", "cancel", "resume"],
        "year": ["2025", "2026"],
    }
    roles = {
        "stranger": Client(),
        "giver": browser,
        "editor": signed_in(make.staff("Editor")),
        "finance": signed_in(finance),
        "everything": signed_in(make.staff()),
    }
    for client in roles.values():
        client.raise_request_exception = False
    return Fuzzer(1, roles, known)


def answers(fuzzer, numbers):
    """Send the requests of the numbers; return how often each status came, and the requests that broke something."""
    statuses, broken = Counter(), []
    for number in numbers:
        request = fuzzer.draw(number)
        status = fuzzer.send(request).status_code
        cache.clear()  # no brake on how often somebody asks hides an answer
        statuses[status] += 1
        if status >= 500:
            broken.append(f"{number}: {status} {request}")
    return statuses, broken


@pytest.mark.drill
def test_r15_no_request_in_any_role_is_ever_our_fault(fuzzer, drill_size, caplog):
    caplog.set_level(logging.CRITICAL)
    statuses, broken = answers(fuzzer, range(drill_size(500, 200_000)))
    assert broken == []
    assert min(statuses[status] for status in (200, 302, 403, 404, 405)) > 3, statuses


NO_KEYS = ["x", "9" * 30, "-", "\x00", "²"]


@pytest.mark.parametrize("key", NO_KEYS)
def test_r15_what_can_be_no_key_is_an_error_beside_its_field_or_not_selected(fuzzer, key):
    staff = fuzzer.roles["everything"]
    page = staff.post("/admin/donations/gift/add/", {"supporter": key, "amount": "25"})
    assert page.status_code == 200 and "supporter" in page.context["form"].errors
    picture = staff.post("/admin/stories/picture/add/", {"contributors": [key]})
    assert picture.status_code == 200 and "contributors" in picture.context["adminform"].form.errors
    act = {"action": "unpublish_selected", "_selected_action": [key]}
    assert staff.post("/admin/stories/story/", act).status_code == 302


def test_r15_control_without_the_guards_they_break(fuzzer, monkeypatch):
    monkeypatch.setattr(posted_keys, "may_be", lambda key, value: True)
    staff = fuzzer.roles["everything"]
    assert staff.post("/admin/donations/gift/add/", {"supporter": "x"}).status_code == 500
    assert staff.post("/admin/stories/story/", {"action": "unpublish_selected", "_selected_action": ["x"]}).status_code == 500
