"""Uploads of the story editor: kept at once, their words asked for there and then, offered to nobody before."""

from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from stories.models import Captions, Clip, Picture, PictureBlock, Story
from stories.models.pictures import Readiness
from tests import factories as make
from tests.media_files import telling_clip, telling_picture, traces
from tests.staff import form_of, signed_in, with_blocks

PICTURES, CLIPS = "/admin/stories/picture/", "/admin/stories/clip/"
WORDS = {"alt": "A field at dawn.", "origin": "own"}


@pytest.fixture
def editor(db) -> Client:
    """Give the browser of an editor."""
    return signed_in(make.staff("Editor"))


def file_of(kind: str = "jpg", name: str = "") -> SimpleUploadedFile:
    return SimpleUploadedFile(name or f"Asha at home.{kind}", telling_picture(kind))


def taken(client: Client, **fields) -> dict:
    answer = client.post(f"{PICTURES}take/", {"upload": file_of()} | fields)
    assert answer.status_code == 201
    return answer.json()


def test_an_upload_is_kept_at_once_without_what_it_carried_and_without_its_name(editor):
    told = taken(editor)
    picture = Picture.objects.get(pk=told["id"])
    assert (told["draft"], picture.draft, picture.readiness) == (True, True, Readiness.WAITING)
    assert "Asha" not in picture.title
    with picture.master.open("rb") as master:
        assert traces(master.read()) == []


def test_its_words_make_it_a_picture_like_any_other(editor):
    told = taken(editor)
    answer = editor.post(f"{PICTURES}{told['id']}/words/", WORDS)
    assert (answer.status_code, answer.json()["title"]) == (200, "A field at dawn.")
    picture = Picture.objects.get()
    assert (picture.draft, picture.alt, picture.origin) == (False, "A field at dawn.", "own")


@pytest.mark.parametrize(("missing", "field"), [({"alt": ""}, "alt"), ({"origin": ""}, "origin"), ({"origin": "x"}, "origin")])
def test_missing_words_are_said_at_their_field_and_the_file_stays(editor, missing, field):
    told = taken(editor)
    answer = editor.post(f"{PICTURES}{told['id']}/words/", WORDS | missing)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert Picture.objects.get().draft


def test_a_file_that_is_no_picture_is_refused_with_a_sentence(editor):
    answer = editor.post(f"{PICTURES}take/", {"upload": SimpleUploadedFile("x.jpg", b"<svg onload=alert(1)>")})
    assert answer.status_code == 422
    assert "not a picture we can take" in answer.json()["error"]
    assert editor.post(f"{PICTURES}take/").json()["error"] == "No file arrived."
    assert not Picture.objects.exists()


def test_only_its_owner_gives_a_draft_its_words_and_nobody_gives_a_picture_others_this_way(editor):
    told = taken(editor)
    other = signed_in(make.staff("Editor"))
    assert other.post(f"{PICTURES}{told['id']}/words/", WORDS).status_code == 403
    editor.post(f"{PICTURES}{told['id']}/words/", WORDS)
    assert editor.post(f"{PICTURES}{told['id']}/words/", WORDS | {"alt": "Else"}).status_code == 403
    reviewer = signed_in(make.staff("Reviewer"))
    for way in ("take/", f"{told['id']}/words/"):
        assert reviewer.post(PICTURES + way, WORDS).status_code == 403
        assert reviewer.get(PICTURES + way).status_code in {403, 405}
        assert Client().post(PICTURES + way).status_code == 302


def test_a_draft_is_offered_to_no_story_and_refused_by_one_until_its_words_are_there(editor):
    told = taken(editor)
    typed = {"term": "Picture", "app_label": "stories", "model_name": "pictureblock", "field_name": "picture"}
    assert editor.get("/admin/autocomplete/", typed).json()["results"] == []
    story = make.story(blocks=[])
    address = f"/admin/stories/story/{story.pk}/change/"
    values = with_blocks(form_of(editor, address), "pictureblock", {"picture": told["id"], "ordering": 10}) | {"lead": told["id"]}
    page = editor.post(address, values).content.decode()
    assert page.count("The file is kept, but its words are missing: write them, then save.") == 2
    assert f'<option value="{told["id"]}" selected>' in page  # nothing to upload again
    editor.post(f"{PICTURES}{told['id']}/words/", WORDS)
    assert editor.post(address, values).status_code == 302
    assert PictureBlock.objects.get().picture_id == told["id"]
    assert editor.get("/admin/autocomplete/", typed | {"term": "field"}).json()["results"][0]["id"] == str(told["id"])


