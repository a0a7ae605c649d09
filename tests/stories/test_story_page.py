"""A story's page: what it shows, in how many queries, and what machines read of it."""

import datetime
import json

import pytest
from django.utils import timezone

from stories import publishing, rendering
from stories.models import StoryRevision
from tests import factories


def page(reader, story, **options):
    return reader.get(story.get_absolute_url(), queries=3, **options)


def text_of(tree):
    return " ".join("".join(tree.find("body").itertext()).split())


def structured(tree):
    (script,) = [e for e in tree.iter("script") if e.get("type") == "application/ld+json"]
    return {thing["@type"]: thing for thing in json.loads(script.text)["@graph"]}


def whole_story(**fields):
    fields.setdefault("slug", "the-long-road")
    return factories.published_story(
        "The long road",
        [
            "<h2>Morning</h2><p>She walked.</p>",
            factories.picture(alt="A road in the hills", credit="M. Weaver", origin="illustration"),
            factories.clip("own", title="Her walk", transcript="Footsteps. A gate opens.", duration_ms=65_000),
            factories.clip("youtube", title="Their song"),
            {"quote": "I walked on.", "attribution": "Her daughter"},
            {"aside": "<p>About roads.</p>", "title": "Roads"},
            {"url": "https://example.org/roads", "title": "More of roads"},
        ],
        standfirst="A woman walks home.",
        byline="Told by our editors",
        content_note="Mentions violence.",
        place=factories.place("IN", "Tamil Nadu"),
        themes=[factories.theme("Coming home")],
        **fields,
    )


def test_everything_an_editor_entered_is_on_the_page_in_order(reader):
    words = " ".join("".join(page(reader, whole_story()).tree.find(".//article").itertext()).split())
    expected = [
        "Mentions violence.",
        "Tamil Nadu, India",
        "The long road",
        "A woman walks home.",
        "Told by our editors",
        "Morning",
        "She walked.",
        "M. Weaver",
        "Her walk",
        "Footsteps. A gate opens.",
        "Their song",
        "I walked on.",
        "Her daughter",
        "Roads",
        "More of roads",
    ]
    positions = [words.index(part) for part in expected]
    assert positions == sorted(positions)


def test_a_page_has_one_main_heading_and_headings_that_skip_no_level(reader):
    levels = [int(e.tag[1]) for e in page(reader, whole_story()).tree.iter() if e.tag in {"h1", "h2", "h3", "h4"}]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))


def test_a_picture_that_is_not_the_person_says_so(reader):
    words = text_of(page(reader, whole_story()).tree).lower()
    assert "illustration" in words


def test_three_queries_however_many_stories_there_are(reader):
    story = whole_story()
    lead = factories.picture()
    for _ in range(15):
        factories.published_story(lead=lead, place=story.place, themes=list(story.themes.all()))
    page(reader, story)


def test_nothing_is_requested_from_another_site_and_nothing_plays_by_itself(reader):
    tree = page(reader, whole_story()).tree
    loads = [
        (e.tag, e.get("src") or e.get("poster") or "")
        for e in tree.iter()
        if e.tag in {"img", "script", "source", "video", "track", "iframe", "embed", "object"}
    ]
    assert not [(tag, address) for tag, address in loads if address.startswith(("http", "//"))]
    assert not list(tree.iter("iframe"))
    for video in tree.iter("video"):
        assert video.get("preload") == "none"
        assert video.get("autoplay") is None
        assert [track.get("kind") for track in video.iter("track")] in ([], ["captions"])


def test_every_picture_has_its_box_and_only_the_lead_is_fetched_at_once(reader):
    pictures = [e for e in page(reader, whole_story()).tree.iter("img") if "picture__image" in e.get("class", "")]
    assert all(int(e.get("width")) > 0 and int(e.get("height")) > 0 for e in pictures)
    eager = [e for e in pictures if e.get("loading") != "lazy"]
    assert len(eager) == 1
    assert eager[0].get("fetchpriority") == "high"


