"""The versions of a story: kept at every save, compared word by word, brought back in whole or by the block."""

import pytest

from safeguarding.models import Material
from stories import comparing, history, restoring, reviewing
from stories.models import Clip, OldSlug, PictureBlock, Story, TextBlock
from stories.snapshots import blocks_in_order, content_of
from tests import factories as make
from tests.pages import html_valid, max_queries
from tests.staff import form_of, said, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return make.staff("Editor", name="Edith Editor")


def address(story: Story, *rest: object) -> str:
    return f"/admin/stories/story/{story.pk}/" + "".join(f"{part}/" for part in rest)


def kept(story: Story, by=None, note: str = ""):
    story.refresh_from_db()
    return history.keep(story, by or make.staff("Editor"), note)


def now(story: Story):
    fresh = Story.objects.get(pk=story.pk)
    return content_of(fresh, blocks_in_order(fresh))


def shown(pieces, state: str) -> list[str]:
    return [piece.words.strip() for piece in pieces if piece.state == state]


# --- what is kept ----------------------------------------------------------------------------------
def test_every_save_is_kept_with_who_and_what_for_and_one_that_changes_nothing_is_not(editor):
    client, story = signed_in(editor), make.story("One")
    page = address(story, "change")
    client.post(page, form_of(client, page) | {"title": "Two", "_note": "A better title"})
    client.post(page, form_of(client, page) | {"_note": "Nothing new"})
    client.post(page, form_of(client, page) | {"title": "Three"})
    found = [(r.number, r.content["title"], r.note, r.created_by) for r in story.revisions.order_by("number")]
    assert found == [(1, "Two", "A better title", editor), (2, "Three", "", editor)]
    listed = client.get(address(story, "versions"))
    html_valid(listed.content)
    text = listed.content.decode()
    assert "A better title" in text
    assert "Edith Editor" in text


def test_the_list_of_versions_costs_the_same_however_many_there_are(editor):
    client, story = signed_in(editor), make.story()
    kept(story)
    client.get(address(story, "versions"))
    with max_queries(15) as few:
        client.get(address(story, "versions"))
    for number in range(8):
        Story.objects.filter(pk=story.pk).update(title=f"Title {number}")
        kept(story)
    with max_queries(len(few)):
        client.get(address(story, "versions"))


# --- comparing -------------------------------------------------------------------------------------
def test_words_that_came_and_went_are_told_apart_from_those_that_stayed():
    pieces = comparing.words_between("The train was late that day", "The bus was very late that day")
    assert (shown(pieces, "removed"), shown(pieces, "added")) == (["train"], ["bus", "very"])
    assert "".join(piece.words for piece in pieces if piece.state != "added") == "The train was late that day"
    assert "".join(piece.words for piece in pieces if piece.state != "removed") == "The bus was very late that day"


def test_blocks_that_moved_came_or_went_are_named_and_the_others_are_not():
    story = make.story(blocks=["<p>Alpha one two.</p>", "<p>Beta three four.</p>", {"quote": "Gamma."}, "<p>Delta five.</p>"])
    before = now(story)
    first, second = TextBlock.objects.filter(parent=story).order_by("ordering")[:2]
    TextBlock.objects.filter(pk=first.pk).update(ordering=100)
    TextBlock.objects.filter(pk=second.pk).update(html="<p>Beta three seven.</p>")
    story.stories_quoteblock_set.all().delete()
    TextBlock.objects.create(parent=story, region="main", ordering=5, html="<p>Epsilon is new here.</p>")
    rows = comparing.compare(before, now(story)).blocks
    assert [(row.name, row.states) for row in rows] == [
        ("Text", ("added",)), ("Text", ("changed",)), ("Quote", ("removed",)), ("Text", ()), ("Text", ("moved",)),
    ]  # fmt: skip
    assert shown(rows[1].pieces, "added") == ["seven."]
    assert (rows[4].place_before, rows[4].place_after) == (1, 4)
    assert comparing.compare(before, before).same


def test_a_changed_picture_is_shown_beside_the_former_one(editor):
    old, new = make.picture(alt="A shut door."), make.picture(alt="An open door.")
    story = make.story(blocks=[old], lead=old)
    first = kept(story, editor)
    Story.objects.filter(pk=story.pk).update(lead=new)
    PictureBlock.objects.filter(parent=story).update(picture=new)
    second = kept(story, editor)
    page = signed_in(editor).get(address(story, "versions", "compare"), {"from": first.number, "to": second.number})
    html_valid(page.content)
    text = page.content.decode()
    assert text.count(f"/media/p/{old.token}/full-320.jpg") == 2
    assert text.count(f"/media/p/{new.token}/full-320.jpg") == 2
    assert "<del>A shut </del><ins>An open </ins>" in text


def test_what_differs_but_in_emphasis_says_so_and_a_link_elsewhere_shows_its_address():
    story = make.story(blocks=['<p>She <a href="https://a.example/">came</a> home.</p>', "<p>Good day.</p>"])
    before = now(story)
    TextBlock.objects.filter(html__contains="Good").update(html="<p><strong>Good</strong> day.</p>")
    TextBlock.objects.filter(html__contains="came").update(html='<p>She <a href="https://b.example/">came</a> home.</p>')
    rows = comparing.compare(before, now(story)).blocks
    assert shown(rows[0].pieces, "added") == ["⟨https://b.example/⟩"]
    assert rows[1].states == ("changed",)
    assert rows[1].note


