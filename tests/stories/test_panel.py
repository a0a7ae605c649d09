"""The panel beside the form: what blocks publishing, what warns, where each line leads, and the comments of a review."""

import pytest

from letters.models import Letter
from stories import checking, grading, publishing, reviewing
from stories.models import OldSlug, ReviewComment, Story, TextBlock
from stories.snapshots import blocks_in_order, key_of
from tests import factories as make
from tests.pages import html_valid, max_queries
from tests.staff import signed_in

pytestmark = pytest.mark.django_db

PLAIN = "She came home in May. The dog ran to the gate. We ate rice and sang. It rained, and nobody minded at all. " * 5
HARD = (
    "Notwithstanding considerable institutional impediments, the extraordinarily determined survivors subsequently "
    "established representative organisations, participating collaboratively in comprehensive legislative consultations "
    "concerning the administrative rehabilitation of communities historically subjected to intergenerational exploitation. "
) * 3


def found(story: Story, *, red: bool) -> list[str]:
    return [finding.words for finding in checking.findings(story) if finding.red == red]


def panel(story: Story) -> str:
    return f"/admin/stories/story/{story.pk}/panel/"


def test_a_good_story_has_nothing_against_it():
    assert checking.findings(make.story(blocks=["<h2>One</h2><h3>Two</h3><p>Good words.</p>", make.clip()])) == []


# --- each check, with what it lets pass ------------------------------------------------------------
def test_what_publishing_refuses_blocks_and_says_where_to_mend_it():
    person = make.contributor("Asha", agreed=False)
    story = make.story(people=[person], lead=None)
    findings = [finding for finding in checking.findings(story) if finding.red]
    assert {finding.field for finding in findings} == {"", "lead"}
    assert f"/admin/safeguarding/contributor/{person.pk}/change/" in {finding.mend_at for finding in findings}
    assert any("Asha" in finding.words for finding in findings)


def test_a_picture_wants_words_that_say_what_it_shows():
    empty, file_name, good = make.picture(alt=" "), make.picture(alt="IMG_2041.jpg"), make.picture(alt="A door in the rain.")
    story = make.story(blocks=[empty, file_name, good], lead=make.picture(alt="", decorative=True))
    assert found(story, red=True) == [f"“{empty}” has no alternative text."]
    assert found(story, red=False) == [
        "The lead picture is marked as decorative: nobody hears what it shows.",
        f"The alternative text of “{file_name}” does not say what it shows.",
    ]


def test_a_clip_of_our_own_wants_captions_and_a_transcript_and_one_elsewhere_is_warned_of():
    own, elsewhere = make.clip("own", transcript=""), make.clip("vimeo", transcript="")
    story = make.story(blocks=[own, elsewhere])
    assert len(found(story, red=True)) == 2
    assert found(story, red=False) == [f"“{elsewhere}” has no transcript."]
    own.captions.create(language="en", text="WEBVTT\n\n00:00.000 --> 00:05.000\nA bell.\n")
    type(own).objects.update(transcript="A bell.")
    assert checking.findings(Story.objects.get(pk=story.pk)) == []


def test_headings_come_in_order_across_blocks():
    story = make.story(blocks=["<h3>Too small</h3><p>Words.</p>", "<h2>Large</h2>", "<h3>Now fine</h3>"])
    findings = checking.findings(story)
    assert [finding.words for finding in findings] == ["“Too small” is a smaller heading with no larger one above it."]
    assert findings[0].block == key_of(blocks_in_order(story)[0])


def link(address: str, words: str = "how it went on") -> str:
    return f'<p>Read <a href="{address}">{words}</a>.</p>'


