"""The page cache in front of the real site: what it keeps, what it never keeps, what empties it."""

import datetime
import gzip
import io
import subprocess
import sys
import threading

import brotli
import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from hope_site.page_cache import PageCache, Shelf, best_encoding
from public_pages import models
from public_pages.models import Edition
from public_pages.stamp import Stamp
from stories import publishing
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


class Answer:
    """A WSGI answer."""

    def __init__(self, status, headers, body):
        self.status = int(status.split()[0])
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body

    @property
    def text(self):
        return self.body.decode()


@pytest.fixture
def site(tmp_path, monkeypatch):
    """The site behind a fresh page cache; calling it makes a request."""
    stamp = Stamp(tmp_path / "stamp")
    monkeypatch.setattr(models, "EDITION_STAMP", stamp)
    monkeypatch.setattr("hope_site.page_cache.EDITION_STAMP", stamp)
    cache = PageCache(get_wsgi_application())

    def get(address, method="GET", host="127.0.0.1", **headers):
        path, _, query = address.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": host,
            "SERVER_PORT": "8000",
            "HTTP_HOST": host,
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }
        started = []
        body = cache(environ, lambda status, headers, exc_info=None: started.append((status, headers)) or (lambda data: None))
        try:
            content = b"".join(body)
        finally:
            if hasattr(body, "close"):
                body.close()
        return Answer(*started[-1], content)

    get.cache = cache
    return get


def hits(site, *requests, **headers):
    before = site.cache.hits
    answers = [site(request, **headers) for request in requests]
    return site.cache.hits - before, answers


def test_a_public_page_is_answered_from_memory_the_second_time(site):
    story = factories.published_story(title="A morning in the hills")
    count, (first, second) = hits(site, story.get_absolute_url(), story.get_absolute_url())
    assert count == 1
    assert first.status == second.status == 200
    assert first.body == second.body
    assert "A morning in the hills" in second.text


def test_a_kept_page_needs_no_query(site, django_assert_num_queries):
    story = factories.published_story()
    site(story.get_absolute_url())
    with django_assert_num_queries(0):
        assert site(story.get_absolute_url()).status == 200


def test_public_pages_say_how_long_shared_caches_may_keep_them_and_set_no_cookie(site):
    answer = site(factories.published_story().get_absolute_url())
    assert answer.headers["cache-control"] == "public, max-age=0, s-maxage=30, stale-while-revalidate=30"
    assert "accept-encoding" in answer.headers["vary"].lower()
    assert "cookie" not in answer.headers["vary"].lower()
    assert answer.headers["etag"].startswith('W/"')
    assert "set-cookie" not in answer.headers
    assert not [name for name in answer.headers if name.startswith("x-public-page")]


def test_everything_else_is_private_and_unstored(site):
    for path in ("/admin/login/", "/account/login/", "/nothing-here/", "/healthz"):
        assert site(path).headers["cache-control"] in {
            "private, no-store",
            "max-age=0, no-cache, no-store, must-revalidate, private",
        }, path


@pytest.mark.parametrize("encoding, decode", [("br", brotli.decompress), ("gzip", gzip.decompress), ("identity", bytes)])
def test_each_reader_gets_the_encoding_they_can_read(site, encoding, decode):
    address = factories.published_story(title="Readable everywhere").get_absolute_url()
    for _ in range(2):
        answer = site(address, accept_encoding=encoding)
        assert b"Readable everywhere" in decode(answer.body)
        assert answer.headers.get("content-encoding", "identity") == encoding
        assert int(answer.headers["content-length"]) == len(answer.body)


def test_a_reader_who_has_the_page_gets_304_without_body(site):
    address = factories.published_story().get_absolute_url()
    etag = site(address).headers["etag"]
    for tags in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
        answer = site(address, if_none_match=tags)
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["etag"] == etag
        assert "content-length" not in answer.headers
    assert site(address, if_none_match='"other"').status == 200


def test_head_has_the_headers_of_get_and_no_body(site):
    address = factories.published_story().get_absolute_url()
    whole = site(address)
    head = site(address, method="HEAD")
    assert head.body == b""
    assert head.headers == whole.headers


def test_unknown_query_parameters_neither_split_nor_poison_the_cache(site):
    address = factories.published_story().get_absolute_url()
    count, answers = hits(
        site,
        f"{address}?utm_source=canary-7",
        address,
        f"{address}?x=%22%3E%3Cscript%3E&y=2",
        f"{address}?" + "&".join(["a=1"] * 500),
    )
    assert count == 3
    assert len({answer.body for answer in answers}) == 1
    assert "canary-7" not in answers[0].text


def test_known_query_parameters_are_told_apart_in_any_order(site):
    factories.published_story(title="The lantern")
    count, (first, same, other) = hits(
        site, "/stories/?q=lantern&page=1", "/stories/?page=1&utm=1&q=lantern", "/stories/?q=nothing-like-it"
    )
    assert count == 1
    assert first.body == same.body != other.body


