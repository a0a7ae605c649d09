"""Taking a story down: everything goes with it, each address is proved, caches are told until they say yes (rule 4)."""

import datetime
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from safeguarding.models import Cause, Expected, Purge, StoryReview, Takedown, add_months
from stories import clips, manifest, publishing, purging, takedown
from stories.models import Captions, Clip, Story
from stories.models.stories import Status
from tests import factories as make

pytestmark = pytest.mark.django_db


def ask(address: str) -> manifest.Answer:
    """Ask this process as the checker asks the running site."""
    response = Client().get(address.partition("127.0.0.1:8000")[2])
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return manifest.Answer(response.status_code, body.decode(errors="replace"), response.headers.get("Location", ""))


@pytest.fixture
def told():
    """Give a public story with every kind of file, and the person it is of."""
    person = make.contributor("Asha")
    film = make.clip("own", people=[person], poster=make.picture(files=True, people=[person]))
    Captions.objects.create(
        clip=film, language="en", text=clips.clean_captions("WEBVTT\n\n00:00.000 --> 00:02.000\nShe sings.\n")
    )
    Clip.objects.filter(pk=film.pk).update(file=default_storage.save(f"clips/{film.token}.mp4", ContentFile(b"film" * 100)))
    story = make.published_story(
        "A river of her own", blocks=["<p>She walked.</p>", make.picture(files=True, people=[person]), film],
        lead=make.picture(files=True, people=[person]), people=[person],
    )  # fmt: skip
    make.collection([story])
    story.old_slugs.create(slug="an-older-address")
    return story, person


def addresses(record: Takedown) -> dict[str, str]:
    return {line.address: line.expected for line in record.manifest.all()}


def test_before_a_takedown_every_address_of_its_manifest_gives_the_story(told):
    """The control: a manifest of addresses that never gave anything would prove nothing."""
    story, _person = told
    revision = story.live_revision
    Story.objects.filter(pk=story.pk).update(status=Status.DRAFT)  # the manifest is written when the story has left
    lines = list(manifest.lines(story, revision))
    Story.objects.filter(pk=story.pk).update(status=Status.PUBLISHED)
    kinds = {line.kind for line in lines}
    assert kinds == {
        "page", "former page", "picture", "share card", "clip", "captions", "feed", "sitemap", "search", "list", "home",
    }  # fmt: skip
    for line in lines:
        answer = ask(manifest.absolute(line))
        while answer.status == 301:
            answer = ask("127.0.0.1:8000" + answer.location)
        assert answer.status == 200, line
        assert line.expected == Expected.GONE or line.mark in answer.body, line


def test_all_of_it_is_gone_and_proved_at_once(told):
    story, _person = told
    record = takedown.take_down(story, Cause.STAFF, make.staff("Reviewer"), "Her family asked.")
    assert manifest.check(record, ask)
    answered = {line.address: line.status for line in record.manifest.all()}
    assert answered[story.get_absolute_url()] == 410
    assert {status for address, status in answered.items() if address.startswith("/media/")} == {410}
    assert sum(address.startswith("/media/p/") for address in answered) == 3 * (2 * 3 + 1)
    record.refresh_from_db()
    assert record.gone_at and record.seconds < 60
    assert (record.by, record.reason, record.cause) == (record.by, "Her family asked.", Cause.STAFF)


def test_what_is_still_there_is_not_proved(told):
    story, _person = told
    record = takedown.take_down(story, Cause.STAFF)
    still = story.get_absolute_url()
    feed = reverse("stories:feed")

    def cached(address: str) -> manifest.Answer:
        if address.endswith(still):
            return manifest.Answer(200, "a cache still holds it")
        if feed in address:
            return manifest.Answer(200, f"<link>http://127.0.0.1:8000{still}</link>")
        return ask(address)

    assert not manifest.check(record, cached)
    assert set(record.manifest.filter(proved=False).values_list("kind", flat=True)) == {"page", "former page", "feed"}
    assert record.gone_at is None
    assert manifest.check(record, ask)  # asked again once the cache has let go


def test_an_address_that_does_not_answer_stays_unproved(told):
    record = takedown.take_down(told[0], Cause.STAFF)

    def silent(address: str) -> manifest.Answer:
        raise OSError

    assert not manifest.check(record, silent)
    assert not record.manifest.filter(proved=True).exists()


def test_what_another_story_still_shows_is_no_part_of_it_but_somebody_is_told_to_look(told):
    story, _person = told
    other = make.published_story("Another story", lead=story.lead)
    record = takedown.take_down(story, Cause.STAFF)
    assert not record.manifest.filter(token=story.lead.token).exists()
    assert any("still shown by another story" in copy.what for copy in record.copies.all())
    assert ask(f"127.0.0.1:8000/media/p/{story.lead.token}/full-320.jpg").status == 200
    takedown.take_down(other, Cause.STAFF)
    assert ask(f"127.0.0.1:8000/media/p/{story.lead.token}/full-320.jpg").status == 410


def test_the_checklist_has_a_line_for_every_channel_that_the_story_used():
    story = make.published_story(channels=["web", "email", "print"], blocks=["<p>a</p>", make.clip("youtube")])
    record = takedown.take_down(story, Cause.STAFF)
    assert [copy.channel for copy in record.copies.all()] == ["email", "print", "web", "web"]
    assert "youtube.com/watch?v=dQw4w9WgXcQ" in record.copies.filter(channel="web").first().what


def test_files_that_never_belonged_to_a_takedown_answer_as_if_they_never_were():
    private = make.picture(files=True)
    assert ask(f"127.0.0.1:8000/media/p/{private.token}/full-320.jpg").status == 404


