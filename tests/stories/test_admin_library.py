"""Editors keep pictures and clips, collections, places and themes in the admin."""

from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django_tasks_db.models import DBTaskResult

from public_pages.models import Edition
from stories import takedown
from stories.admin import editing
from stories.models import Captions, Chapter, Clip, Collection, Picture, Place, Theme
from stories.models.pictures import Readiness
from tests import factories as make
from tests.pages import html_valid
from tests.staff import form_of, said, signed_in

PICTURES, CLIPS, COLLECTIONS = "/admin/stories/picture/", "/admin/stories/clip/", "/admin/stories/collection/"


@pytest.fixture
def editor(db: None) -> Client:
    """Give the browser of an editor."""
    return signed_in(make.staff("Editor"))


@pytest.fixture
def boss(db: None) -> Client:
    """Give the browser of somebody with every right."""
    return signed_in(make.staff())


def upload(name: str = "photo.jpg", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, make.image_bytes() if content is None else content)


def new_picture(client: Client, **values: Any) -> Any:
    said_of_it = {"title": "A hill", "alt": "A hill at dawn.", "origin": "illustration", "focal_x": "0.5", "focal_y": "0.5"}
    return client.post(f"{PICTURES}add/", {**said_of_it, "upload": upload(), **values})


# --- pictures --------------------------------------------------------------------------------------
def test_a_picture_is_taken_in_clean_under_a_random_name(editor: Client):
    assert new_picture(editor).status_code == 302
    picture = Picture.objects.get()
    assert (picture.title, picture.width, picture.height, picture.readiness) == ("A hill", 480, 320, Readiness.WAITING)
    assert "photo" not in picture.master.name
    assert picture.created_by is not None


def test_its_preparation_is_asked_of_the_worker(editor: Client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        new_picture(editor)
    assert DBTaskResult.objects.filter(task_path="stories.tasks.prepare_picture").count() == 1


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("photo.jpg", b"GIF89a nothing of the kind", "This is not a picture we can take."),
        ("photo.png", None, "The name of this file ends in .png, but it is a JPEG picture."),
        ("photo.jpg", make.image_bytes()[:1200], "This picture is damaged or incomplete."),
    ],
)
def test_what_is_wrong_with_a_file_stands_at_the_field_and_what_was_typed_is_kept(editor: Client, name, content, words):
    response = new_picture(editor, upload=upload(name, content))
    (error,) = response.context["adminform"].form.errors["upload"]
    assert words in error
    page = response.content.decode()
    assert "A hill at dawn." in page
    assert 'value="A hill"' in page
    assert not Picture.objects.exists()


def test_a_picture_says_in_words_what_it_shows_or_that_it_is_decorative(editor: Client):
    response = new_picture(editor, alt="")
    assert "Write the alternative text" in response.context["adminform"].form.errors["alt"][0]
    assert new_picture(editor, alt="", decorative="on").status_code == 302


def test_another_focal_point_has_the_crops_made_anew(editor: Client):
    picture = make.picture()
    address = f"{PICTURES}{picture.pk}/change/"
    editor.post(address, form_of(editor, address) | {"credit": "Somebody"})
    picture.refresh_from_db()
    assert (picture.credit, picture.readiness) == ("Somebody", Readiness.READY)
    editor.post(address, form_of(editor, address) | {"focal_x": "0.2"})
    picture.refresh_from_db()
    assert (picture.focal_x, picture.readiness) == (0.2, Readiness.WAITING)


def test_a_picture_says_where_it_is_used_and_is_kept_while_it_is(editor: Client):
    picture, free = make.picture(files=True), make.picture(files=True)
    story = make.published_story("The first cake", lead=picture)
    page = editor.get(f"{PICTURES}{picture.pk}/change/").content.decode()
    assert f'<a href="/admin/stories/story/{story.pk}/change/">The first cake</a>' in page
    assert editor.post(f"{PICTURES}{picture.pk}/delete/", {"post": "yes"}).status_code == 403
    assert editor.post(f"{PICTURES}{free.pk}/delete/", {"post": "yes"}).status_code == 302
    assert set(Picture.objects.all()) == {picture}


