"""The bytes of pictures and clips: whose eyes they are for, and parts of them (attacks 12 and 15; safeguarding rule 9)."""

import datetime
import io
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from django.utils.http import http_date
from hypothesis import given
from hypothesis import strategies as st

from stories import intake, media_storage, publishing, ranges, renditions
from stories.models import Captions, Clip, Picture, Story
from tests import factories
from tests.media_files import encoded, scene
from tests.pages import max_queries

pytestmark = pytest.mark.django_db

CLIP = bytes(range(256)) * 1000


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def stranger() -> Client:
    return Client()


@pytest.fixture
def editor() -> Client:
    client = Client()
    client.force_login(factories.staff(), "allauth.account.auth_backends.AuthenticationBackend")
    return client


def own_clip(**fields) -> Clip:
    clip = factories.clip("own", **fields)
    clip.file.name = f"clips/{clip.token}.mp4"
    clip.save()
    media_storage.put(clip.file.name, CLIP)
    Captions.objects.create(clip=clip, language="en", text="WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHello\n")
    return clip


def addresses(picture: Picture | None = None, clip: Clip | None = None) -> list[str]:
    found = []
    if picture:
        found += [f"/media/p/{picture.token}/full-320.{ending}" for ending in ("avif", "webp", "jpg")]
        found.append(f"/media/p/{picture.token}/share.jpg")
    if clip:
        found += [f"/media/c/{clip.token}/clip.mp4", f"/media/c/{clip.token}/captions-en.vtt"]
    return found


def body(response) -> bytes:
    return response.getvalue() if response.streaming else response.content


def status(client: Client, address: str) -> int:
    response = client.get(address)
    body(response)
    return response.status_code


# --- who may see it ----------------------------------------------------------------------------------
def test_media_is_private_until_its_story_is_live_and_private_again_the_moment_it_is_not(stranger, editor):
    lead, inside, clip = (
        factories.picture(files=True),
        factories.picture(files=True),
        own_clip(poster=factories.picture(files=True)),
    )
    story = factories.story(lead=lead, blocks=[inside, clip, "<p>Words.</p>"])
    wanted = [*addresses(lead), *addresses(inside), *addresses(clip.poster, clip)]

    def answers(client: Client) -> set[int]:
        return {status(client, address) for address in wanted}

    assert answers(stranger) == {404}
    assert answers(editor) == {200}
    publishing.publish(story)
    assert answers(stranger) == {200}
    publishing.unpublish(story)
    assert answers(stranger) == {404}
    assert answers(editor) == {200}
    publishing.publish(story)
    publishing.withdraw(story)
    assert answers(stranger) == {404}


def test_a_story_that_is_not_yet_or_no_longer_due_keeps_its_media_private(stranger):
    picture = factories.picture(files=True)
    story = factories.published_story(lead=picture)
    assert status(stranger, addresses(picture)[0]) == 200
    for times in ({"publish_at": timezone.now() + datetime.timedelta(hours=1)}, {"live_until": timezone.now()}):
        Story.objects.filter(pk=story.pk).update(**times)
        assert status(stranger, addresses(picture)[0]) == 404
        Story.objects.filter(pk=story.pk).update(publish_at=story.publish_at, live_until=None)
    assert status(stranger, addresses(picture)[0]) == 200


def test_a_picture_taken_out_of_a_story_is_private_once_that_is_published(stranger):
    picture = factories.picture(files=True)
    story = factories.published_story(blocks=[picture, "<p>Words.</p>"])
    story.stories_pictureblock_set.all().delete()
    assert status(stranger, addresses(picture)[0]) == 200  # the public still sees the published snapshot
    publishing.publish(story)
    assert status(stranger, addresses(picture)[0]) == 404


def test_a_published_collection_makes_its_picture_and_the_clips_of_public_chapters_public(stranger):
    lead, clip = factories.picture(files=True), own_clip(poster=factories.picture(files=True))
    story = factories.published_story()
    collection = factories.collection([story], published=False, lead=lead)
    collection.chapters.update(clip=clip)
    wanted = [*addresses(lead), *addresses(clip.poster, clip)]
    assert {status(stranger, address) for address in wanted} == {404}
    collection.published = True
    collection.save()
    assert {status(stranger, address) for address in wanted} == {200}
    publishing.unpublish(story)
    assert {status(stranger, address) for address in addresses(clip.poster, clip)} == {404}
    assert {status(stranger, address) for address in addresses(lead)} == {200}