def test_the_ordinary_form_keeps_a_good_file_when_something_else_is_wrong(editor):
    values = form_of(editor, f"{PICTURES}add/") | {"title": "The field", "origin": "own", "alt": ""}
    response = editor.post(f"{PICTURES}add/", values | {"upload": file_of()})
    draft = Picture.objects.get()
    assert draft.draft
    assert "Your file is kept: you need not choose it again." in response.content.decode()
    assert f'name="taken" value="{draft.pk}"' in response.content.decode()
    again = values | {"taken": draft.pk, "alt": "A field.", "upload": ""}
    assert editor.post(f"{PICTURES}add/", again).status_code == 302
    kept = Picture.objects.get()
    assert (kept.pk, kept.draft, kept.title, kept.alt) == (draft.pk, False, "The field", "A field.")


def test_nobody_takes_over_the_kept_file_of_somebody_else(editor):
    told = taken(editor)
    other = signed_in(make.staff("Editor"))
    values = form_of(other, f"{PICTURES}add/") | {"title": "Mine", "origin": "own", "alt": "Mine.", "taken": told["id"]}
    assert "This field is required." in other.post(f"{PICTURES}add/", values).content.decode()
    assert Picture.objects.get().draft


# --- clips ---------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def film(tmp_path_factory) -> bytes:
    """Give a short film as a camera leaves it."""
    return telling_clip(tmp_path_factory.mktemp("film") / "film.mp4", seconds=1).read_bytes()


def test_a_clip_is_kept_at_once_and_says_how_far_it_is_and_why_it_failed(editor, film):
    told = editor.post(f"{CLIPS}take/", {"upload": SimpleUploadedFile("Asha.mp4", film)}).json()
    clip = Clip.objects.get()
    assert (told["draft"], told["readiness"], clip.host, clip.incoming.name != "") == (True, "waiting", "own", True)
    assert editor.get(f"{CLIPS}{clip.pk}/state/").json()["state"] == "being prepared"
    Clip.objects.update(readiness=Readiness.FAILED, failure="This clip could not be converted.")
    assert editor.get(f"{CLIPS}{clip.pk}/state/").json()["failure"] == "This clip could not be converted."


def test_a_clip_gets_its_title_transcript_and_captions_beside_it(editor, film):
    pk = editor.post(f"{CLIPS}take/", {"upload": SimpleUploadedFile("x.mp4", film)}).json()["id"]
    words = {"title": "The loom", "transcript": "A loom.", "captions": "nonsense"}
    assert list(editor.post(f"{CLIPS}{pk}/words/", words).json()["errors"]) == ["captions"]
    assert Clip.objects.get().draft
    words["captions"] = "WEBVTT\n\n00:00.000 --> 00:01.000\nThe loom.\n"
    assert editor.post(f"{CLIPS}{pk}/words/", words).json()["title"] == "The loom"
    clip = Clip.objects.get()
    assert (clip.draft, clip.transcript, Captions.objects.get().clip) == (False, "A loom.", clip)


def test_an_address_is_previewed_and_kept_without_asking_anybody(editor):
    address = "https://vimeo.com/76979871"
    with mock.patch("socket.socket.connect", side_effect=AssertionError("asked somebody")):
        assert editor.post(f"{CLIPS}embed/", {"address": address}).json() == {"ask": True, "host": "Vimeo"}
        bad = editor.post(f"{CLIPS}embed/", {"address": address, "title": "T", "duration_ms": "soon"})
        assert list(bad.json()["errors"]) == ["duration_ms"]
        made = editor.post(f"{CLIPS}embed/", {"address": address, "title": "The film", "duration_ms": "2:35"}).json()
    assert (made["title"], made["length"], made["host"]) == ("The film", "2:35", "Vimeo")
    assert editor.post(f"{CLIPS}embed/", {"address": address}).json()["id"] == made["id"]  # known: not asked again
    assert (
        "not an address of a YouTube or Vimeo clip"
        in editor.post(f"{CLIPS}embed/", {"address": "https://evil.example/"}).json()["error"]
    )
    assert Clip.objects.count() == 1


@pytest.mark.parametrize("key", ["0", "99999999999999999999", "1\x00", "１"])
def test_odd_keys_find_nothing(editor, key):
    assert editor.post(f"{PICTURES}{key}/words/", WORDS).status_code in {302, 403, 404}
    values = form_of(editor, f"{PICTURES}add/") | {"title": "T", "origin": "own", "alt": "A.", "taken": key}
    assert editor.post(f"{PICTURES}add/", values).status_code == 200
    assert not Story.objects.exists()