def test_a_story_is_taken_down_by_whatever_the_gate_refuses_from_now_on(told):
    story, person = told
    assert takedown.judge_anew(person) == []
    person.risk = "high"
    person.save()
    assert takedown.judge_anew(person) == [story]
    assert Takedown.objects.get().story_id == story.pk


# --- looked at again (rule 14) -----------------------------------------------------------------------
def test_a_story_that_nobody_looks_at_again_goes_after_a_year_by_the_clock_alone(told):
    story, _person = told
    published = timezone.localdate(story.live_revision.created_at)
    year = add_months(published, 12)
    assert story.live_until.date() in {year, year - datetime.timedelta(days=1)}
    Story.objects.filter(pk=story.pk).update(live_until=timezone.now())
    assert Client().get(story.get_absolute_url()).status_code == 410


def test_looking_again_lets_it_stay_and_stands_on_record(told):
    story, person = told
    Story.objects.filter(pk=story.pk).update(live_until=timezone.now() + datetime.timedelta(days=3))
    story.refresh_from_db()
    assert takedown.review(story, make.staff("Safeguarding lead"), "Spoke to her.") == []
    story.refresh_from_db()
    assert story.live_until > timezone.now() + datetime.timedelta(days=360)
    assert story.search_document.live_until == story.live_until
    assert StoryReview.objects.get().story_id == story.pk
    person.risk = "high"
    person.save()
    assert "risk" in str(takedown.review(story, None)[0])  # and where the gate refuses it does not stay
    assert StoryReview.objects.count() == 1


# --- networks of caches ------------------------------------------------------------------------------
class _Caches(BaseHTTPRequestHandler):
    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append((self.command, self.path, dict(self.headers), body))
        status, said = self.server.answers.pop(0) if self.server.answers else (200, b'{"success": true}')
        self.send_response(status)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_POST = do_PURGE = _answer  # noqa: N815  named by http.server

    def log_message(self, *args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def caches(settings):
    """Give a stand-in for the networks on loopback: `.asked` is what it was told, `.answers` what it says next."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Caches)
    server.asked, server.answers = [], []
    settings.CDN_ADDRESSES = [f"http://127.0.0.1:{server.server_port}"]
    settings.CDN_ZONE, settings.CDN_TOKEN = "zone1", "secret-token"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def every_address(record: Takedown) -> list[str]:
    return sorted({f"http://127.0.0.1:8000{line.address}" for line in record.manifest.all()})


def test_cloudflare_is_told_every_address_thirty_at_a_time(told, caches, settings):
    settings.CDN = "cloudflare"
    record = takedown.take_down(told[0], Cause.STAFF)
    assert purging.send_due() == record.purges.count() >= 1
    files = [name for *_rest, body in caches.asked for name in json.loads(body)["files"]]
    assert sorted(files) == every_address(record)
    assert all(len(json.loads(body)["files"]) <= 30 for *_rest, body in caches.asked)
    method, path, headers, _body = caches.asked[0]
    assert (method, path, headers["Authorization"]) == ("POST", "/zones/zone1/purge_cache", "Bearer secret-token")


def test_fastly_is_told_address_by_address(told, caches, settings):
    settings.CDN = "fastly"
    record = takedown.take_down(told[0], Cause.STAFF)
    purging.send_due()
    told_of = sorted(path.removeprefix("/purge/") for _method, path, *_rest in caches.asked)
    assert told_of == [address.removeprefix("http://") for address in every_address(record)]
    assert {headers["Fastly-Key"] for _method, _path, headers, _body in caches.asked} == {"secret-token"}


def test_every_varnish_server_is_told(told, caches, settings):
    settings.CDN = "varnish"
    settings.CDN_ADDRESSES = settings.CDN_ADDRESSES * 2
    record = takedown.take_down(told[0], Cause.STAFF)
    purging.send_due()
    assert {(method, headers["Host"]) for method, _path, headers, _body in caches.asked} == {("PURGE", "127.0.0.1:8000")}
    assert len(caches.asked) == 2 * len(every_address(record))


@pytest.mark.parametrize("failure", [(500, b""), (200, b'{"success": false}'), (200, b"<html>"), (401, b'{"success": true}')])
def test_a_purge_that_fails_is_tried_again_ever_later_until_it_is_accepted(told, caches, settings, failure):
    settings.CDN = "cloudflare"
    takedown.take_down(told[0], Cause.STAFF)
    Purge.objects.exclude(pk=Purge.objects.first().pk).delete()
    caches.answers += [failure, failure]
    assert purging.send_due() == 0
    assert purging.send_due() == 0 and len(caches.asked) == 1  # not again at once
    waits = []
    for expected in (0, 1):
        Purge.objects.update(next_try_at=timezone.now())
        assert purging.send_due() == expected
        waits.append(Purge.objects.get())
    assert waits[0].failure and waits[0].next_try_at > timezone.now() + datetime.timedelta(seconds=8)
    assert waits[1].done_at and (waits[1].attempts, waits[1].failure) == (3, "")


def test_a_network_that_is_away_holds_nothing_up(told, settings):
    settings.CDN, settings.CDN_TOKEN, settings.CDN_ZONE = "cloudflare", "t", "z"
    settings.CDN_ADDRESSES = ["http://127.0.0.1:9"]  # nobody listens there
    takedown.take_down(told[0], Cause.STAFF)
    assert Client().get(told[0].get_absolute_url()).status_code == 410
    assert purging.send_due() == 0
    assert {purge.failure for purge in Purge.objects.all()} == {"ConnectionRefusedError"}


def test_without_a_network_nobody_is_told(told):
    takedown.take_down(told[0], Cause.STAFF)
    assert not Purge.objects.exists()


def test_what_is_not_published_is_not_taken_down():
    with pytest.raises(publishing.NotPublishable):
        takedown.take_down(make.story(), Cause.STAFF)
    assert not Takedown.objects.exists()