@pytest.mark.parametrize(
    "address, red, amber",
    [
        ("/stories/", 0, 0),
        ("/es/stories/", 0, 0),
        ("/stories/there/", 0, 0),
        ("/stories/there/?page=2#end", 0, 0),
        ("https://example.org/", 0, 0),
        ("mailto:hello@example.org", 0, 0),
        ("/stories/nowhere/", 1, 0),
        ("/nothing/of/the/kind/", 1, 0),
        ("/stories/gone/", 1, 0),
        ("/admin/stories/story/", 1, 0),
        ("https://[broken/", 1, 0),
        ("/stories/former/", 0, 1),
        ("/stories/draft/", 0, 1),
        ("http://example.org/", 0, 1),
    ],
)
def test_links_are_followed_within_this_site_and_looked_at_beyond(settings, address, red, amber):
    there = make.published_story(slug="there")
    OldSlug.objects.create(slug="former", story=there)
    publishing.withdraw(make.published_story(slug="gone"))
    make.story(slug="draft")
    for full in {address, settings.SITE_URL + address if address.startswith("/") else address}:
        story = make.story(blocks=[link(full)])
        assert (len(found(story, red=True)), len(found(story, red=False))) == (red, amber), full


def test_a_link_block_to_a_story_that_left_blocks_and_to_one_not_yet_public_warns():
    gone, draft, live = make.published_story("Gone"), make.story("Draft"), make.published_story("Live")
    publishing.withdraw(gone)
    story = make.story(blocks=[gone, draft, live])
    assert found(story, red=True) == ["“Gone” is no longer shown: a link to it is dead."]
    assert found(story, red=False) == ["“Draft” is not public yet: readers who follow the link find nothing."]


def test_link_words_say_where_the_link_leads():
    story = make.story(blocks=[link("https://example.org/", "Click here")])
    assert found(story, red=False) == ["“Click here” does not say where the link leads."]


def test_long_titles_and_hard_words_warn():
    story = make.story("A title that goes on " * 5, standfirst="What came of it in the end. " * 8, blocks=[f"<p>{HARD}</p>"])
    assert [finding.field for finding in checking.findings(story)] == ["title", "standfirst", ""]
    assert "reads like school year" in found(story, red=False)[-1]


def test_the_reading_grade_tells_plain_words_from_hard_ones_and_keeps_quiet_where_it_knows_nothing():
    assert grading.grade(PLAIN, "en") < 4
    assert grading.grade(HARD, "en") > 16
    assert grading.grade("Ella volvió a casa en mayo. El perro corrió a la puerta. Comimos arroz y cantamos. " * 6, "es") < 9
    assert grading.grade(PLAIN, "ar") is None
    assert grading.grade("Three words only.", "en") is None


def test_heavy_pictures_are_named_with_their_weight(monkeypatch):
    heavy = make.picture(title="The market")
    sizes = {heavy.token: 400_000}

    class Stored:
        def __init__(self, size):
            self.size = size

    monkeypatch.setattr(checking.media_storage, "find", lambda name: Stored(sizes.get(name.split("/")[1], 60_000)))
    story = make.story(blocks=[heavy, heavy, make.picture()])
    assert found(story, red=False) == ["“The market” weighs 400 KB on a phone: crop it, or choose a calmer picture."]


# --- red blocks ------------------------------------------------------------------------------------
def test_what_is_red_keeps_an_approved_story_from_readers_until_it_is_mended():
    story = make.approved(make.story(blocks=[link("/stories/nowhere/")]))
    reviewer = make.staff("Reviewer")
    with pytest.raises(reviewing.NotPublishable, match="leads to no page of this site"):
        reviewing.publish(story, reviewer)
    story.refresh_from_db()
    assert (story.status, story.stage) == ("draft", "approved")
    make.story(slug="nowhere")  # only a draft: that warns, and does not block
    reviewing.publish(story, reviewer)


# --- the page --------------------------------------------------------------------------------------
def test_each_line_leads_to_its_field_or_block_and_the_cards_show_what_others_would():
    story = make.story("A title that goes on " * 5, blocks=["<p>First.</p>", link("/nowhere/")])
    client = signed_in(make.staff("Editor"))
    client.get(panel(story))
    with max_queries(40):
        page = client.get(panel(story))
    html_valid(page.content)
    text = page.content.decode()
    second = TextBlock.objects.get(html__contains="nowhere")
    assert f'/change/#stories_textblock_set-1" data-jump-block="textblock:{second.pk}"' in text
    assert '/change/#id_title" data-jump-field="id_title"' in text
    assert f"/media/p/{story.lead.token}/share.jpg" in text
    part = client.get(panel(story), {"part": ""}).content.decode()
    assert "<html" not in part
    assert "Before it goes out" in part
    Story.objects.filter(pk=story.pk).update(channels=["web"])
    assert "share.jpg" not in client.get(panel(story)).content.decode()


