"""Autosave, two people in one story, and the preview of what nobody saved."""

import datetime
import re
from pathlib import Path

import pytest
import time_machine
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from stories import autosave, publishing
from stories.models import Autosave, Story, TextBlock
from tests import factories as make
from tests.pages import html_valid
from tests.staff import form_of, said, with_blocks

NEW = "/admin/stories/story/add/"
WORD = Path(__file__).parent / "clipboard" / "word.html"
WRITING = "/admin/stories/story/writing"


def change(story: Story) -> str:
    return f"/admin/stories/story/{story.pk}/change/"


def signed_in(account) -> Client:
    client = Client()
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.account = account
    return client


@pytest.fixture
def ruth(db) -> Client:
    """Give the browser of an editor."""
    return signed_in(make.staff("Editor", name="Ruth Okoro"))


@pytest.fixture
def daniel(db) -> Client:
    """Give the browser of another editor."""
    return signed_in(make.staff("Editor", name="Daniel Reyes"))


def page_of(client: Client, address: str) -> dict:
    """Return what the open page would post, the hidden mark of what it was made from included."""
    mark = re.search(r'name="_based_on" value="([^"]*)"', client.get(address).content.decode())[1]
    return form_of(client, address) | {"_based_on": mark}


def wrote(client: Client, story: Story | None, values: dict):
    return client.post(f"{WRITING}/autosave/?story={story.pk}" if story else f"{WRITING}/autosave/", values)


# --- autosave ------------------------------------------------------------------------------------------
def test_what_is_being_written_is_kept_beside_the_story_and_given_back(ruth):
    story = make.story("Before", blocks=["<p>One.</p>"])
    values = page_of(ruth, change(story)) | {"title": "After"}
    values = with_blocks(values, "textblock", {"html": "<p>Two.</p>", "ordering": 20})
    assert wrote(ruth, story, values).status_code == 200
    story.refresh_from_db()
    assert (story.title, story.revisions.count(), TextBlock.objects.count()) == ("Before", 0, 1)
    page = ruth.get(change(story)).content.decode()
    assert "that was not saved" in page
    assert 'value="Before"' in page
    restored = ruth.get(change(story), {"restore": 1})
    html = restored.content.decode()
    assert "This is what you wrote at" in html
    assert 'value="After"' in html
    assert "&lt;p&gt;Two.&lt;/p&gt;" in html
    story.refresh_from_db()
    assert story.title == "Before"


def test_a_story_that_was_never_saved_has_a_slot_too(ruth):
    wrote(ruth, None, {"title": "Begun", "slug": "", "standfirst": "S"})
    assert 'value="Begun"' in ruth.get(NEW, {"restore": 1}).content.decode()
    ruth.post(NEW, form_of(ruth, NEW) | {"title": "Begun", "slug": "begun", "standfirst": "S"})
    assert Story.objects.get().title == "Begun"
    assert not Autosave.objects.unsaved().exists()


def test_saving_empties_the_slot_and_a_refused_save_does_not(ruth):
    story = make.story()
    wrote(ruth, story, page_of(ruth, change(story)) | {"title": "Typed"})
    ruth.post(change(story), page_of(ruth, change(story)) | {"title": ""})
    assert Autosave.objects.unsaved().count() == 1
    ruth.post(change(story), page_of(ruth, change(story)) | {"title": "Typed"})
    assert Autosave.objects.unsaved().count() == 0


def test_discarding_empties_the_slot_and_shows_the_story_as_stored(ruth):
    story = make.story("Stored")
    wrote(ruth, story, {"title": "Typed"})
    response = ruth.post(f"{WRITING}/discard/?story={story.pk}", follow=True)
    assert 'value="Stored"' in response.content.decode()
    assert not Autosave.objects.unsaved().exists()


def test_a_slot_is_its_owners_alone_and_needs_the_right_to_write(ruth, daniel):
    story = make.story("Stored")
    wrote(ruth, story, {"title": "Only mine"})
    assert "Only mine" not in daniel.get(change(story), {"restore": 1}).content.decode()
    reviewer = signed_in(make.staff("Reviewer"))
    for name in ("autosave", "discard", "preview"):
        assert reviewer.post(f"{WRITING}/{name}/?story={story.pk}", {"title": "x"}).status_code == 403
        assert ruth.post(f"{WRITING}/{name}/?story=999999", {"title": "x"}).status_code == 403
        assert ruth.get(f"{WRITING}/{name}/").status_code == 405
    assert Client().post(f"{WRITING}/autosave/", {"title": "x"}).status_code == 302


def test_tokens_and_buttons_are_not_kept_and_too_much_is_refused(ruth):
    story = make.story()
    wrote(ruth, story, {"title": "T", "csrfmiddlewaretoken": "secret", "_save": "1"})
    assert QueryDict(Autosave.objects.get().form).dict() == {"title": "T"}
    answer = wrote(ruth, story, {"title": "T" * (autosave.MAX_BYTES + 1)})
    assert answer.status_code == 413
    assert "too long" in answer.json()["error"]


