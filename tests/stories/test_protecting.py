"""Whatever of a story goes out is searched for protected names, and a find blocks publishing (rule 5)."""

import pytest

from safeguarding import vault
from stories import clips, protecting, publishing
from stories.models import Captions, OldSlug
from stories.snapshots import blocks_in_order
from tests import factories as make
from tests.pages import max_queries

pytestmark = pytest.mark.django_db
NAME = "Priya Ramachandran"


@pytest.fixture(autouse=True)
def priya():
    person = make.contributor("Asha")
    vault.put(person, vault.Private(name=NAME))
    return person


def story_with(where: str):  # noqa: C901, PLR0912  one case a place
    match where:
        case "title" | "standfirst" | "byline" | "content_note" | "lead_caption":
            return make.story(**{where: f"By {NAME} herself"})
        case "slug":
            return make.story(slug="priya-ramachandran")
        case "text":
            return make.story(blocks=["<p>Then <em>Priya</em> <b>Ramachandran</b> came.</p>"])
        case "entities":
            return make.story(blocks=["<p>Then Priya&nbsp;R&#97;machandran came.</p>"])
        case "link in a text":
            return make.story(blocks=['<p><a href="https://example.org/priya-ramachandran">here</a></p>'])
        case "aside":
            return make.story(blocks=["<p>a</p>", {"aside": "<p>a</p>", "title": NAME}])
        case "quote":
            return make.story(blocks=["<p>a</p>", {"quote": "a", "attribution": NAME}])
        case "link":
            return make.story(blocks=["<p>a</p>", {"url": "https://example.org/", "title": NAME}])
        case "caption":
            return make.story(blocks=["<p>a</p>", {"picture": make.picture(), "caption": NAME}])
        case "alt":
            return make.story(lead=make.picture(alt=f"{NAME} at home"))
        case "credit" | "title of a picture":
            return make.story(lead=make.picture(**{where.split(maxsplit=1)[0]: NAME}))
        case "file name":
            return make.story(lead=make.picture(master="masters/priya_ramachandran.jpg"))
        case "transcript":
            return make.story(blocks=["<p>a</p>", make.clip("own", transcript=f"{NAME} speaks.")])
        case "poster":
            return make.story(blocks=["<p>a</p>", make.clip("own", poster=make.picture(alt=NAME))])
        case "captions":
            film = make.clip("own")
            text = clips.clean_captions(f"WEBVTT\n\n00:00.000 --> 00:02.000\n{NAME} sings.\n")
            Captions.objects.create(clip=film, language="en", text=text)
            return make.story(blocks=["<p>a</p>", film])
    raise LookupError(where)


PLACES = [
    "title", "standfirst", "byline", "content_note", "lead_caption", "slug", "text", "entities", "link in a text", "aside",
    "quote", "link", "caption", "alt", "credit", "title of a picture", "file name", "transcript", "poster", "captions",
]  # fmt: skip


@pytest.mark.parametrize("where", PLACES)
def test_a_protected_name_blocks_publishing_wherever_it_stands(where):
    story = story_with(where)
    with pytest.raises(publishing.NotPublishable) as refused:
        publishing.publish(story)
    assert len(refused.value.reasons) == 1
    assert "A protected name stands in" in refused.value.reasons[0]
    assert "Priya" not in refused.value.reasons[0]  # whoever publishes need not know it


def test_whoever_may_know_is_shown_where_it_stands():
    story = story_with("alt")
    (hit,) = protecting.name_hits(story, blocks_in_order(story))
    assert (
        hit.sentence(may_know=True)
        == "A protected name stands in the alternative text of a picture: “…[Priya Ramachandran] at home…”"
    )


def test_the_first_name_of_somebody_in_the_story_blocks_and_of_somebody_else_does_not(priya):
    publishing.publish(make.story(blocks=["<p>Priya came to tea.</p>"], people=[make.contributor("Bina")]))
    with pytest.raises(publishing.NotPublishable):
        publishing.publish(make.story(blocks=["<p>Priya came to tea.</p>"], people=[priya]))


def test_a_story_without_protected_names_goes_out_and_few_questions_are_asked(priya):
    story = make.story(people=[priya])
    blocks = blocks_in_order(story)
    with max_queries(12):
        assert protecting.reasons(story, blocks) == []


def test_former_addresses_are_no_obstacle_but_gone_with_a_takedown(priya):
    story = make.published_story(people=[priya])
    OldSlug.objects.create(slug="older", story=story)
    assert protecting.reasons(story, blocks_in_order(story)) == []
