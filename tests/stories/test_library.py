"""The library: covers burned into pictures, and one picture or clip put everywhere in another's place."""

import io

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from stories import intake, renditions
from stories.models import Clip, Picture, Story
from tests import factories as make
from tests.staff import form_of, said, signed_in

INK = (28, 27, 46)
PICTURES = "/admin/stories/picture/"


@pytest.fixture
def editor(db) -> Client:
    """Give the browser of an editor."""
    return signed_in(make.staff("Editor"))


def upload(colour: str = "#ffffff", mode: str = "RGB", kind: str = "JPEG") -> SimpleUploadedFile:
    buffer = io.BytesIO()
    Image.new(mode, (1000, 800), colour).save(buffer, kind)
    return SimpleUploadedFile(f"x.{'jpg' if kind == 'JPEG' else 'png'}", buffer.getvalue())


def stored(**fields) -> Picture:
    picture = intake.store_picture(upload(**fields), title="At the door", origin="own", alt="A door.")
    assert renditions.make(picture)
    picture.refresh_from_db()
    return picture


def pixels(name: str) -> Image.Image:
    with default_storage.open(name) as file, Image.open(file) as picture:
        picture.load()
        return picture.convert("RGB")


def near(colour, other) -> bool:
    return all(abs(a - b) < 12 for a, b in zip(colour, other, strict=True))


@pytest.mark.parametrize("fields", [{}, {"mode": "RGBA", "kind": "PNG", "colour": "#ffffff80"}])
def test_covers_are_burned_into_the_master_and_into_everything_made_of_it(editor, fields, django_capture_on_commit_callbacks):
    picture = stored(**fields)
    before = picture.master.name
    old = default_storage.listdir(f"pictures/{picture.token}")[1]
    values = form_of(editor, f"{PICTURES}{picture.pk}/change/") | {"covers": "40, 25, 20, 50\n0 0 5 5"}
    with django_capture_on_commit_callbacks(execute=True):
        response = editor.post(f"{PICTURES}{picture.pk}/change/", values, follow=True)
    assert "burned in" in said(response)
    picture.refresh_from_db()
    assert (default_storage.exists(before), picture.readiness, picture.stand_in) == (False, "waiting", "")
    # until the new ones are made there are none at all: the uncovered picture is served no more
    assert old
    assert default_storage.listdir(f"pictures/{picture.token}")[1] == []
    assert renditions.make(Picture.objects.get(pk=picture.pk))
    for name in (picture.master.name, f"pictures/{picture.token}/full-360.jpg", f"pictures/{picture.token}/full-720.webp"):
        made = pixels(name)
        width, height = made.size
        assert near(made.getpixel((width // 2, height // 2)), INK), name
        assert near(made.getpixel((2, 2)), INK), name
        assert not near(made.getpixel((width - 9, height - 9)), INK), name


def test_what_a_live_page_carries_of_the_picture_goes_with_the_first_cover(editor):
    picture = stored()
    Picture.objects.filter(pk=picture.pk).update(stand_in=make.STAND_IN)
    picture.refresh_from_db()
    story = make.published_story(lead=picture)
    assert make.STAND_IN in Client().get(story.get_absolute_url()).content.decode()
    editor.post(f"{PICTURES}{picture.pk}/change/", form_of(editor, f"{PICTURES}{picture.pk}/change/") | {"covers": "1,1,9,9"})
    assert make.STAND_IN not in Client().get(story.get_absolute_url()).content.decode()
    assert make.STAND_IN not in str(Story.objects.get(pk=story.pk).live_revision.content)


@pytest.mark.parametrize("line", ["x", "1,2,3", "100,0,5,5", "0,0,0,5", "-1,0,5,5", "1e9,0,5,5", "0,0,101,5", "１,1,1,1", "\x00"])
def test_what_is_no_cover_is_said_at_its_field_and_nothing_is_burned(editor, line):
    picture = stored()
    values = form_of(editor, f"{PICTURES}{picture.pk}/change/") | {"covers": line}
    response = editor.post(f"{PICTURES}{picture.pk}/change/", values)
    assert response.status_code == 200
    assert response.context["adminform"].form.errors.get("covers")
    assert Picture.objects.get(pk=picture.pk).readiness == "ready"


def replace(client: Client, old, new, kind: str = "picture"):
    return client.post(f"/admin/stories/{kind}/{old.pk}/replace/", {"by": new.pk}, follow=True)


def test_a_picture_is_replaced_in_blocks_leads_posters_and_collections(editor):
    old, new = make.picture(), make.picture(title="The new one")
    draft = make.story("A draft", blocks=[old, "<p>x</p>"], lead=old)
    live = make.published_story("A live one", blocks=[old])
    clip = make.clip("youtube", poster=old)
    collection = make.collection([live], lead=old)
    response = replace(editor, old, new)
    draft.refresh_from_db(), clip.refresh_from_db(), collection.refresh_from_db()
    assert [draft.lead, clip.poster, collection.lead] == [new, new, new]
    for story in (draft, live):
        assert story.stories_pictureblock_set.get().picture == new
        assert "replaced by “The new one”" in story.revisions.order_by("-number").first().note
    assert "Readers still see the old one until these are published anew" in said(response)
    assert "A live one" in said(response)
    assert old.token in str(Story.objects.get(pk=live.pk).live_revision.content)


def test_a_clip_is_replaced_in_blocks(editor):
    old, new = make.clip("youtube"), make.clip("vimeo")
    story = make.story(blocks=[old])
    replace(editor, old, new, "clip")
    assert story.stories_clipblock_set.get().clip == new


def test_what_cannot_stand_in_its_place_is_refused_and_nothing_changes(editor):
    old = make.picture()
    story = make.story(lead=old)
    make.collection([make.published_story()], lead=old)
    person = make.contributor("Asha", agreed=False)
    for other, sentence in [
        (old, "Choose another one"),
        (make.picture(draft=True), "Select a valid choice"),
        (make.picture(people=[person]), "Asha has no live consent"),
    ]:
        assert sentence in replace(editor, old, other).content.decode()
    story.refresh_from_db()
    assert story.lead == old


def test_replacing_needs_the_right_to_write_in_stories(db):
    old, new = make.picture(), make.picture()
    reviewer = signed_in(make.staff("Reviewer"))
    assert reviewer.get(f"{PICTURES}{old.pk}/replace/").status_code == 403
    assert replace(reviewer, old, new).status_code == 403


def test_the_page_of_a_picture_leads_to_replacing_it_and_says_where_it_stands(editor):
    picture = make.picture()
    make.story("The loom", lead=picture)
    assert f"{PICTURES}{picture.pk}/replace/" in editor.get(f"{PICTURES}{picture.pk}/change/").content.decode()
    assert "The loom" in editor.get(f"{PICTURES}{picture.pk}/replace/").content.decode()
    assert Clip.objects.count() == 0