def test_a_picture_readers_still_see_is_kept_though_no_working_copy_holds_it(boss: Client):
    picture = make.picture()
    story = make.published_story(lead=picture)
    story.lead = make.picture()
    story.save()
    assert boss.post(f"{PICTURES}{picture.pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_files_of_a_deleted_picture_go_with_it(editor: Client, django_capture_on_commit_callbacks):
    picture = make.picture(files=True)
    share = f"pictures/{picture.token}/share.jpg"
    assert default_storage.exists(share)
    with django_capture_on_commit_callbacks(execute=True):
        editor.post(PICTURES, {"action": "delete_selected", "_selected_action": [picture.pk], "post": "yes"})
    assert not default_storage.exists(share)
    assert not default_storage.exists(picture.master.name or "")


@pytest.mark.parametrize("address", [PICTURES, CLIPS])
def test_the_library_lists_what_waits_is_ready_or_failed(editor: Client, address: str):
    for state in Readiness:
        made = (
            make.picture(ready=state == Readiness.READY)
            if address == PICTURES
            else make.clip("own", ready=state == Readiness.READY)
        )
        type(made).objects.filter(pk=made.pk).update(
            readiness=state, failure="The file was damaged." if state == "failed" else ""
        )
    page = editor.get(address).content.decode()
    assert "being prepared" in page
    assert "could not be prepared</strong> The file was damaged." in page


# --- clips -----------------------------------------------------------------------------------------
NEW_CLIP = {
    "title": "The birthday", "address": "https://youtu.be/dQw4w9WgXcQ", "duration_ms": "2:35", "transcript": "Singing.",
    "captions-TOTAL_FORMS": 1, "captions-INITIAL_FORMS": 0, "captions-0-language": "en",
    "captions-0-text": "WEBVTT\n\n00:01.000 --> 00:04.000\nHappy birthday\n",
}  # fmt: skip


def test_a_clip_is_kept_from_its_address_with_length_and_captions(editor: Client):
    assert editor.post(f"{CLIPS}add/", NEW_CLIP).status_code == 302
    clip = Clip.objects.get()
    assert (clip.host, clip.video_id, clip.duration_ms, clip.readiness) == ("youtube", "dQw4w9WgXcQ", 155_000, Readiness.READY)
    assert "Happy birthday" in clip.captions.get().text


def test_the_form_shows_a_clip_as_it_was_entered(editor: Client):
    clip = make.clip("vimeo", unlisted_hash="abcdef12")
    address = f"{CLIPS}{clip.pk}/change/"
    values = form_of(editor, address)
    assert (values["address"], values["duration_ms"]) == ("https://vimeo.com/76979871/abcdef12", "1:01")
    editor.post(address, values | {"title": "Another name"})
    again = Clip.objects.get()
    assert (again.title, again.unlisted_hash, again.duration_ms) == ("Another name", "abcdef12", 61_000)


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        (
            {"address": "https://evil.example/watch?v=dQw4w9WgXcQ"},
            "address",
            "This is not an address of a YouTube or Vimeo clip.",
        ),
        ({"address": ""}, "address", "Give an address, or a file, one of the two."),
        ({"duration_ms": ""}, "duration_ms", "Type the clip’s length"),
        ({"duration_ms": "two minutes"}, "duration_ms", "Type minutes and seconds, such as 2:35."),
        ({"address": "", "upload": ("clip.mp4", b"no clip at all")}, "upload", ""),
        ({"address": "", "upload": ("clip.exe", b"MZ")}, "upload", "This is not a clip we can take."),
    ],
)
def test_what_is_wrong_with_a_clip_stands_at_its_field(editor: Client, values, field, words):
    if "upload" in values:
        values = values | {"upload": SimpleUploadedFile(*values["upload"])}
    response = editor.post(f"{CLIPS}add/", NEW_CLIP | values)
    assert words.replace("’", "'") in response.context["adminform"].form.errors[field][0]
    assert not Clip.objects.exists()


def test_captions_that_a_player_cannot_read_say_in_which_line(editor: Client):
    response = editor.post(f"{CLIPS}add/", NEW_CLIP | {"captions-0-text": "WEBVTT\n\n1 second --> 2 seconds\nHello"})
    assert "3" in str(response.context["inline_admin_formsets"][0].formset.errors[0]["text"])
    assert not Captions.objects.exists()


# --- collections -----------------------------------------------------------------------------------
def test_a_collection_is_made_of_chapters_in_the_order_of_their_positions(boss: Client):
    first, second = make.published_story(), make.published_story()
    values = form_of(boss, f"{COLLECTIONS}add/") | {
        "title": "Hope",
        "slug": "home",
        "language": "en",
        "introduction": "<p>Hello.</p>",
    }
    values |= {"published": "on", "chapters-TOTAL_FORMS": 2}
    values |= {"chapters-0-story": second.pk, "chapters-0-position": 2, "chapters-1-story": first.pk, "chapters-1-position": 1}
    assert boss.post(f"{COLLECTIONS}add/", values).status_code == 302
    assert [chapter.story for chapter in Collection.objects.get().chapters.all()] == [first, second]


def test_saving_a_public_collection_begins_a_new_edition_and_saving_a_hidden_one_does_not(boss: Client):
    shown, hidden = make.collection([make.published_story()]), make.collection(slug="later", published=False)
    for collection, moves in [(shown, True), (hidden, False)]:
        before = Edition.current()
        address = f"{COLLECTIONS}{collection.pk}/change/"
        boss.post(address, form_of(boss, address) | {"title": "Anew"})
        assert (Edition.current() > before) == moves
    before = Edition.current()
    address = f"{COLLECTIONS}{shown.pk}/change/"
    values = form_of(boss, address)
    del values["published"]
    boss.post(address, values)
    assert Edition.current() > before
    assert not Collection.objects.get(pk=shown.pk).published