def test_only_staff_who_may_see_the_library_see_what_is_private():
    picture, clip = factories.picture(files=True), own_clip()
    for account, expected in (
        (factories.account(), 404),
        (factories.account(is_staff=True), 404),
        (factories.staff(is_active=False), 404),
        (factories.account(is_superuser=True), 404),  # no longer staff
        (factories.staff("Editor"), 200),
    ):
        client = Client()
        client.force_login(account, "allauth.account.auth_backends.AuthenticationBackend")
        assert {status(client, address) for address in addresses(picture, clip)} == {expected}, account


def test_what_is_private_and_what_never_was_get_the_same_answer(stranger):
    picture, clip = factories.picture(files=True), own_clip()
    for private, never in (
        (f"/media/p/{picture.token}/full-320.jpg", f"/media/p/{'A' * 22}/full-320.jpg"),
        (f"/media/c/{clip.token}/clip.mp4", f"/media/c/{'A' * 22}/clip.mp4"),
        (f"/media/c/{clip.token}/captions-en.vtt", f"/media/c/{'A' * 22}/captions-en.vtt"),
    ):
        one, other = stranger.get(private), stranger.get(never)
        assert one.status_code == other.status_code == 404
        assert dict(one.headers) == dict(other.headers)
        assert one.content.replace(private.encode(), b"") == other.content.replace(never.encode(), b"")
        assert one["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/media/masters/{master}",
        "/media/incoming/x.mp4",
        "/media/clips/{token}.mp4",
        "/media/pictures/{token}/full-320.jpg",
        "/media/p/{token}/",
        "/media/p/{token}/full-0320.jpg",
        "/media/p/{token}/full-320.png",
        "/media/p/{token}/full-320.jpg/",
        "/media/p/{token}/full-320.jpg%0a",
        "/media/p/{token}/..%2f..%2fmasters%2f{master}",
        "/media/p/{token}/../../masters/{master}",
        "/media/p/{token}/full-٣٢٠.jpg",
        "/media/p/..%2f{token}/full-320.jpg",
        "/media/c/{token}/clip.mp4%00",
        "/media/c/{token}/captions-..vtt",
    ],
)
def test_only_the_names_we_give_are_addresses(path, stranger, editor):
    picture = factories.picture(files=True)
    factories.published_story(lead=picture)
    assert status(stranger, f"/media/p/{picture.token}/full-320.jpg") == 200  # the control
    master = Path(picture.master.name).name
    for client in (stranger, editor):
        assert client.get(path.format(token=picture.token, master=master)).status_code == 404


# --- the answer --------------------------------------------------------------------------------------
def test_a_public_file_costs_one_query_and_touches_no_cookie():
    picture, clip = factories.picture(files=True), own_clip()
    factories.published_story(lead=picture, blocks=[clip, "<p>Words.</p>"])
    client = Client()
    client.cookies["session"] = "of-somebody"
    for address in addresses(picture, clip):
        with max_queries(1):
            response = client.get(address)
            assert body(response)
        assert response.status_code == 200
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")
        assert response["Cache-Control"] == "public, max-age=30, s-maxage=30, stale-while-revalidate=30"


def test_every_answer_says_what_it_is_and_lets_nothing_in_it_run(editor, settings):
    picture, clip = factories.picture(files=True), own_clip()
    kinds = ["image/avif", "image/webp", "image/jpeg", "image/jpeg", "video/mp4", "text/vtt; charset=utf-8"]
    for address, kind in zip(addresses(picture, clip), kinds, strict=True):
        response = editor.get(address)
        body(response)
        assert response["Content-Type"] == kind
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response["Cross-Origin-Resource-Policy"] == "same-origin"
        assert response["Cache-Control"] == "private, no-store"
        assert "Access-Control-Allow-Origin" not in response
    settings.MEDIA_URL_HOST = "https://media.example.org"
    factories.published_story(lead=picture)
    response = editor.get(addresses(picture)[0])
    body(response)
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["Access-Control-Allow-Origin"] == settings.SITE_URL


