"""The bytes of pictures and clips: whose eyes they are for, and parts of them (attacks 12 and 15; safeguarding rule 9)."""

import datetime
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from stories import media_storage, publishing
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