@pytest.mark.parametrize("odd", ["a\x00b", "\ud800", "9" * 400, "😀"])
def test_odd_text_is_kept_and_shown_again_without_an_error(ruth, odd):
    story = make.story()
    body = f"title={odd}".encode("utf-8", "surrogatepass")
    answer = ruth.generic("POST", f"{WRITING}/autosave/?story={story.pk}", body, "application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert ruth.get(change(story), {"restore": 1}).status_code == 200
    assert (
        ruth.generic("POST", f"{WRITING}/preview/?story={story.pk}", body, "application/x-www-form-urlencoded").status_code == 200
    )


def test_slots_nobody_came_back_to_are_forgotten(ruth):
    story = make.story()
    wrote(ruth, story, {"title": "T"})
    assert autosave.forget_old() == 0
    with time_machine.travel(timezone.now() + datetime.timedelta(days=31), tick=False):
        assert autosave.forget_old() == 1


# --- two people ----------------------------------------------------------------------------------------
def test_each_sees_the_other_while_their_pages_are_open(ruth, daniel):
    story = make.story()
    assert wrote(ruth, story, {}).json()["others"] == []
    assert wrote(daniel, story, {}).json()["others"] == ["Ruth has this story open too."]
    wrote(daniel, story, {"title": "T"})
    assert wrote(ruth, story, {}).json()["others"] == ["Daniel is writing here too."]
    wrote(daniel, story, {"leaving": "1"})
    assert wrote(ruth, story, {}).json()["others"] == []
    wrote(daniel, story, {})
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=2), tick=False):
        assert wrote(ruth, story, {}).json()["others"] == []


def test_a_page_is_told_when_somebody_else_saved(ruth, daniel):
    story = make.story()
    mine = page_of(ruth, change(story)) | {"_changed_at": story.changed_at.isoformat()}
    assert "moved_on" not in wrote(ruth, story, mine).json()
    story.save()  # touched, but with the same words
    assert "moved_on" not in wrote(ruth, story, mine).json()
    daniel.post(change(story), page_of(daniel, change(story)) | {"title": "Theirs"})
    assert "Saved by Daniel at" in wrote(ruth, story, mine).json()["moved_on"]


def conflict(ruth, daniel):
    """Let Daniel save between Ruth's opening and her saving; return the story, what she posted and the answer."""
    story = make.story("Before", blocks=["<p>First words here.</p>", "<p>Second.</p>", "<p>Third.</p>"])
    mine = page_of(ruth, change(story)) | {"title": "Ruth's title", "stories_textblock_set-0-html": "<p>First words of Ruth.</p>"}
    mine = with_blocks(mine, "textblock", {"html": "<p>Ruth's own.</p>", "ordering": 40})
    theirs = page_of(daniel, change(story)) | {"title": "Daniel's title", "stories_textblock_set-1-DELETE": "on"}
    theirs = with_blocks(theirs, "textblock", {"html": "<p>Daniel's own.</p>", "ordering": 50})
    daniel.post(change(story), theirs)
    return story, mine, ruth.post(change(story), mine)


def words_of(story):
    return list(TextBlock.objects.filter(parent=story).order_by("ordering").values_list("html", flat=True))


THEIRS = ["<p>First words here.</p>", "<p>Third.</p>", "<p>Daniel's own.</p>"]


def test_a_stale_save_is_refused_with_both_versions_shown_and_nothing_lost(ruth, daniel):
    story, _mine, answer = conflict(ruth, daniel)
    html = answer.content.decode()
    story.refresh_from_db()
    assert (answer.status_code, story.title, words_of(story)) == (200, "Daniel's title", THEIRS)
    assert "This story was saved by Daniel at" in html
    assert "<del>Daniel&#x27;s</del> title" in html
    assert "<ins>Ruth&#x27;s</ins> title" in html
    for kept in (
        'value="Ruth&#x27;s title"',
        "&lt;p&gt;First words of Ruth.&lt;/p&gt;",
        "&lt;p&gt;Ruth&#x27;s own.&lt;/p&gt;",
        "&lt;p&gt;Second.&lt;/p&gt;",
    ):
        assert kept in html, kept
    for choice in ("See changes", "Keep mine", "Take theirs"):
        assert choice in html


def test_keep_mine_makes_the_story_what_the_page_shows(ruth, daniel):
    story, mine, answer = conflict(ruth, daniel)
    now = re.search(r'name="_keep_mine" value="(\w+)"', answer.content.decode())[1]
    ruth.post(change(story), mine | {"_keep_mine": now})
    story.refresh_from_db()
    assert story.title == "Ruth's title"
    assert words_of(story) == ["<p>First words of Ruth.</p>", "<p>Second.</p>", "<p>Third.</p>", "<p>Ruth's own.</p>"]


def test_keep_mine_overrules_only_the_version_that_was_shown(ruth, daniel):
    story, mine, answer = conflict(ruth, daniel)
    now = re.search(r'name="_keep_mine" value="(\w+)"', answer.content.decode())[1]
    daniel.post(change(story), page_of(daniel, change(story)) | {"title": "Daniel again"})
    assert "saved by Daniel" in ruth.post(change(story), mine | {"_keep_mine": now}).content.decode()
    story.refresh_from_db()
    assert story.title == "Daniel again"