def test_a_file_that_has_not_changed_is_not_sent_again(stranger):
    picture, clip = factories.picture(files=True), own_clip()
    factories.published_story(lead=picture, blocks=[clip, "<p>Words.</p>"])
    for address in addresses(picture, clip):
        first = stranger.get(address)
        body(first)
        again = stranger.get(address, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, body(again)) == (304, b"")
        assert again["ETag"] == first["ETag"]
        assert again["Cache-Control"] == first["Cache-Control"]
    media_storage.put(f"pictures/{picture.token}/share.jpg", encoded(scene(60, 40), "JPEG"))
    changed = stranger.get(f"/media/p/{picture.token}/share.jpg", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    body(changed)


def test_posting_to_media_is_refused(stranger):
    clip = own_clip()
    factories.published_story(blocks=[clip, "<p>Words.</p>"])
    assert Client(enforce_csrf_checks=True).post(addresses(clip=clip)[0]).status_code in {403, 405}
    assert stranger.put(addresses(clip=clip)[0]).status_code == 405


# --- parts -------------------------------------------------------------------------------------------
@pytest.fixture
def clip_address() -> str:
    clip = own_clip()
    factories.published_story(blocks=[clip, "<p>Words.</p>"])
    return f"/media/c/{clip.token}/clip.mp4"


SIZE = len(CLIP)


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-", 0, SIZE),
        ("bytes=10-19", 10, 20),
        (f"bytes=100-{SIZE * 9}", 100, SIZE),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
        ("bytes=-5", SIZE - 5, SIZE),
        (f"bytes=-{SIZE * 2}", 0, SIZE),
        ("Bytes = 1-2", 1, 3),
        ("bytes=65530-131080", 65_530, 131_081),
    ],
)
def test_a_part_is_sent_as_asked(header, start, end, clip_address, stranger):
    response = stranger.get(clip_address, headers={"Range": header})
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert response["Content-Length"] == str(end - start)
    assert response["Accept-Ranges"] == "bytes"
    assert body(response) == CLIP[start:end]


@pytest.mark.parametrize("header", [f"bytes={SIZE}-", f"bytes={SIZE + 5}-{SIZE + 9}", "bytes=-0"])
def test_a_part_beyond_the_end_cannot_be_sent(header, clip_address, stranger):
    response = stranger.get(clip_address, headers={"Range": header})
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{SIZE}"
    assert response.content == b""


@pytest.mark.parametrize(
    "header",
    [
        "bytes=0-1,5-9",
        "bytes=9-1",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "items=0-1",
        "bytes=٠-٩",
        "bytes=0x0-0x9",
        "bytes=" + "9" * 60,
    ],
)
def test_a_range_that_makes_no_sense_or_asks_for_several_parts_gets_the_whole(header, clip_address, stranger):
    response = stranger.get(clip_address, headers={"Range": header})
    assert response.status_code == 200
    assert response["Content-Length"] == str(SIZE)
    assert body(response) == CLIP


def test_a_part_of_another_version_is_never_sent(clip_address, stranger):
    first = stranger.get(clip_address)
    assert body(first) == CLIP
    for value, status in (
        (first["ETag"], 206),
        (first["Last-Modified"], 206),
        ('"another"', 200),
        (f"W/{first['ETag']}", 200),
        (http_date(0), 200),
        ("nonsense", 200),
    ):
        response = stranger.get(clip_address, headers={"Range": "bytes=0-9", "If-Range": value})
        assert response.status_code == status, value
        assert body(response) == (CLIP[:10] if status == 206 else CLIP)


def test_the_head_of_a_clip_tells_its_length_and_sends_nothing(clip_address, stranger):
    response = stranger.head(clip_address, headers={"Range": "bytes=0-9"})
    assert response.status_code == 200
    assert response["Content-Length"] == str(SIZE)
    assert response["Accept-Ranges"] == "bytes"
    assert body(response) == b""


def test_a_clip_is_sent_in_small_pieces(clip_address, stranger):
    response = stranger.get(clip_address)
    pieces = list(response.streaming_content)
    response.close()
    assert max(map(len, pieces)) == media_storage.CHUNK
    assert b"".join(pieces) == CLIP