def test_an_editor_changes_a_collection_but_does_not_show_or_hide_it(editor: Client):
    collection = make.collection(published=False)
    address = f"{COLLECTIONS}{collection.pk}/change/"
    editor.post(address, form_of(editor, address) | {"title": "Anew", "published": "on"})
    collection.refresh_from_db()
    assert (collection.title, collection.published) == ("Anew", False)


def test_a_public_collection_takes_no_picture_or_clip_of_people_who_have_not_agreed(boss: Client):
    person = make.contributor("Asha", agreed=False)
    collection = make.collection([make.published_story()])
    address = f"{COLLECTIONS}{collection.pk}/change/"
    before = form_of(boss, address)
    refused = boss.post(address, before | {"lead": make.picture(people=[person]).pk})
    assert "Asha has no live consent for a picture of them in this website." in refused.content.decode()
    refused = boss.post(address, before | {"chapters-0-clip": make.clip(people=[person]).pk})
    assert "Asha has no live consent for a clip of them in this website." in refused.content.decode()
    assert Chapter.objects.get().clip is None
    make.consent(person)
    boss.post(address, before | {"chapters-0-clip": make.clip(people=[person]).pk})  # the control
    assert Chapter.objects.get().clip is not None


def test_a_collection_loses_what_a_person_takes_back(boss: Client):
    person = make.contributor("Asha")
    collection = make.collection([make.published_story()], lead=make.picture(people=[person]))
    Chapter.objects.update(clip=make.clip(people=[person]))
    takedown.withdraw_consent(person.consents.get(), "")
    collection.refresh_from_db()
    assert (collection.lead, Chapter.objects.get().clip) == (None, None)


# --- places and themes -----------------------------------------------------------------------------
def test_a_theme_has_its_name_in_other_languages(editor: Client):
    editor.post(
        "/admin/stories/theme/add/", {"name": "Coming home", "slug": "coming-home", "translations_es": "De vuelta a casa"}
    )
    theme = Theme.objects.get()
    assert theme.translations == {"es": "De vuelta a casa"}
    page = editor.get(f"/admin/stories/theme/{theme.pk}/change/").content.decode()
    assert 'value="De vuelta a casa"' in page


def test_a_new_name_begins_a_new_edition(editor: Client):
    place = make.place("IN", "Tamil Nadu")
    address = f"/admin/stories/place/{place.pk}/change/"
    before = Edition.current()
    editor.post(address, form_of(editor, address) | {"region": "Kerala"})
    assert Place.objects.get().region == "Kerala"
    assert Edition.current() > before


def test_a_place_is_found_by_the_name_of_its_country(editor: Client):
    place = make.place("GT", "Petén")
    make.place("IN")
    typed = {"term": "guatem", "app_label": "stories", "model_name": "story", "field_name": "place"}
    assert [found["id"] for found in editor.get("/admin/autocomplete/", typed).json()["results"]] == [str(place.pk)]


@pytest.mark.parametrize(
    "address", ["", "stories/story/", "stories/story/add/", "stories/picture/add/", "stories/clip/add/", "stories/theme/add/"]
)
def test_the_admin_carries_the_charitys_name_and_leads_to_the_site(boss: Client, address: str, settings):
    response = boss.get(f"/admin/{address}")
    page = response.content.decode()
    assert f'<a href="/admin/">{settings.CHARITY_NAME}</a>' in page
    assert '<a href="/">View site</a>' in page
    assert "css/admin.css" in page
    assert not said(response)
    if address == "":
        html_valid(response.content)


@pytest.mark.parametrize("most", [1, 1000])
def test_a_search_finds_few_and_many_alike_by_title_and_by_alternative_text(editor: Client, monkeypatch, most: int):
    monkeypatch.setattr(editing, "MOST_FOUND", most)
    by_title, by_alt = make.picture(title="The Loom"), make.picture(title="x", alt="A loom by a window.")
    make.picture(title="A hill", alt="Grass.")
    found = editor.get(PICTURES, {"q": "loom", "readiness__exact": "ready"}).context["cl"]
    assert [picture.pk for picture in found.result_list] == [by_alt.pk, by_title.pk]
    assert found.result_count == 2
    typed = {"term": "LOOM", "app_label": "stories", "model_name": "pictureblock", "field_name": "picture"}
    assert {row["id"] for row in editor.get("/admin/autocomplete/", typed).json()["results"]} == {
        str(by_alt.pk),
        str(by_title.pk),
    }
