"""Editors write, order and publish stories in the admin."""

import datetime
import re

import pytest
from django.test import Client
from django.utils import timezone

from stories.models import Story, TextBlock
from stories.models.stories import Status
from tests import factories as make
from tests.pages import max_queries
from tests.staff import form_of, said, signed_in, with_blocks

EDITOR_QUERIES = 25  # quality.md, section 1


@pytest.fixture
def boss(db: None) -> Client:
    """Give the browser of somebody with every right."""
    return signed_in(make.staff())


NEW = "/admin/stories/story/add/"


def change(story: Story) -> str:
    return f"/admin/stories/story/{story.pk}/change/"


# --- the story -------------------------------------------------------------------------------------
def test_a_story_with_blocks_is_written_in_one_go_and_published_once_a_second_person_approved_it(boss: Client):
    lead = make.picture()
    values = form_of(boss, NEW) | {"title": "Home again", "slug": "home-again", "standfirst": "She came back.", "lead": lead.pk}
    values = with_blocks(
        values, "textblock", {"html": "<p>Second.</p>", "ordering": 20}, {"html": "<p>First.</p>", "ordering": 10}
    )
    values = with_blocks(values, "quoteblock", {"text": "It rained.", "attribution": "Asha", "ordering": 30})
    response = boss.post(NEW, values | {"_step": "publish"}, follow=True)
    assert "A second person has to approve the story first" in said(response)
    story = Story.objects.get(slug="home-again")
    boss.post(change(story), form_of(boss, change(story)) | {"_step": "ask"})
    assert signed_in(make.staff()).post(f"/admin/stories/story/{story.pk}/step/", {"_step": "approve"}).status_code == 302
    response = boss.post(change(story), form_of(boss, change(story)) | {"_step": "publish"}, follow=True)
    story.refresh_from_db()
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
    values |= {"publish_at": "2026-02-01T10:00", "expire_at": "2026-01-01T10:00"}
    page = boss.post(change(story), values).content.decode()
    assert "A story cannot be a translation of itself." in page
    assert "The story would expire before it is published." in page


# --- the steps of publishing -----------------------------------------------------------------------
def test_every_reason_against_publishing_is_shown_with_where_to_mend_it(boss: Client):
    person = make.contributor("Asha", agreed=False)
    story = make.approved(make.story(people=[person], lead=None))
    response = boss.post(change(story), form_of(boss, change(story)) | {"_step": "publish"}, follow=True)
    page = response.content.decode()
    assert "Asha has no live consent for their name as published in this website." in page
    assert f'<a href="/admin/safeguarding/contributor/{person.pk}/change/">See their consents</a>' in page
    assert "Choose a lead picture." in page
    story.refresh_from_db()
    assert story.status == Status.DRAFT


def test_what_was_typed_is_kept_when_publishing_is_refused(boss: Client):
    story = make.story(lead=None)
    boss.post(change(story), form_of(boss, change(story)) | {"title": "Typed before publishing", "_step": "publish"})
    story.refresh_from_db()
    assert story.title == "Typed before publishing"


def test_saving_a_published_story_changes_only_the_working_copy_and_says_so(boss: Client):
    story = make.published_story("Before")
    response = boss.post(change(story), form_of(boss, change(story)) | {"title": "After", "_continue": "1"}, follow=True)
    story.refresh_from_db()
    assert (story.title, story.live_revision.content["title"]) == ("After", "Before")
    assert "Readers still see the version of" in said(response)
    make.approved(story)
    boss.post(change(story), form_of(boss, change(story)) | {"_step": "publish"})
    story.refresh_from_db()
    assert story.live_revision.content["title"] == "After"


def test_a_story_is_scheduled_for_a_time_ahead_and_not_without_one(boss: Client):
    story = make.approved(make.story())
    response = boss.post(change(story), form_of(boss, change(story)) | {"_step": "schedule"}, follow=True)
    assert "Set “publish at” to a time ahead" in said(response)
    ahead = timezone.now() + datetime.timedelta(days=2)
    when = {"publish_at": f"{ahead:%Y-%m-%dT%H:%M}"}
    response = boss.post(change(story), form_of(boss, change(story)) | when | {"_step": "schedule"}, follow=True)
    assert "goes out on" in said(response)
    story.refresh_from_db()
    assert (story.status, story.is_public()) == (Status.PUBLISHED, False)


def test_a_published_story_is_taken_back_or_withdrawn(boss: Client):
    for step, status in [("unpublish", Status.DRAFT), ("withdraw", Status.WITHDRAWN)]:
        story = make.published_story()
        boss.post(change(story), form_of(boss, change(story)) | {"_step": step})
        story.refresh_from_db()
        assert (story.status, story.live_revision) == (status, None)


def test_a_changed_address_leads_from_the_old_one_to_the_new(boss: Client):
    story = make.published_story(slug="first-words")
    boss.post(change(story), form_of(boss, change(story)) | {"slug": "better-words"})
    response = Client().get("/stories/first-words/")
    assert (response.status_code, response["Location"]) == (301, "/stories/better-words/")


def test_an_unheard_of_step_is_refused(boss: Client):
    story = make.story()
    assert boss.post(change(story), form_of(boss, change(story)) | {"_step": "delete_everything"}).status_code == 403


def test_steps_are_taken_by_posting_only_and_not_from_other_sites(boss: Client):
    story = make.approved(make.story())
    address = f"/admin/stories/story/{story.pk}/step/"
    assert boss.get(address).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = boss.cookies
    assert strict.post(address, {"_step": "publish"}).status_code == 403
    assert boss.post(address, {"_step": "publish"}).status_code == 302  # the control: the same post, not checked for its origin
    story.refresh_from_db()
    assert story.is_public()


