"""Editors write, order and publish stories in the admin."""

import datetime
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from stories.models import Story, TextBlock
from stories.models.stories import Status
from tests import factories as make
from tests.pages import max_queries

EDITOR_QUERIES = 25  # quality.md, section 1


def signed_in(account: Any) -> Client:
    """Return the browser of somebody who signed in."""
    client = Client()
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def boss(db: None) -> Client:
    """Give the browser of somebody with every right."""
    return signed_in(make.staff())


def form_of(client: Client, address: str) -> dict[str, str]:
    """Return what the form at an address would post if nothing was changed."""
    response = client.get(address)
    assert response.status_code == 200
    values: dict[str, Any] = {}
    context = response.context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        formset = inline.formset
        values |= {f"{formset.prefix}-{name}": value for name, value in formset.management_form.initial.items()}
        forms += formset.forms
    for form in forms:
        for bound in form:
            value = bound.value()
            widget = bound.field.widget
            if hasattr(widget, "decompress"):
                for number, part in enumerate(widget.decompress(value)):
                    values[f"{bound.html_name}_{number}"] = part or ""
            elif value is not None and value is not False:
                values[bound.html_name] = bound.field.prepare_value(value)
    return values


def with_blocks(values: dict[str, Any], kind: str, *blocks: dict[str, Any]) -> dict[str, Any]:
    """Return the posted values with more blocks of a kind ("textblock", …)."""
    prefix = f"stories_{kind}_set"
    start = int(values[f"{prefix}-TOTAL_FORMS"])
    for number, block in enumerate(blocks, start=start):
        values |= {f"{prefix}-{number}-{name}": value for name, value in ({"region": "main"} | block).items()}
    return values | {f"{prefix}-TOTAL_FORMS": start + len(blocks)}


def said(response: Any) -> str:
    """Return the messages of a page."""
    return " ".join(str(message) for message in response.context["messages"])


NEW = "/admin/stories/story/add/"


def change(story: Story) -> str:
    return f"/admin/stories/story/{story.pk}/change/"


# --- the story -------------------------------------------------------------------------------------
def test_a_story_with_blocks_is_written_and_published_in_one_go(boss: Client):
    lead = make.picture()
    values = form_of(boss, NEW) | {"title": "Home again", "slug": "home-again", "standfirst": "She came back.", "lead": lead.pk}
    values = with_blocks(
        values, "textblock", {"html": "<p>Second.</p>", "ordering": 20}, {"html": "<p>First.</p>", "ordering": 10}
    )
    values = with_blocks(values, "quoteblock", {"text": "It rained.", "attribution": "Asha", "ordering": 30})
    response = boss.post(NEW, values | {"_step": "publish"}, follow=True)
    story = Story.objects.get(slug="home-again")
    assert story.is_public()
    assert "is public at" in said(response)
    assert [b.get("html") or b.get("text") for b in story.live_revision.content["blocks"]] == [
        "<p>First.</p>",
        "<p>Second.</p>",
        "It rained.",
    ]


def test_a_new_story_goes_out_by_the_website_however_the_boxes_are_ticked(boss: Client):
    values = form_of(boss, NEW) | {"title": "T", "slug": "t", "standfirst": "S", "channels": ["email"]}
    boss.post(NEW, values)
    assert Story.objects.get().channels == ["web", "email"]


def test_the_form_shows_what_is_stored(boss: Client):
    story = make.story(
        people=[make.contributor("Asha")], channels=["web", "print"], place=make.place("IN", "Tamil Nadu"), themes=[make.theme()]
    )
    boss.post(change(story), form_of(boss, change(story)) | {"title": "Another title"})
    saved = Story.objects.get(pk=story.pk)
    assert (saved.title, saved.channels, saved.place, saved.lead) == ("Another title", ["web", "print"], story.place, story.lead)
    assert list(saved.themes.all()) == list(story.themes.all())
    assert [(who.contributor.public_name, who.materials) for who in saved.story_contributors.all()] == [("Asha", ["name"])]


def test_a_block_can_be_taken_out_and_others_put_in_another_order(boss: Client):
    story = make.story(blocks=["<p>a</p>", "<p>b</p>", "<p>c</p>"])
    values = form_of(boss, change(story))
    values |= {"stories_textblock_set-0-DELETE": "on", "stories_textblock_set-2-ordering": 15}
    boss.post(change(story), values)
    assert list(TextBlock.objects.filter(parent=story).order_by("ordering").values_list("html", flat=True)) == [
        "<p>c</p>",
        "<p>b</p>",
    ]


def test_scripts_are_gone_once_a_text_is_saved(boss: Client):
    story = make.story(blocks=[])
    values = with_blocks(
        form_of(boss, change(story)), "textblock", {"html": "<p>Good<script>alert(1)</script></p>", "ordering": 10}
    )
    boss.post(change(story), values)
    assert TextBlock.objects.get().html == "<p>Good</p>"


def test_a_link_block_asks_for_one_target(boss: Client):
    story = make.story(blocks=[])
    values = with_blocks(form_of(boss, change(story)), "linkblock", {"label": "Read on", "url": "", "story": "", "ordering": 10})
    response = boss.post(change(story), values)
    assert "Choose a story, or give an address elsewhere." in response.content.decode()


def test_a_link_elsewhere_is_taken_as_https_when_it_says_nothing(boss: Client):
    story = make.story(blocks=[])
    values = with_blocks(form_of(boss, change(story)), "linkblock", {"url": "example.org/more", "title": "More", "ordering": 10})
    boss.post(change(story), values)
    assert story.stories_linkblock_set.get().url == "https://example.org/more"


def test_a_story_cannot_translate_itself_or_end_before_it_begins(boss: Client):
    story = make.story()
    values = form_of(boss, change(story)) | {"translation_of": story.pk}
    values |= {"publish_at_0": "2026-02-01", "publish_at_1": "10:00", "expire_at_0": "2026-01-01", "expire_at_1": "10:00"}
    page = boss.post(change(story), values).content.decode()
    assert "A story cannot be a translation of itself." in page
    assert "The story would expire before it is published." in page
