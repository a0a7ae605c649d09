"""Originals go, and media is public only while its story is, in folders and in a bucket (rules 8 and 9)."""

import datetime

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from stories import publishing, watching
from stories.models import Clip, Story
from stories.models.pictures import Readiness
from tests import factories as make
from tests.staff import signed_in

pytestmark = pytest.mark.django_db


def uploaded(days_ago: int, **fields) -> Clip:
    name = default_storage.save("incoming/original.mov", ContentFile(b"as it was filmed"))
    clip = make.clip("own", ready=False, incoming=name, **fields)
    Clip.objects.filter(pk=clip.pk).update(created_at=timezone.now() - datetime.timedelta(days=days_ago))
    clip.refresh_from_db()
    return clip


def test_an_original_is_deleted_after_30_days_whatever_became_of_it():
    old, young = uploaded(31), uploaded(29)
    assert watching.overdue_originals() == [old]
    assert watching.delete_overdue_originals() == 1
    assert not default_storage.exists(old.incoming.name) and default_storage.exists(young.incoming.name)
    old.refresh_from_db()
    assert (old.incoming.name, old.readiness) == ("", Readiness.FAILED)
    assert watching.overdue_originals() == []
    default_storage.delete(young.incoming.name)


@pytest.mark.parametrize("who", ["anonymous", "Editor", None])
def test_an_original_has_no_address(who):
    client = Client() if who == "anonymous" else signed_in(make.staff(who))
    clip = uploaded(0)
    for address in (f"/media/{clip.incoming.name}", f"/media/c/{clip.token}/clip.mp4", f"/media/c/{clip.token}/original.mov"):
        assert client.get(address).status_code == 404
    default_storage.delete(clip.incoming.name)


@pytest.mark.parametrize("store", ["folder", "bucket"])
def test_media_is_private_before_and_after_its_story_is_live(store, request, settings, monkeypatch):
    if store == "bucket":
        bucket = request.getfixturevalue("s3_storage")
        monkeypatch.setattr("stories.media_storage.default_storage", bucket)
        monkeypatch.setattr("tests.factories.default_storage", bucket)
    picture = make.picture(files=True)
    story = make.story(lead=picture)
    address = f"/media/p/{picture.token}/full-320.jpg"
    editor, reader, fundraiser = signed_in(make.staff("Editor")), Client(), signed_in(make.staff("Fundraising"))

    def seen() -> list[int]:
        found = []
        for client in (reader, fundraiser, editor):
            response = client.get(address)
            if response.streaming:
                b"".join(response.streaming_content)
            found.append(response.status_code)
        return found

    assert seen() == [404, 404, 200]  # a draft's
    publishing.publish(story)
    assert seen() == [200, 200, 200]
    assert "public" in reader.head(address)["Cache-Control"]
    publishing.unpublish(story)
    assert seen() == [404, 404, 200]  # old renditions too
    assert editor.head(address)["Cache-Control"] == "private, no-store"
    publishing.publish(Story.objects.get(pk=story.pk))
    Story.objects.update(live_until=timezone.now())
    assert seen() == [404, 404, 200]  # by the clock
