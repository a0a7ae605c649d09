"""The home page: the collection, in four queries, whatever state it is in."""

from stories import publishing
from tests import factories


def words(response):
    return " ".join("".join(response.tree.find("body").itertext()).split())


def test_the_home_page_tells_the_collection_in_its_order(reader):
    stories = [factories.published_story(title) for title in ("First light", "Second breath", "Third road")]
    factories.collection(stories, lead=factories.picture())
    text = words(reader.get("/", queries=4))
    assert "Stories of Hope" in text
    assert "People who came home." in text
    positions = [text.index(story.title) for story in stories]
    assert positions == sorted(positions)


def test_four_queries_however_long_the_collection_is(reader):
    stories = [factories.published_story(blocks=["<p>Words.</p>", factories.clip()]) for _ in range(12)]
    collection = factories.collection(stories, lead=factories.picture())
    for chapter in collection.chapters.all():
        chapter.clip = factories.clip("own")
        chapter.words = "<p>Lead in.</p>"
        chapter.save()
    reader.get("/", queries=4)


def test_a_story_that_is_not_public_is_not_told(reader):
    shown, hidden = factories.published_story("Shown"), factories.published_story("Hidden")
    factories.collection([shown, hidden, factories.story("Draft")])
    publishing.withdraw(hidden)
    text = words(reader.get("/"))
    assert "Shown" in text
    assert "Hidden" not in text
    assert "Draft" not in text


def test_an_empty_site_says_so_kindly(reader):
    assert reader.get("/").tree.find("body").find(".//h1") is not None


def test_a_collection_that_is_not_published_stays_unseen(reader):
    factories.collection([factories.published_story("Unseen yet")], published=False)
    assert "Unseen yet" not in words(reader.get("/"))


def test_the_spanish_home_page_falls_back_to_the_collection_there_is(reader):
    factories.collection([factories.published_story("A story in English")])
    response = reader.get("/es/")
    assert response.tree.get("lang") == "es"
    assert "A story in English" in words(response)


def test_buttons_and_panels_lead_to_the_pages_of_taking_part(reader):
    factories.collection([factories.published_story()])
    response = reader.get("/")
    assert "send rescue today" in words(response).lower()
    addresses = {e.get("href", "") for e in response.tree.iter("a")}
    assert {"/give/", "/freedom-partner/", "/portal/", "/updates/"} <= addresses