def test_many_stories_are_published_at_once_and_those_that_cannot_say_why(boss: Client):
    good, bad = make.approved(make.story("Good")), make.approved(make.story("Bad", lead=None))
    values = {"action": "publish_selected", "_selected_action": [good.pk, bad.pk]}
    response = boss.post("/admin/stories/story/", values, follow=True)
    assert "“Good” is public" in said(response)
    assert "“Bad”: Choose a lead picture." in said(response)
    assert "1 story stays as it was." in said(response)


def test_what_was_once_public_cannot_be_deleted(boss: Client):
    story = make.published_story()
    assert boss.post(f"/admin/stories/story/{story.pk}/delete/", {"post": "yes"}).status_code == 403
    draft = make.story()
    assert boss.post(f"/admin/stories/story/{draft.pk}/delete/", {"post": "yes"}).status_code == 302
    assert list(Story.objects.all()) == [story]


def test_posted_orders_to_copy_blocks_are_not_taken(boss: Client):
    story, other = make.story(), make.story()
    block = other.stories_textblock_set.get()
    values = form_of(boss, change(story)) | {
        "_clone": f"stories.textblock:{block.pk}",
        "_clone_region": "main",
        "_clone_ordering": 5,
    }
    boss.post(change(story), values)
    assert TextBlock.objects.filter(parent=other).count() == 1


# --- cost ------------------------------------------------------------------------------------------
def long_story() -> Story:
    """Make a story of sixty blocks, every kind and every field."""
    blocks: list[make.Block] = [
        "<p>Words.</p>",
        make.picture(),
        make.clip(),
        make.published_story(),
        {"quote": "Q"},
        {"aside": "<p>A</p>"},
    ] * 10  # sixty
    return make.published_story(
        blocks=blocks, place=make.place(), themes=[make.theme(), make.theme("Work")], people=[make.contributor() for _ in range(3)],
        translation_of=make.story(language="es"),
    )  # fmt: skip


def queries_of(client: Client, address: str) -> int:
    client.get(address)  # what is looked up once a process is not counted
    with max_queries(EDITOR_QUERIES) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize("group", [None, "Editor"])
def test_the_story_editor_asks_the_database_no_more_than_25_times_however_much_there_is(db: None, group: str | None):
    client = signed_in(make.staff(group))
    story = long_story()
    story.related.set([make.story(), make.story()])
    before = queries_of(client, change(story))
    for _ in range(15):
        make.story(blocks=[make.picture(), make.clip()])
    assert queries_of(client, change(story)) == before


def test_who_judges_a_story_reads_its_working_copy_in_order_without_an_editor(db: None):
    story = make.story(blocks=["<p>One.</p>", make.picture(alt="A door"), {"quote": "Two."}, "<p>Three.</p>"])
    page = signed_in(make.staff("Reviewer")).get(change(story)).content.decode()
    reading = page.split('class="reading"')[1]
    places = [reading.index(words) for words in ("One.", "A door", "Two.", "Three.")]
    assert places == sorted(places)
    assert "content_editor/index.js" not in page
    assert "content_editor/index.js" in signed_in(make.staff("Editor")).get(change(story)).content.decode()  # the control


def test_the_list_of_stories_costs_the_same_however_many_there_are(boss: Client):
    make.published_story(place=make.place())
    before = queries_of(boss, "/admin/stories/story/")
    for _ in range(10):
        make.published_story(place=make.place("GT", "Petén"))
    assert queries_of(boss, "/admin/stories/story/") == before


def test_the_list_says_where_each_story_stands_and_filters_by_it(boss: Client):
    now = timezone.now()
    make.story("A draft")
    make.published_story("A public one")
    make.published_story("A later one", publish_at=now + datetime.timedelta(days=1))
    ended = make.published_story("An ended one")
    Story.objects.filter(pk=ended.pk).update(live_until=now)
    gone = make.published_story("A withdrawn one")
    boss.post(change(gone), form_of(boss, change(gone)) | {"_step": "withdraw"})
    expected = {
        "draft": "A draft",
        "published": "A public one",
        "scheduled": "A later one",
        "expired": "An ended one",
        "withdrawn": "A withdrawn one",
    }
    for state, title in expected.items():
        found = boss.get("/admin/stories/story/", {"state": state}).context["cl"].result_list
        assert [story.title for story in found] == [title], state


def test_stories_are_found_by_title_and_offered_by_typing(boss: Client):
    story = make.story("The birthday cake")
    make.story("Another")
    assert [s.pk for s in boss.get("/admin/stories/story/", {"q": "birthday"}).context["cl"].result_list] == [story.pk]
    typed = {"term": "birthd", "app_label": "stories", "model_name": "linkblock", "field_name": "story"}
    assert boss.get("/admin/autocomplete/", typed).json()["results"] == [{"id": str(story.pk), "text": "The birthday cake"}]


# --- the policy header -----------------------------------------------------------------------------
def test_every_inline_script_of_the_editor_carries_the_nonce_of_its_answer(boss: Client):
    response = boss.get(change(make.story()))
    (nonce,) = re.findall(r"'nonce-([^']+)'", response["Content-Security-Policy"])
    tags = re.findall(r"<script([^>]*)>", response.content.decode())
    running = [tag for tag in tags if "src=" not in tag and "application/json" not in tag]
    assert len(running) == 1
    assert 'type="importmap"' in running[0]
    assert f'nonce="{nonce}"' in running[0]
    assert "unsafe-inline" not in re.findall(r"script-src[^;]*", response["Content-Security-Policy"])[0]
