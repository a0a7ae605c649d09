"""Search finds the same stories in the same order on every engine, and nothing typed breaks it."""

import datetime

import pytest
from django.db import connection
from django.utils import timezone

from bench import crowd
from stories import publishing, search, totals
from stories.models import SearchDocument, SearchWord, Shelf, Story
from stories.search.excerpts import excerpt
from stories.search.query import parse
from stories.search.spelling import slips
from tests import factories
from tests.pages import max_queries

pytestmark = pytest.mark.django_db

ENGLISH = search.Facets("en")


def found(typed, facets=ENGLISH):
    """Return the titles found, best first."""
    hits = search.find(typed, facets).shown.hits
    titles = dict(Story.objects.values_list("pk", "title"))
    return [titles[hit.story] for hit in hits]


@pytest.fixture
def shelf(db):
    """Publish the stories that most tests search, oldest first."""
    start = timezone.now() - datetime.timedelta(days=30)
    india, nadu = factories.place("IN"), factories.place("IN", "Tamil Nadu")
    leading, home = factories.theme("Survivor leaders"), factories.theme("Coming home")
    told = [
        (
            "Bablu’s birthday",
            ["<p>For the first time he chose his own cake. His mother cried.</p>"],
            {"place": india, "themes": [home]},
        ),
        ("The train home", ["<p>They left Chennai at night, free of bonded labour.</p>"], {"place": nadu, "themes": [home]}),
        (
            "Survivors lead",
            ["<p>Thaiyamma and Pacchiayammal bring rice to the village. Rice for all, rice every day.</p>"],
            {"place": nadu, "themes": [leading, home]},
        ),
        (
            "Bonded labour, explained",
            ["<p>A small loan binds a family for years.</p>"],
            {"place": india, "standfirst": "How a debt becomes a cage."},
        ),
        (
            "Jakelin and her son",
            ["<p>José waited at the door with Ángel &amp; the dog. They had rice.</p>"],
            {"standfirst": "A home of their own."},
        ),
    ]
    return [
        factories.published_story(title, blocks, publish_at=start + datetime.timedelta(days=day), **fields)
        for day, (title, blocks, fields) in enumerate(told)
    ]


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("chennai", ["The train home"]),
        ("CHENNAI!", ["The train home"]),
        ("bonded labour", ["Bonded labour, explained", "The train home"]),
        ("labour bonded", ["Bonded labour, explained", "The train home"]),
        ("loan night", []),
        ("josé", ["Jakelin and her son"]),
        ("jose", ["Jakelin and her son"]),
        ("JOSE\u0301 angel", ["Jakelin and her son"]),
        ("ﬁrst", ["Bablu’s birthday"]),
        ("Thaiyama", ["Survivors lead"]),
        ("Chenai", ["The train home"]),
        ("bondd labour", ["Bonded labour, explained", "The train home"]),
        ("Jakeline", ["Jakelin and her son"]),
        ("Pachiayamal", ["Survivors lead"]),
        ("ckae", ["Bablu’s birthday"]),
        ("surviv", ["Survivors lead"]),
        ("the story of", []),
        ("the cake of bablu", ["Bablu’s birthday"]),
        ("bablu's", ["Bablu’s birthday"]),
        ("zzzzzz", []),
        ("zzzzzz labour", []),
    ],
)
def test_words_find_their_stories_best_first(shelf, typed, titles):
    assert found(typed) == titles


def test_words_so_common_that_they_stand_alone_are_searched_as_they_are(shelf):
    assert set(found("the")) == {"The train home", "Survivors lead", "Jakelin and her son", "Bablu’s birthday"}


def test_a_title_ranks_before_a_standfirst_before_what_a_text_returns_to_before_a_mention(shelf):
    now = timezone.now()
    factories.published_story("Rice", publish_at=now - datetime.timedelta(days=90))
    factories.published_story("Supper", standfirst="Rice and beans.", publish_at=now - datetime.timedelta(days=80))
    assert found("rice") == ["Rice", "Supper", "Survivors lead", "Jakelin and her son"]


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "\0", "a\0b", "%", "_", "100%", "__", '"', '""', '"bonded', "'", "';--", "AND", "OR NOT", "NEAR(", "title:x", "-", "--x",
        "*", "rice*", "rice:*", "(", ")", "(((", "&", "|", "!rice", "<->", "\\", "\\'", "{title} : x", "^x", "+", "a", "ab", "é", "😀", "👩‍👧 home",
        "\ud800", "x" * 100_000, "rice " * 5_000, "١٢", "שלום", "தமிழ்", "ไทย", "%s", "%(x)s", "{}", "3:rice", "p1", "t1", "\u202e", "0",
    ],
)  # fmt: skip
def test_nothing_typed_breaks_the_search(shelf, typed):
    results = search.find(search.cleaned(typed), ENGLISH)
    assert results.shown.hits == results.shown.hits[: search.LIMIT]
    search.find(typed, search.Facets("en", 1, 1))