def test_structured_data_names_the_article_its_clips_and_the_way_to_it(reader):
    story = whole_story()
    things = structured(page(reader, story).tree)
    address = f"http://127.0.0.1:8000{story.get_absolute_url()}"
    assert things["Article"]["mainEntityOfPage"] == address
    assert things["Article"]["headline"] == "The long road"
    assert datetime.datetime.fromisoformat(things["Article"]["datePublished"]) <= timezone.now()
    assert things["VideoObject"]["name"] in {"Her walk", "Their song"}
    assert [step["position"] for step in things["BreadcrumbList"]["itemListElement"]] == [1, 2, 3]


def test_words_cannot_leave_the_structured_data(reader):
    story = factories.published_story("</script><script>alert(1)</script>", standfirst="<!--<script>")
    answer = page(reader, story)
    assert b"<script>alert(1)" not in answer.content
    assert structured(answer.tree)["Article"]["headline"] == "</script><script>alert(1)</script>"


def test_cards_canonical_and_search_engines_get_absolute_addresses(reader):
    story = whole_story()
    head = page(reader, story).tree.find("head")
    address = f"http://127.0.0.1:8000{story.get_absolute_url()}"
    assert [e.get("href") for e in head.iter("link") if e.get("rel") == "canonical"] == [address]
    properties = {e.get("property") or e.get("name"): e.get("content") for e in head.iter("meta")}
    assert properties["og:url"] == address
    assert properties["og:image"].startswith("http://127.0.0.1:8000/media/p/")
    assert properties["og:image"].endswith("/share.jpg")


def test_a_story_whose_people_did_not_agree_to_social_media_has_no_card_and_no_share_links(reader):
    answer = page(reader, whole_story(channels=["web", "feed"]))
    properties = {e.get("property") for e in answer.tree.find("head").iter("meta")}
    assert "og:image" not in properties
    shared = [e.get("href") for e in answer.tree.iter("a") if "facebook.com/sharer" in e.get("href", "")]
    assert not [address for address in shared if "the-long-road" in address or "story-" in address]


def test_a_story_whose_people_agreed_to_social_media_can_be_shared(reader):
    answer = page(reader, whole_story())
    shared = [e.get("href") for e in answer.tree.iter("a") if "facebook.com/sharer" in e.get("href", "")]
    assert [address for address in shared if "the-long-road" in address]


def test_the_exit_leaves_at_once_by_a_plain_link(reader):
    links = [
        e
        for e in page(reader, whole_story()).tree.iter("a")
        if e.get("data-module") == "exit" or "exit" in (e.get("class") or "")
    ]
    assert links
    assert all(e.get("href").startswith("https://") and "noreferrer" in e.get("rel", "") for e in links)


def test_a_withdrawn_story_answers_410_with_a_page_that_helps(reader):
    story = whole_story()
    publishing.withdraw(story)
    answer = reader.get(story.get_absolute_url(), status=410)
    assert "The long road" not in answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store"


def test_a_story_that_was_never_public_answers_404(reader):
    reader.get(factories.story().get_absolute_url(), status=404)


def test_a_deployment_that_changes_the_look_shows_it_before_any_job_has_run(reader, monkeypatch):
    story = whole_story()
    StoryRevision.objects.update(body_html="<p>the old look</p>")
    assert "the old look" in page(reader, story).content.decode()
    monkeypatch.setattr(rendering, "fingerprint", lambda: "another")
    answer = page(reader, story)
    assert "the old look" not in answer.content.decode()
    assert "The long road" in answer.content.decode()


def test_related_stories_are_those_chosen_then_those_alike_and_never_hidden_ones(reader):
    theme = factories.theme("Light")
    chosen = factories.published_story("Chosen by hand")
    alike = factories.published_story("Of the same theme", themes=[theme])
    hidden = factories.published_story("Hidden since", themes=[theme])
    story = factories.story("The start", themes=[theme])
    story.related.set([chosen, hidden])
    publishing.publish(story)
    publishing.withdraw(hidden)
    words = text_of(page(reader, story).tree)
    assert chosen.title in words
    assert alike.title in words
    assert "Hidden since" not in words


@pytest.mark.parametrize("language, direction", [("ar", "rtl"), ("en", "ltr")])
def test_a_story_is_marked_with_its_own_language_and_direction(reader, language, direction):
    tree = page(reader, factories.published_story(language=language)).tree
    (article,) = list(tree.iter("article"))[:1]
    assert (article.get("lang"), article.get("dir")) == (language, direction)