def test_protected_names_show_in_place_only_to_whoever_may_know(monkeypatch):
    story = make.story(title="Maria Example came home")

    class Hit:
        def sentence(self, *, may_know):
            return "…[Maria Example]…" if may_know else "A protected name stands in the title."

    monkeypatch.setattr(checking.protecting, "name_hits", lambda *args: [Hit()])
    monkeypatch.setattr(checking.publishing, "obstacles", lambda *args: ["A protected name stands in the title."])
    assert [f.words for f in checking.findings(story)] == ["A protected name stands in the title."]
    assert [f.words for f in checking.findings(story, may_know=True)] == ["…[Maria Example]…"]


def test_comments_are_made_answered_and_settled_in_the_panel():
    editor, reviewer = make.staff("Editor", name="Edith"), make.staff("Reviewer", name="Rahel")
    story = make.story(blocks=["<p>First words.</p>", "<p>Second words.</p>"])
    reviewing.ask(story, editor)
    second = key_of(blocks_in_order(story)[1])
    comment = f"/admin/stories/story/{story.pk}/comment/"
    desk = signed_in(reviewer)
    assert desk.post(comment, {"words": "Is this so?", "block": second}).status_code == 302
    said = ReviewComment.objects.get()
    assert (said.block, said.by) == (second, reviewer)
    assert signed_in(editor).post(comment, {"words": "It is.", "answers": said.pk}, headers={"X-Panel": "1"}).status_code == 204
    text = desk.get(panel(story)).content.decode()
    assert "Block 2:" in text
    assert text.index("Is this so?") < text.index("It is.")
    assert "<script>" not in text
    desk.post(f"{comment}{said.pk}/settle/")
    assert "Seen to by Rahel." in desk.get(panel(story)).content.decode()
    assert Letter.objects.filter(data__what="commented").count() == 2


@pytest.mark.parametrize("words", ["", "\x00", "x" * 2001])
def test_a_comment_that_cannot_be_is_refused_kindly(words):
    story = make.story()
    reviewing.ask(story, make.staff("Editor"))
    response = signed_in(make.staff("Reviewer")).post(f"/admin/stories/story/{story.pk}/comment/", {"words": words}, follow=True)
    assert response.status_code == 200
    assert list(response.context["messages"])
    assert not ReviewComment.objects.exists()


def test_scripts_in_comments_are_shown_as_words():
    story = make.story()
    review = reviewing.ask(story, make.staff("Editor"))
    reviewing.comment(review, make.staff("Reviewer"), "<script>alert(1)</script><b>x</b>")
    text = signed_in(make.staff()).get(panel(story), {"part": ""}).content.decode()
    assert "&lt;script&gt;alert(1)" in text
    assert "<b>x" not in text


def test_only_staff_who_may_comment_do_and_only_by_posting():
    story = make.story()
    said = reviewing.comment(reviewing.ask(story, make.staff("Editor")), make.staff("Reviewer"), "Words")
    for address in (f"/admin/stories/story/{story.pk}/comment/", f"/admin/stories/story/{story.pk}/comment/{said.pk}/settle/"):
        assert signed_in(make.staff("Finance")).post(address, {"words": "No"}).status_code == 403
        assert signed_in(make.staff("Reviewer")).get(address).status_code == 403
    other = make.story()
    assert signed_in(make.staff("Reviewer")).post(f"/admin/stories/story/{other.pk}/comment/", {"words": "W"}).status_code == 404
    assert signed_in(make.staff("Reviewer")).post(f"/admin/stories/story/{other.pk}/comment/{said.pk}/settle/").status_code == 404
    assert ReviewComment.objects.count() == 1