def test_without_the_mark_the_last_save_would_win(ruth, daniel):
    """The control: what the mark is there for."""
    story = make.story("Before")
    mine = page_of(ruth, change(story)) | {"title": "Ruth's title"}
    daniel.post(change(story), page_of(daniel, change(story)) | {"title": "Daniel's title"})
    ruth.post(change(story), mine | {"_based_on": ""})
    story.refresh_from_db()
    assert story.title == "Ruth's title"


def test_restoring_into_a_story_that_moved_on_shows_everything_typed(ruth, daniel):
    story = make.story(blocks=["<p>One.</p>", "<p>Two.</p>"])
    mine = page_of(ruth, change(story)) | {"stories_textblock_set-1-html": "<p>Two of Ruth.</p>"}
    wrote(ruth, story, mine)
    daniel.post(change(story), page_of(daniel, change(story)) | {"stories_textblock_set-1-DELETE": "on"})
    html = ruth.get(change(story), {"restore": 1}).content.decode()
    assert "&lt;p&gt;Two of Ruth.&lt;/p&gt;" in html


# --- preview -------------------------------------------------------------------------------------------
def test_the_published_page_is_byte_for_byte_what_the_preview_showed_apart_from_its_banner(db):
    boss = signed_in(make.staff())
    make.published_story("Another one", place=make.place(), themes=[make.theme()])
    with time_machine.travel(timezone.now(), tick=False):
        story = make.story(
            "Before", lead=make.picture(), place=make.place(), themes=[make.theme()], blocks=["<p>Old.</p>", make.picture()]
        )
        values = page_of(boss, change(story)) | {"title": "Home & dry", "themes": [make.theme("Work").pk]}
        values["stories_textblock_set-0-html"] = "<p>New <em>words</em>.</p>"
        values = with_blocks(values, "quoteblock", {"text": "It rained.", "attribution": "Asha", "ordering": 5})
        values = with_blocks(values, "clipblock", {"clip": make.clip("youtube").pk, "ordering": 50})
        seen = boss.post(f"{WRITING}/preview/?story={story.pk}", values).content.decode()
        story.refresh_from_db()
        assert (story.title, words_of(story)) == ("Before", ["<p>Old.</p>"])  # nothing was saved
        boss.post(change(story), values)
        publishing.publish(Story.objects.get(pk=story.pk))
        published = Client().get(Story.objects.get(pk=story.pk).get_absolute_url())
    assert published.status_code == 200
    without = re.sub(r'<link rel="stylesheet" href="[^"]*preview[^"]*css"><p class="preview-banner".*?</p>\n', "", seen, count=1)
    assert without != seen
    assert without == published.content.decode()
    html_valid(seen)


def test_a_story_that_was_never_saved_is_previewed_with_what_is_there(ruth):
    values = form_of(ruth, NEW) | {"title": "", "slug": "", "standfirst": ""}
    values = with_blocks(values, "textblock", {"html": "<p>First words.</p>", "ordering": 10}, {"html": "", "ordering": 20})
    being_prepared = make.picture(ready=False)
    values = with_blocks(values | {"lead": being_prepared.pk}, "pictureblock", {"picture": being_prepared.pk, "ordering": 30})
    page = ruth.post(f"{WRITING}/preview/", values).content.decode()
    assert "First words." in page
    html_valid(page)
    assert Story.objects.count() == 0


def test_nothing_that_was_typed_runs_in_the_preview(ruth):
    story = make.story()
    values = page_of(ruth, change(story)) | {"title": "<script>alert(1)</script>"}
    values = with_blocks(values, "textblock", {"html": "<p>x<img src=x onerror=alert(1)></p>", "ordering": 10})
    page = ruth.post(f"{WRITING}/preview/?story={story.pk}", values).content.decode()
    assert "<script>alert" not in page
    assert "onerror" not in page


# --- paste ---------------------------------------------------------------------------------------------
def test_the_editor_has_pasted_markup_cleaned_and_only_writers_may_ask(db):
    editor = signed_in(make.staff("Editor"))
    answer = editor.post("/admin/stories/story/writing/paste/", {"html": "<p style=x>Before <del>Asha</del>after</p>"}).json()
    assert answer["html"] == "<p>Before after</p>"
    assert "1 deleted passage" in answer["notice"]
    assert signed_in(make.staff("Reviewer")).post("/admin/stories/story/writing/paste/", {"html": "x"}).status_code == 403
    assert Client().post("/admin/stories/story/writing/paste/", {"html": "x"}).status_code == 302


def test_saving_foreign_markup_says_what_was_left_out(db):
    editor = signed_in(make.staff("Editor"))
    story = make.story(blocks=[])
    address = f"/admin/stories/story/{story.pk}/change/"
    values = with_blocks(form_of(editor, address), "textblock", {"html": WORD.read_text(), "ordering": 10})
    response = editor.post(address, values, follow=True)
    assert "her sister" in TextBlock.objects.get().html
    assert "Lakshmi" not in TextBlock.objects.get().html
    assert "Left out: 2 deleted passages, 1 comment, 1 picture." in said(response)