@pytest.mark.parametrize(
    "query", ["from=1&to=99", "from=x&to=now", "from=%00&to=now", "from=٣&to=now", "", "from=9999999999999&to=1"]
)
def test_versions_that_are_not_there_are_not_found(editor, query):
    story = make.story()
    kept(story)
    assert signed_in(editor).get(f"{address(story, 'versions', 'compare')}?{query}").status_code == 404


# --- bringing back ---------------------------------------------------------------------------------
def whole_story() -> Story:
    target = make.published_story()
    blocks: list[make.Block] = [
        "<p>Words.</p>", make.picture(), make.clip(), {"quote": "Q", "attribution": "A"}, {"aside": "<p>Aside</p>"}, target,
        {"url": "https://example.org/", "title": "Elsewhere"},
    ]  # fmt: skip
    return make.story(
        "Whole", blocks=blocks, place=make.place("IN"), themes=[make.theme()], people=[make.contributor("Asha")],
        channels=["web", "print"], byline="Told by her", content_note="Hard words.",
    )  # fmt: skip


def test_everything_of_a_version_comes_back_and_the_history_only_grows(editor):
    story = whole_story()
    first = kept(story, editor)
    TextBlock.objects.filter(parent=story).update(html="<p>Others.</p>")
    story.stories_pictureblock_set.all().delete()
    story.themes.clear()
    Story.objects.filter(pk=story.pk).update(title="Other", place=None, lead=None, channels=["web"], byline="")
    second = kept(story, editor)
    page = address(story, "versions", first.number, "restore")
    response = signed_in(editor).post(page, follow=True)
    assert "is the working copy again" in said(response)
    fresh = Story.objects.get(pk=story.pk)
    assert history.working_copy(fresh).digest == first.digest
    assert comparing.compare(first.content, now(story)).same
    assert [r.number for r in story.revisions.order_by("number")] == [first.number, second.number, second.number + 1]
    assert story.revisions.get(number=second.number).content["title"] == "Other"


def test_one_block_comes_back_in_its_place_and_nothing_else_changes(editor):
    story = make.story(blocks=["<p>One.</p>", "<p>Two.</p>", "<p>Three.</p>"])
    first = kept(story, editor)
    second_block = TextBlock.objects.filter(parent=story).order_by("ordering")[1]
    TextBlock.objects.filter(parent=story).update(html="<p>Changed.</p>")
    restoring.one_block(story, first, 2, editor)
    assert [block.html for block in blocks_in_order(story)] == ["<p>Changed.</p>", "<p>Two.</p>", "<p>Changed.</p>"]
    TextBlock.objects.filter(parent=story, html="<p>Two.</p>").delete()
    restoring.one_block(story, first, 2, editor)  # it is gone from the working copy: behind its former neighbour
    assert [block.html for block in blocks_in_order(story)] == ["<p>Changed.</p>", "<p>Two.</p>", "<p>Changed.</p>"]
    assert not TextBlock.objects.filter(pk=second_block.pk).exists()


def test_what_is_gone_from_the_library_is_said_and_the_rest_comes_back(editor):
    target = make.story("Gone soon")
    story = make.story(blocks=["<p>Stays.</p>", target], lead=make.picture())
    first = kept(story, editor)
    target.delete()
    Clip.objects.all().delete()
    missing = restoring.everything(story, first, editor)
    assert missing == ["Block 2 could not be brought back: what it shows or leads to is gone."]
    assert [block["kind"] for block in now(story)["blocks"]] == ["text"]
    moved = make.story("Moved", slug="new-address")
    OldSlug.objects.create(slug=first.content["blocks"][1]["slug"], story=moved)
    assert restoring.everything(story, first, editor) == []  # a former address still leads to a story
    assert now(story)["blocks"][1]["slug"] == "new-address"


def test_bringing_back_voids_an_approval_and_readers_see_nothing_of_it(client, editor):
    story = make.published_story("Before")
    first = story.revisions.get()
    Story.objects.filter(pk=story.pk).update(title="Later")
    make.approved(story)
    restoring.everything(story, first, editor)
    story.refresh_from_db()
    assert (story.stage, story.title) == ("writing", "Before")
    with pytest.raises(reviewing.NotPublishable):
        reviewing.publish(story, make.staff("Reviewer"))


def test_people_named_since_are_still_asked_after_an_older_version_comes_back(editor):
    story = make.story(people=[make.contributor("Asha")])
    first = kept(story, editor)
    story.story_contributors.create(contributor=make.contributor("Forgotten"), materials=[Material.NAME])
    kept(story, editor)
    restoring.everything(story, first, editor)
    assert sorted(story.story_contributors.values_list("contributor__public_name", flat=True)) == ["Asha", "Forgotten"]


def test_only_who_may_edit_brings_back_and_only_by_posting(editor):
    story = make.story("Kept")
    first = kept(story, editor)
    page = address(story, "versions", first.number, "restore")
    reviewer = signed_in(make.staff("Reviewer"))
    assert reviewer.get(address(story, "versions", first.number)).status_code == 200
    assert reviewer.post(page).status_code == 403
    assert signed_in(editor).get(page).status_code == 403
    for block in ("0", "7", "x", "-1", "\x00", "٢"):
        assert signed_in(editor).post(page, {"block": block}).status_code == 404
    assert signed_in(make.staff("Finance")).get(address(story, "versions")).status_code == 403