def test_operators_are_words_or_nothing_never_syntax(shelf):
    assert found("rice -bonded") == []
    assert found('"rice"') == found("rice*") == found("(rice)") == found("rice") != []
    assert found("title:rice") == [], "title is a word to find"


def test_a_misspelt_word_is_offered_as_the_stories_write_it(shelf):
    assert search.find("chenai train", ENGLISH).did_you_mean == "Chennai train"
    assert search.find("bondd labour", ENGLISH).did_you_mean == "bonded labour"
    assert search.find("the ckae of jose", ENGLISH).did_you_mean == ""
    assert search.find("chennai", ENGLISH).did_you_mean == ""
    assert search.find("zzzzzz", ENGLISH).did_you_mean == ""


def test_what_is_offered_always_finds_something(shelf):
    assert search.find("chenai loan", ENGLISH).did_you_mean == ""


def test_a_name_is_neither_found_nor_offered_once_its_story_is_down(shelf):
    assert found("Thaiyamma")
    publishing.withdraw(shelf[2])
    assert found("Thaiyamma") == found("Thaiyama") == []
    assert search.find("Thaiyama", ENGLISH).did_you_mean == ""
    assert not SearchWord.objects.filter(word="thaiyamma").exists()
    assert SearchWord.objects.filter(word="rice").get().stories == 1, "another story still has rice"


def test_a_story_that_waits_for_its_hour_is_not_found_before(shelf):
    ahead = timezone.now() + datetime.timedelta(hours=1)
    factories.published_story("Marigold", publish_at=ahead)
    assert found("marigold") == found("marygold") == []
    assert search.find("marygold", ENGLISH).did_you_mean == ""
    later = search.find("marigold", ENGLISH, at=ahead + datetime.timedelta(seconds=1))
    assert len(later.shown.hits) == 1


def test_a_story_whose_time_has_ended_is_not_found_and_its_words_are_forgotten(shelf):
    end = timezone.now() + datetime.timedelta(hours=1)
    story = factories.published_story("Marigold", expire_at=end)
    after = end + datetime.timedelta(seconds=1)
    assert found("marigold") == ["Marigold"]
    assert search.find("marigold", ENGLISH, at=after).shown.hits == []
    assert totals.refresh_due(after) == 1
    assert not SearchDocument.objects.filter(story=story).exists()
    assert not SearchWord.objects.filter(word="marigold").exists()


def test_only_the_published_words_are_found_not_the_working_copy(shelf):
    story = shelf[0]
    story.title = "Bablu’s secret"
    story.save()
    assert found("secret") == []
    publishing.publish(story)
    assert found("secret") == ["Bablu’s secret"]
    assert found("birthday") == []


def test_publishing_again_keeps_one_document_and_exact_word_counts(shelf):
    for _ in range(3):
        publishing.publish(shelf[2])
    assert found("thaiyamma") == ["Survivors lead"]
    assert SearchWord.objects.get(word="thaiyamma").stories == 1


def test_a_deleted_story_leaves_nothing_behind_in_the_index(shelf):
    Story.objects.filter(pk=shelf[2].pk).update(live_revision=None, status="draft")
    Story.objects.get(pk=shelf[2].pk).delete()
    assert found("thaiyamma") == []
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM stories_search")
            assert cursor.fetchone()[0] == SearchDocument.objects.count() == 4


def test_rebuilding_from_the_snapshots_changes_nothing(shelf):
    words = set(SearchWord.objects.values_list("language", "word", "stories"))
    before = {typed: found(typed) for typed in ("rice", "home", "bonded labour", "Thaiyama")}
    assert search.rebuild() == 5
    assert {typed: found(typed) for typed in before} == before
    assert set(SearchWord.objects.values_list("language", "word", "stories")) == words


def test_each_interface_language_searches_its_own_list_and_english_those_without_one():
    factories.published_story("Rice in English")
    factories.published_story("Rice en español", language="es")
    factories.published_story("Rice en français", language="fr")
    factories.published_story("أرز Rice", language="ar")
    assert set(found("rice")) == {"Rice in English", "Rice en français", "أرز Rice"}
    assert found("rice", search.Facets("es")) == ["Rice en español"]
    assert found("ارز") == ["أرز Rice"], "marks over letters are not compared"