def test_searches_that_readers_make_up_cannot_push_out_pages(site):
    address = factories.published_story().get_absolute_url()
    site(address)
    site.cache.shelves[True].max_bytes = 60_000
    for number in range(20):
        site(f"/stories/?q=made-up-{number}")
    assert site.cache.shelves[True].bytes <= 60_000
    assert hits(site, address)[0] == 1


def test_memory_stays_bounded():
    class Small:
        size = 10

    shelf = Shelf(max_bytes=100)
    for number in range(1000):
        shelf.put((str(number), ""), Small())
    assert shelf.bytes == 100
    assert len(shelf.pages) == 10
    assert ("999", "") in shelf.pages


def test_a_publish_empties_the_cache_at_once(site):
    story = factories.published_story(title="Before")
    assert "Before" in site(story.get_absolute_url()).text
    story.title = "After"
    story.save()
    assert "Before" in site(story.get_absolute_url()).text  # saving changes the working copy only
    publishing.publish(story)
    assert "After" in site(story.get_absolute_url()).text


def test_a_withdrawn_story_is_gone_from_every_kept_page(site):
    story = factories.published_story(title="Taken down today")
    for path in ("/", "/stories/", story.get_absolute_url(), "/stories/feed/", "/sitemap.xml"):
        site(path)
    publishing.withdraw(story)
    assert site(story.get_absolute_url()).status == 410
    for path in ("/", "/stories/", "/stories/feed/", "/sitemap.xml"):
        assert "Taken down today" not in site(path).text


def test_a_publish_that_is_rolled_back_empties_nothing(site):
    story = factories.published_story()
    site(story.get_absolute_url())
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publishing.publish(story)
        raise ZeroDivisionError
    assert hits(site, story.get_absolute_url())[0] == 1


def test_another_process_publishing_empties_this_one(site, tmp_path):
    """The other process is played by another cache: both share only the database row and the stamp."""
    story = factories.published_story(title="Two processes")
    other = PageCache(get_wsgi_application())
    other.watch.current()
    site(story.get_absolute_url())

    def withdraw():
        publishing.withdraw(story)
        connection.close()  # the thread's own: nobody else would

    thread = threading.Thread(target=withdraw)
    thread.start()
    thread.join()
    assert site(story.get_absolute_url()).status == 410
    assert other.watch.current() == site.cache.watch.number


def test_a_stamp_changed_by_another_process_is_seen_without_opening_anything(tmp_path):
    ours = Stamp(tmp_path / "stamp")
    before = ours.read()
    change = f"from pathlib import Path; from public_pages.stamp import Stamp; Stamp(Path({str(tmp_path / 'stamp')!r})).change()"
    subprocess.run([sys.executable, "-c", change], check=True, cwd=settings.BASE_DIR)
    assert ours.read() != before


def test_a_machine_that_no_stamp_reaches_learns_of_a_publish_within_a_second(site, monkeypatch):
    story = factories.published_story()
    site(story.get_absolute_url())
    monkeypatch.setattr(models.EDITION_STAMP, "change", lambda: None)
    publishing.withdraw(story)
    assert site(story.get_absolute_url()).status == 200  # the control: nothing has told it yet
    site.cache.watch._asked -= 1.1
    site(story.get_absolute_url())
    assert site(story.get_absolute_url()).status == 410


def test_kept_pages_are_served_while_the_database_is_away(site, monkeypatch):
    story = factories.published_story()
    site(story.get_absolute_url())

    def away():
        raise DatabaseError

    monkeypatch.setattr(Edition, "current", away)
    site.cache.watch._asked -= 2
    count, (answer,) = hits(site, story.get_absolute_url())
    assert (count, answer.status) == (1, 200)


def test_a_page_that_the_clock_will_change_is_not_kept_in_its_last_minute(site):
    story = factories.published_story(expire_at=timezone.now() + datetime.timedelta(seconds=50))
    count, (first, second) = hits(site, story.get_absolute_url(), story.get_absolute_url())
    assert count == 0
    shared = int(second.headers["cache-control"].split("s-maxage=")[1].split(",")[0])
    stale = int(second.headers["cache-control"].split("revalidate=")[1])
    assert 0 < shared + stale <= 50


def test_pages_with_an_error_and_missing_ones_are_never_kept(site):
    count, answers = hits(site, "/stories/not-there/", "/stories/not-there/")
    assert (count, [answer.status for answer in answers]) == (0, [404, 404])


def test_an_unknown_host_is_refused_even_when_the_page_is_kept(site):
    address = factories.published_story().get_absolute_url()
    site(address)
    assert site(address, host="evil.example").status == 400


def test_forwarded_headers_never_reach_a_kept_page(site):
    address = factories.published_story().get_absolute_url()
    answer = site(address, x_forwarded_host="evil.example", x_forwarded_proto="ftp", x_original_url="/admin/")
    assert "evil.example" not in answer.text
    assert "evil.example" not in site(address).text


@pytest.mark.parametrize(
    "accept, expected",
    [("br, gzip", "br"), ("gzip;q=1, br;q=0", "gzip"), ("", ""), ("identity", ""), ("br;q=nonsense, gzip", "gzip"), ("BR", "br")],
)
def test_the_best_encoding_is_chosen_from_what_is_accepted(accept, expected):
    assert best_encoding(accept) == expected
