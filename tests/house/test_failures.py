"""What stays up while something else is down (R7, R8, R18 of docs/failures.md), each with its control."""

import gc
import time
from pathlib import Path

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from hope_site.shared_cache import SharedCache
from tests import factories as make
from tests.donations.giver import Giver, Remembering
from tests.portal import coming_in
from tests.portal.partners import gift_of
from tests.portal.visiting import signed_in
from tests.services.ports import free_port
from tests.updates import reading

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_listens(settings):
    settings.SITE_URL = "http://127.0.0.1:9"


@pytest.fixture
def redis_is_down(settings):
    """Point the site at a Redis that is not there."""
    settings.CACHES = {
        "default": {"BACKEND": "hope_site.shared_cache.SharedCache", "LOCATION": f"redis://127.0.0.1:{free_port()}"}
    }
    yield
    SharedCache.away_until = 0.0


def statuses(client, *paths):
    return {path: client.get(path).status_code for path in paths}


# --- R7: Redis, the mail server, the bucket ------------------------------------------------------------
def test_r7_without_redis_everything_is_read_given_and_signed_in_to(redis_is_down, monkeypatch):
    story = make.published_story("Found", slug="found")
    make.collection([story])
    gift = gift_of("ada@example.org")
    ada, nobody = signed_in("ada@example.org"), Client(raise_request_exception=False)
    for client in (ada, nobody):
        client.raise_request_exception = False
    read = (
        "/",
        "/stories/",
        "/stories/found/",
        "/stories/?q=found",
        "/give/",
        "/portal/sign-in/",
        "/account/login/",
        "/updates/",
        "/healthz",
    )
    assert set(statuses(nobody, *read).values()) == {200}, statuses(nobody, *read)
    own = (
        "/portal/",
        "/portal/giving/",
        f"/portal/giving/{gift.reference}/",
        "/portal/contact/",
        "/portal/preferences/",
        "/portal/security/",
        "/portal/data/",
    )
    assert set(statuses(ada, *own).values()) == {200}, statuses(ada, *own)
    provider = Remembering()
    with monkeypatch.context() as patch:
        patch.setattr("donations.providers.named", lambda _name: provider)
        giver = Giver(nobody)
        giver.sends(giver.fills(), 303)
    assert len(provider.requests) == 1
    assert coming_in.come_in(Client(raise_request_exception=False), "ada@example.org").status_code == 302
    assert reading.sign_up("new@example.org", nobody).status_code == 303
    make.staff(email="asha@example.org", password="correct horse battery")
    typed = {"login": "asha@example.org", "password": "correct horse battery"}
    assert nobody.post("/account/login/", typed).status_code == 302
    assert nobody.post("/account/password/reset/", {"email": "asha@example.org"}).status_code == 302
    assert Client().get("/readyz").status_code == 503, "control: it is down"


def test_r7_without_redis_guessing_a_password_is_still_braked(redis_is_down):
    make.staff(email="asha@example.org", password="correct horse battery")
    guesser = Client(raise_request_exception=False)
    answers = [
        guesser.post("/account/login/", {"login": "asha@example.org", "password": f"guess {number}"}) for number in range(12)
    ]
    last = guesser.post("/account/login/", {"login": "asha@example.org", "password": "correct horse battery"})
    assert all(answer.status_code < 500 for answer in answers)
    assert last.status_code != 302, "a brake that goes with Redis would let everybody guess while it is down"


def test_r7_when_redis_comes_back_it_is_asked_again(settings, redis_server, monkeypatch):
    settings.CACHES = {"default": {"BACKEND": "hope_site.shared_cache.SharedCache", "LOCATION": redis_server.url}}
    monkeypatch.setattr(SharedCache, "away_until", time.monotonic() + 1000)
    cache.set("who", "memory")
    assert cache.get("who") == "memory"
    monkeypatch.setattr(SharedCache, "away_until", 0.0)
    assert cache.get("who") is None
    cache.set("who", "redis", 60)
    assert cache.add("count", 1, 60) and cache.incr("count", 1) == 2
    assert (cache.get("who"), cache.get_many(["who", "count"])) == ("redis", {"who": "redis", "count": 2})
    cache.clear()


# --- R18: nothing stays behind -------------------------------------------------------------------------
# Each request of the test client connects to signals again, which leaves these behind for good.
OF_THE_TEST_CLIENT = {"finalize", "_Info", "method", "ReferenceType"}


def walk(paths, rounds):
    """Read the pages so many times, and return how many objects and open files there were more afterwards."""

    def count():
        gc.collect()
        objects = sum(type(thing).__name__ not in OF_THE_TEST_CLIENT for thing in gc.get_objects())
        return objects, len(list(Path("/proc/self/fd").iterdir()))

    def once():
        for client, path in paths:
            assert client.get(path).status_code == 200, path
            cache.clear()

    for _ in range(3):  # templates, translations and caches of fixed size are filled
        once()
    objects, files = count()
    for _ in range(rounds):
        once()
    after = count()
    return after[0] - objects, after[1] - files


@pytest.mark.drill
def test_r18_pages_leave_nothing_behind_in_memory(drill_size, monkeypatch):
    story = make.published_story("Found", slug="found")
    make.collection([story])
    gift = gift_of("ada@example.org")
    nobody, ada = Client(), signed_in("ada@example.org")
    paths = [
        (nobody, path)
        for path in ("/", "/stories/", "/stories/found/", "/stories/?q=found", "/give/", "/updates/", "/sitemap.xml")
    ]
    paths += [(ada, path) for path in ("/portal/", f"/portal/giving/{gift.reference}/", "/portal/contact/")]
    rounds = drill_size(5, 1000)
    objects, files = walk(paths, rounds)
    assert objects <= 20 + rounds // 2, f"{objects} objects more after {rounds * len(paths)} requests"
    assert files <= 0
    kept = []
    monkeypatch.setattr(
        "hope_site.home.render", lambda request, *rest, **more: kept.append([object(), [request]]) or HttpResponse()
    )
    objects, _ = walk(paths[:1], rounds)
    assert objects > rounds, "control: a page that keeps its requests is noticed"