def test_place_and_theme_keep_the_search_and_say_what_others_would_leave(shelf):
    nadu, leading = shelf[1].place_id, shelf[2].themes.get(name="Survivor leaders").pk
    assert found("home", search.Facets("en", place=nadu)) == ["The train home"]
    assert found("rice", search.Facets("en", theme=leading)) == ["Survivors lead"]
    results = search.find("rice", search.Facets("en", place=nadu, theme=leading))
    assert [hit.story for hit in results.shown.hits] == [shelf[2].pk]
    assert len(results.found[search.ANY_PLACE].hits) == len(results.found[search.ANY_THEME].hits) == 1
    assert found("rice", search.Facets("en", place=shelf[0].place_id)) == []


def test_finding_takes_one_query_and_three_when_a_word_is_misspelt(shelf):
    kept_to = search.Facets("en", shelf[1].place_id, shelf[1].themes.get().pk)
    with max_queries(1):
        assert search.find("bonded labour", kept_to).shown.hits
    with max_queries(3):
        search.find("bondd labuor", ENGLISH)


def test_a_search_counts_no_further_than_its_limit(shelf, monkeypatch):
    for module in ("ranking", "sqlite", "postgresql"):
        monkeypatch.setattr(f"stories.search.{module}.LIMIT", 2)
    results = search.find("rice", ENGLISH).shown
    assert len(results.hits) == 2
    assert not results.more
    factories.published_story("More rice")
    results = search.find("rice", ENGLISH).shown
    assert len(results.hits) == 2
    assert results.more


# --- the passage shown ------------------------------------------------------------------------------
def passage(text, typed, title="A title"):
    return str(excerpt(title, text, parse(typed)))


def test_the_passage_marks_the_matching_words_and_escapes_everything():
    shown = passage("Short.\nHe said <b>“Chennai”</b> & <script>alert(1)</script> left.", "chennai")
    assert shown == "He said &lt;b&gt;“<mark>Chennai</mark>”&lt;/b&gt; &amp; &lt;script&gt;alert(1)&lt;/script&gt; left."


def test_the_passage_has_about_thirty_words_round_the_match():
    words = [f"w{number}" for number in range(500)]
    shown = passage("Short.\n" + " ".join(words), "w300")
    assert shown.startswith("… w292 ")
    assert shown.endswith(" w321 …")
    assert "<mark>w300</mark>" in shown
    assert passage("Short.\n" + " ".join(words), "w499").endswith("<mark>w499</mark>")


def test_the_passage_holds_as_many_of_the_words_as_one_place_does():
    filler = " ".join(["so"] * 60)
    shown = passage(f"Short.\nRice. {filler} The rice of Chennai. {filler}", "chennai rice")
    assert "<mark>rice</mark> of <mark>Chennai</mark>." in shown


def test_the_passage_marks_accents_beginnings_and_letters_that_come_apart():
    assert passage("S.\nJosé waited.", "jose") == "<mark>José</mark> waited."
    assert passage("S.\nJosé waited.", "josé wait") == "<mark>José</mark> <mark>waited</mark>."
    assert passage("S.\nDie Straße nach Œuvre.", "strasse oeuvre") == "Die <mark>Straße</mark> nach <mark>Œuvre</mark>."
    assert passage("S.\nأَرُزّ", "ارز") == "<mark>أَرُزّ</mark>"


def test_the_passage_falls_back_to_standfirst_and_title():
    assert passage("The train came.\nNothing here.", "train") == "The <mark>train</mark> came."
    assert passage("Nobody.\nNothing here.", "train", title="The train") == "The <mark>train</mark>"


@pytest.mark.parametrize(
    ("typed", "meant", "count"),
    [
        ("home", "home", 0),
        ("hmoe", "home", 1),
        ("hom", "home", 1),
        ("homme", "home", 1),
        ("hone", "home", 1),
        ("hnoe", "home", 2),
        ("x", "home", 3),
    ],
)
def test_slips_are_counted_in_letters(typed, meant, count):
    assert slips(typed, meant, 2) == count


# --- the crowd that the benchmark measures ----------------------------------------------------------
def test_the_benchmarks_crowd_is_what_publishing_would_leave():
    crowd.build(60)
    typed = [crowd.TENTH, crowd.RARE, crowd.MISSPELT, crowd.EVERYWHERE]
    before = [[hit.story for hit in search.find(words, ENGLISH).shown.hits] for words in typed]
    totals_before = set(Shelf.objects.values_list("place", "theme", "total"))
    words_before = set(SearchWord.objects.values_list("language", "word", "stories"))
    assert [len(hits) for hits in before] == [6, 9, 9, 60]
    search.rebuild()
    assert [[hit.story for hit in search.find(words, ENGLISH).shown.hits] for words in typed] == before
    assert set(Shelf.objects.values_list("place", "theme", "total")) == totals_before
    assert set(SearchWord.objects.values_list("language", "word", "stories")) == words_before
