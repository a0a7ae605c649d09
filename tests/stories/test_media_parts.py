"""Parts of a file, from a folder and from a bucket (RFC 9110, section 14)."""

import io
import threading
import time

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils.http import http_date
from hypothesis import given
from hypothesis import strategies as st

from stories import intake, media_storage, ranges, renditions
from tests import factories
from tests.media_files import encoded, scene
from tests.services.ports import free_port

pytestmark = pytest.mark.django_db

CLIP = bytes(range(256)) * 1000
SIZE = len(CLIP)


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def stranger() -> Client:
    return Client()


def body(response) -> bytes:
    return response.getvalue() if response.streaming else response.content


def public_clip_address() -> str:
    clip = factories.clip("own")
    clip.file.name = f"clips/{clip.token}.mp4"
    clip.save()
    media_storage.put(clip.file.name, CLIP)
    factories.published_story(blocks=[clip, "<p>Words.</p>"])
    return f"/media/c/{clip.token}/clip.mp4"


@pytest.fixture
def clip_address() -> str:
    return public_clip_address()


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


def test_pictures_and_clips_in_a_bucket_are_made_and_served_alike(bucket, stranger):
    upload = ContentFile(encoded(scene(500, 400), "PNG"), name="x.png")
    picture = intake.store_picture(upload, title="x", alt="x", origin="own")
    assert bucket.exists(picture.master.name)
    assert renditions.make(picture)
    factories.published_story(lead=picture)
    address = public_clip_address()

    whole = stranger.get(f"/media/p/{picture.token}/full-360.avif")
    assert whole.status_code == 200
    with bucket.open(f"pictures/{picture.token}/full-360.avif") as file:
        assert body(whole) == file.read()
    again = stranger.get(f"/media/p/{picture.token}/full-360.avif", headers={"If-None-Match": whole["ETag"]})
    assert again.status_code == 304
    assert stranger.get(f"/media/p/{picture.token}/full-9999.avif").status_code == 404

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


def test_a_bucket_that_does_not_answer_is_said_within_seconds_and_nothing_is_kept(s3_storage, monkeypatch, stranger):
    monkeypatch.setattr(default_storage, "_wrapped", s3_storage)
    picture = factories.picture()
    factories.published_story(lead=picture)
    monkeypatch.setattr(s3_storage, "endpoint_url", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setattr(s3_storage, "_connections", threading.local())
    began = time.monotonic()
    answer = stranger.get(f"/media/p/{picture.token}/full-320.avif")
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert answer["Cache-Control"] == "private, no-store"
    assert time.monotonic() - began < 10