@given(
    size=st.integers(0, 10**6), header=st.one_of(st.text(max_size=30), st.from_regex(r"bytes=\d{0,8}-\d{0,8}", fullmatch=True))
)
def test_whatever_is_asked_a_part_lies_inside_the_file(size, header):
    try:
        part = ranges.wanted_part(header, size)
    except ranges.NotSatisfiable:
        return
    if part:
        assert 0 <= part.start < size
        assert 1 <= part.length <= size - part.start


def test_a_rendition_replaced_while_it_is_sent_arrives_whole():
    media_storage.put("pictures/x/share.jpg", CLIP)
    found = media_storage.find("pictures/x/share.jpg")
    reading = found.read(0, SIZE)
    first = next(reading)
    media_storage.put("pictures/x/share.jpg", b"another")
    assert first + b"".join(reading) == CLIP
    with pytest.raises(FileNotFoundError):
        found.read(0, SIZE)


# --- the same from a bucket --------------------------------------------------------------------------
@pytest.fixture
def bucket(s3_storage, monkeypatch):
    monkeypatch.setattr(default_storage, "_wrapped", s3_storage)
    return s3_storage


def test_pictures_and_clips_in_a_bucket_are_made_and_served_alike(bucket, stranger, django_capture_on_commit_callbacks):
    upload = ContentFile(encoded(scene(500, 400), "PNG"), name="x.png")
    picture = intake.store_picture(upload, title="x", alt="x", origin="own")
    assert bucket.exists(picture.master.name)
    assert renditions.make(picture)
    clip = own_clip()
    factories.published_story(lead=picture, blocks=[clip, "<p>Words.</p>"])

    whole = stranger.get(f"/media/p/{picture.token}/full-360.avif")
    assert whole.status_code == 200
    with bucket.open(f"pictures/{picture.token}/full-360.avif") as file:
        assert body(whole) == file.read()
    again = stranger.get(f"/media/p/{picture.token}/full-360.avif", headers={"If-None-Match": whole["ETag"]})
    assert again.status_code == 304
    assert stranger.get(f"/media/p/{picture.token}/full-9999.avif").status_code == 404

    address = f"/media/c/{clip.token}/clip.mp4"
    part = stranger.get(address, headers={"Range": "bytes=1000-70999"})
    assert (part.status_code, part["Content-Range"]) == (206, f"bytes 1000-70999/{SIZE}")
    assert body(part) == CLIP[1000:71_000]
    assert stranger.get(address, headers={"Range": f"bytes={SIZE}-"}).status_code == 416
    head = stranger.head(address)
    assert (head["Content-Length"], body(head)) == (str(SIZE), b"")
    assert body(stranger.get(address, headers={"Range": "bytes=0-9", "If-Range": '"another"'})) == CLIP

    renditions.renew(picture)
    assert renditions.make(picture)
    assert len(media_storage.names_in(f"pictures/{picture.token}")) == 2 * 2 * 3 + 1


def test_a_part_from_a_bucket_is_asked_of_it_as_a_part(bucket, monkeypatch):
    media_storage.put("clips/x.mp4", CLIP)
    asked = []
    found = media_storage.find("clips/x.mp4")
    make_request = bucket.connection.meta.client._make_api_call

    def listening(name, arguments):
        asked.append((name, arguments.get("Range")))
        return make_request(name, arguments)

    thing = media_storage._bucket_object("clips/x.mp4")
    monkeypatch.setattr(thing.meta.client, "_make_api_call", listening)
    part = found.read(100, 50)
    assert b"".join(part) == CLIP[100:150]
    assert asked == [("GetObject", "bytes=100-149")]
    media_storage.put("clips/x.mp4", CLIP[::-1])
    with pytest.raises(FileNotFoundError):  # a part of another version is never sent
        found.read(100, 50)


def test_a_large_file_goes_into_the_bucket_and_out_of_it(bucket, tmp_path):
    local = tmp_path / "prepared.mp4"
    local.write_bytes(CLIP)
    media_storage.put_file("clips/y.mp4", local)
    assert io.BytesIO(b"".join(media_storage.find("clips/y.mp4").read(0, SIZE))).getvalue() == CLIP
    assert media_storage.find("clips/none.mp4") is None
