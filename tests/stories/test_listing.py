"""Lists of stories: pages, filters that combine and count, kept totals, and what to read next."""

import datetime

import pytest
from django.http import QueryDict
from django.utils import timezone

from public_pages.models import Edition
from stories import listing, publishing, rendering, search, totals
from stories.models import SearchDocument, Shelf, ShelvedStory, Story, StoryRevision
from stories.models.search import last_position, moment_of, position_of
from tests import factories
from tests.pages import max_queries

pytestmark = pytest.mark.django_db

START = timezone.now() - datetime.timedelta(days=400)


def page(query="", language="en"):
    return listing.page(QueryDict(query), language)


def titles(cards):
    """Return the titles on cards, in their order."""
    published = Story.objects.exclude(live_revision=None).select_related("live_revision")
    by_html = {story.live_revision.card_html: story.title for story in published}
    return [by_html[card.html] for card in cards]


def counts(filters):
    return {choice.slug: choice.count for choice in filters}


def tell(title, day, **fields):
    return factories.published_story(title, publish_at=START + datetime.timedelta(days=day), **fields)


@pytest.fixture
def told(db):
    """Publish seven stories of two places and two themes, day by day."""
    india, nadu = factories.place("IN"), factories.place("IN", "Tamil Nadu")
    leading = factories.theme("Survivor leaders", translations={"es": "Sobrevivientes que lideran"})
    home = factories.theme("Coming home")
    fields = [
        {"place": india, "themes": [home]},
        {"place": nadu, "themes": [home, leading]},
        {"place": nadu, "themes": [leading]},
        {"place": nadu},
        {"themes": [home]},
        {"place": india, "themes": [leading]},
        {},
    ]
    return [tell(f"Tale {number}", number, **choice) for number, choice in enumerate(fields)]


# --- lists ----------------------------------------------------------------------------------------
def test_the_newest_come_first_twelve_a_page():
    for number in range(25):
        tell(f"Tale {number:02}", number)
    first, last = page(), page("page=3")
    assert titles(first.cards) == [f"Tale {number:02}" for number in range(24, 12, -1)]
    assert (first.total, first.number, first.pages) == (25, 1, 3)
    assert (first.previous_address, first.next_address) == ("", "/stories/?page=2")
    assert titles(last.cards) == ["Tale 00"]
    assert (last.previous_address, last.next_address) == ("/stories/?page=2", "")
    assert page("page=2").previous_address == "/stories/"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1", 1), ("2", 2), ("3", 2), ("0", 1), ("-1", 1), ("abc", 1), ("1e9", 1), ("1.5", 1), ("", 1), (" 2 ", 2), ("٢", 2), ("²", 1),
        ("1000000000", 2), ("99999999999999999999", 2), ("9" * 5000, 2), ("0x10", 1), ("\0", 1), ("٢٢", 2),
    ],
)  # fmt: skip
def test_a_page_that_is_not_there_becomes_the_nearest(typed, number):
    for day in range(13):
        tell("", day)
    params = QueryDict(mutable=True)
    params["page"] = typed
    assert listing.page(params, "en").number == number
    params["q"] = "train"
    assert listing.page(params, "en").number == number


def test_an_empty_site_answers_with_an_empty_page():
    for query in ("", "q=rice", "place=in&theme=home&page=4"):
        empty = page(query)
        assert (empty.cards, empty.total, empty.number, empty.pages, empty.suggestions) == ([], 0, 1, 1, [])


def test_each_interface_language_has_its_list_and_english_shows_those_without_one():
    for day, language in enumerate(("en", "es", "ar", "fr")):
        tell(language, day, language=language)
    assert titles(page().cards) == ["fr", "ar", "en"]
    assert titles(page("", "es").cards) == ["es"]
    assert page("", "es").total == 1


# --- filters --------------------------------------------------------------------------------------
def test_filters_combine_and_say_how_many_stories_each_leaves(told):
    everything = page()
    assert counts(everything.places) == {"in": 2, "in-tamil-nadu": 3}
    assert counts(everything.themes) == {"coming-home": 3, "survivor-leaders": 3}
    placed = page("place=in-tamil-nadu")
    assert titles(placed.cards) == ["Tale 3", "Tale 2", "Tale 1"]
    assert counts(placed.places) == {"in": 2, "in-tamil-nadu": 3}
    assert counts(placed.themes) == {"coming-home": 1, "survivor-leaders": 2}
    both = page("place=in-tamil-nadu&theme=survivor-leaders")
    assert titles(both.cards) == ["Tale 2", "Tale 1"]
    assert both.total == 2
    assert counts(both.places) == {"in": 1, "in-tamil-nadu": 2}
    assert counts(both.themes) == {"coming-home": 1, "survivor-leaders": 2}


@pytest.mark.parametrize(
    "query", ["", "place=in", "theme=coming-home", "place=in-tamil-nadu&theme=coming-home", "q=train", "q=train&place=in"]
)
def test_every_filter_leaves_as_many_stories_as_it_says(told, query):
    for choice in (*page(query).places, *page(query).themes):
        if not choice.chosen:
            left = page(choice.address.partition("?")[2])
            assert left.total == len(left.cards) == choice.count > 0


def test_addresses_keep_the_other_choices_and_drop_the_page(told):
    chosen = page("q=train&place=in&page=1")
    places = {choice.slug: choice for choice in chosen.places}
    assert places["in"].chosen
    assert places["in"].address == "/stories/?q=train"
    assert places["in-tamil-nadu"].address == "/stories/?q=train&place=in-tamil-nadu"
    assert chosen.themes[0].address == "/stories/?q=train&place=in&theme=coming-home"
    assert page("place=in", "es").places == []


def test_labels_and_addresses_speak_the_lists_language():
    tell("Uno", 1, language="es", place=factories.place("ES"), themes=[factories.theme("Home", translations={"es": "Hogar"})])
    spanish = page("", "es")
    assert [(choice.label, choice.address) for choice in spanish.places] == [("España", "/es/stories/?place=es")]
    assert [choice.label for choice in spanish.themes] == ["Hogar"]


def test_what_was_typed_stays_text_in_addresses(told):
    assert page("q=train%26place%3Din%22%3E&place=in").places[0].address == "/stories/?q=train%26place%3Din%22%3E"


def test_a_place_or_theme_nobody_knows_is_no_choice(told):
    assert page("place=nowhere&theme=%00").total == 7
    assert page("place=nowhere&page=1").places[0].address == "/stories/?place=in"


def test_a_choice_that_leaves_nothing_can_be_taken_back(told):
    publishing.unpublish(told[0])
    left = page("place=in&theme=coming-home")
    assert (left.total, left.cards, len(left.suggestions)) == (0, [], 3)
    assert {choice.slug: choice.address for choice in left.places if choice.chosen} == {"in": "/stories/?theme=coming-home"}
    assert {choice.slug: choice.address for choice in left.themes if choice.chosen} == {"coming-home": "/stories/?place=in"}


def test_filters_read_the_snapshot_not_the_working_copy(told):
    story = told[0]
    story.place = factories.place("KH")
    story.save()
    story.themes.clear()
    assert counts(page().places) == {"in": 2, "in-tamil-nadu": 3}
    publishing.publish(story)
    assert counts(page().places) == {"in": 1, "in-tamil-nadu": 3, "kh": 1}
    assert counts(page().themes) == {"coming-home": 2, "survivor-leaders": 3}


# --- search ---------------------------------------------------------------------------------------
def test_a_search_shows_its_passage_and_counts_its_filters(told):
    tell("Rice", 20, place=factories.place("KH"), blocks=["<p>The harvest was good.</p>"])
    found = page("q=harvest")
    assert titles(found.cards) == ["Rice"]
    assert found.cards[0].excerpt == "The <mark>harvest</mark> was good."
    assert counts(found.places) == {"kh": 1}
    assert found.themes == found.suggestions == []
    assert not found.total_is_minimum


def test_a_misspelt_search_finds_and_offers_the_spelling(told):
    tell("Thaiyamma", 20, place=factories.place("KH"))
    found = page("q=Thaiyama&place=kh")
    assert titles(found.cards) == ["Thaiyamma"]
    assert found.did_you_mean == "Thaiyamma"
    assert found.did_you_mean_address == "/stories/?q=Thaiyamma&place=kh"


def test_nothing_found_suggests_the_newest(told):
    nothing = page("q=xylophone")
    assert (nothing.cards, nothing.total, nothing.did_you_mean) == ([], 0, "")
    assert titles(nothing.suggestions) == ["Tale 6", "Tale 5", "Tale 4"]
    assert page("q=%F0%9F%98%80").query == "😀"


def test_a_search_cut_at_its_limit_says_so(told, monkeypatch):
    for module in ("ranking", "sqlite", "postgresql"):
        monkeypatch.setattr(f"stories.search.{module}.LIMIT", 5)
    found = page("q=train")
    assert found.total == 5
    assert found.total_is_minimum


def test_a_search_is_paged_too():
    for day in range(25):
        tell(f"Tale {day:02}", day)
    found = page("q=train&page=3")
    assert titles(found.cards) == ["Tale 00"]
    assert (found.total, found.pages) == (25, 3)
    assert found.previous_address == "/stories/?q=train&page=2"


# --- the clock ------------------------------------------------------------------------------------
def test_a_scheduled_story_shows_and_is_counted_when_its_hour_comes(told, monkeypatch):
    hour = timezone.now() + datetime.timedelta(hours=1)
    factories.published_story("Tomorrow", publish_at=hour, place=factories.place("KH"))
    assert (page().total, counts(page().places).get("kh")) == (7, None)
    assert abs(page().fresh_until - hour) < datetime.timedelta(seconds=1)
    edition = Edition.current()
    later = hour + datetime.timedelta(seconds=1)
    assert totals.refresh_due(later) == 1
    assert Edition.current() == edition + 1, "cached pages with the old number must go"
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert (page().total, counts(page().places)["kh"]) == (8, 1)
    assert titles(page().cards)[0] == "Tomorrow"


def test_a_story_whose_time_ends_leaves_list_and_totals(told, monkeypatch):
    end = timezone.now() + datetime.timedelta(hours=1)
    factories.published_story("Today", expire_at=end, place=factories.place("KH"))
    assert (page().total, page().fresh_until) == (8, end)
    later = end + datetime.timedelta(seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert "Today" not in titles(page().cards), "the clock decides, before any sweep"
    assert totals.refresh_due() == 1
    assert (page().total, counts(page().places).get("kh"), page().fresh_until) == (7, None, None)


def test_a_story_whose_end_is_moved_without_publishing_is_put_right(told, monkeypatch):
    now = timezone.now()
    sooner = factories.published_story("Sooner", expire_at=now + datetime.timedelta(hours=3))
    longer = factories.published_story("Longer", expire_at=now + datetime.timedelta(hours=1))
    Story.objects.filter(pk=sooner.pk).update(live_until=now + datetime.timedelta(hours=1))
    Story.objects.filter(pk=longer.pk).update(live_until=now + datetime.timedelta(hours=3))
    monkeypatch.setattr(timezone, "now", lambda: now + datetime.timedelta(hours=2))
    assert totals.refresh_due() == 2
    assert titles(page().cards)[0] == "Longer"
    assert (page().total, page("q=sooner").total, page("q=longer").total) == (8, 0, 1)


def test_nothing_due_changes_nothing(told):
    edition = Edition.current()
    with max_queries(5):
        assert totals.refresh_due() == 0
    assert Edition.current() == edition


def test_refresh_mends_whatever_went_past_publishing(told):
    Shelf.objects.filter(place=None, theme=None).update(total=99)
    Story.objects.filter(pk=told[0].pk).update(status="draft", live_revision=None)
    Story.objects.get(pk=told[0].pk).delete()
    Story.objects.filter(pk=told[1].pk).update(publish_at=timezone.now() + datetime.timedelta(days=1))
    SearchDocument.objects.filter(story=told[2]).delete()
    assert totals.refresh() > 0
    assert page().total == len(page().cards) == 5
    assert counts(page().places) == {"in": 1, "in-tamil-nadu": 2}
    assert page("q=tale").total == 5
    assert totals.refresh() == 0


def test_kept_totals_equal_counted_ones_after_any_life(told):
    publishing.unpublish(told[0])
    publishing.withdraw(told[1])
    publishing.publish(told[2])
    publishing.publish(told[0])
    for shelf in Shelf.objects.all():
        assert shelf.total == shelf.entries.count()
    assert page().total == 6


def test_a_withdrawn_story_leaves_every_list_at_once(told):
    publishing.withdraw(told[6])
    assert page().total == 6
    assert "Tale 6" not in titles(page().cards)
    assert not ShelvedStory.objects.filter(story=told[6]).exists()


def test_positions_follow_the_clock_and_never_come_early():
    moment = datetime.datetime(2026, 11, 22, 10, 0, 0, 123_456, tzinfo=datetime.UTC)
    position = position_of(moment, 7)
    assert moment <= moment_of(position) < moment + datetime.timedelta(milliseconds=1)
    assert last_position(moment) < position <= last_position(moment_of(position))
    assert position_of(moment, 7) < position_of(moment, 8) < position_of(moment + datetime.timedelta(milliseconds=1), 1)
    assert position_of(datetime.datetime.min.replace(tzinfo=datetime.UTC), 1) >= 0
    assert position_of(datetime.datetime.max.replace(tzinfo=datetime.UTC), 2**40) < 2**63


# --- queries --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "ceiling"),
    [
        ("", 2), ("page=2", 2), ("place=in&theme=coming-home", 2), ("q=train", 3), ("q=train&place=in&theme=coming-home", 3),
        ("q=trian", 5), ("q=trian+talee&place=in", 5), ("q=xylophone", 4), ("q=%F0%9F%98%80", 2),
    ],
)  # fmt: skip
def test_queries_do_not_grow_with_stories(told, query, ceiling):
    rendering.fingerprint()
    with max_queries(ceiling):
        page(query)
    for day in range(30):
        tell("", 30 + day, place=factories.place("KH", f"Region {day}"), themes=[factories.theme(f"Theme {day}")])
    with max_queries(ceiling):
        page(query)


def test_cards_older_than_the_templates_are_rendered_anew_without_more_queries(told):
    fresh = titles(page().cards)
    StoryRevision.objects.update(rendered_by="an older look", card_html="<p>Old</p>")
    with max_queries(2):
        stale = page()
    for story in told:
        rendering.render(story.live_revision)
        story.live_revision.save()
    assert titles(stale.cards) == fresh


def test_the_clocks_next_change_is_one_query(told):
    ahead = timezone.now() + datetime.timedelta(days=2)
    assert Story.objects.next_change() is None
    factories.published_story("Tomorrow", publish_at=ahead)
    with max_queries(1):
        assert Story.objects.next_change() == ahead
    ending = factories.published_story("Today", expire_at=ahead - datetime.timedelta(days=1))
    assert Story.objects.next_change() == ending.live_until
    assert Story.objects.filter(title="Tomorrow").next_change() == ahead


# --- what to read next ----------------------------------------------------------------------------
def test_next_is_the_next_older_and_after_the_oldest_the_newest(told):
    assert titles([listing.neighbours(told[4]).next]) == ["Tale 3"]
    assert titles([listing.neighbours(told[0]).next]) == ["Tale 6"]


def test_related_are_the_editors_choice_then_what_is_akin(told):
    story = told[1]  # Tamil Nadu; coming home, survivor leaders
    assert titles([listing.neighbours(story).next]) == ["Tale 0"]
    assert titles(listing.neighbours(story).related) == ["Tale 2", "Tale 5", "Tale 4"]
    story.related.add(told[6])
    assert titles(listing.neighbours(story).related) == ["Tale 6", "Tale 2", "Tale 5"]


def test_related_leaves_out_what_is_not_public_and_what_comes_next(told):
    story = told[1]
    story.related.add(told[6], told[0], factories.story("A draft"))
    publishing.withdraw(told[6])
    near = listing.neighbours(story)
    assert titles([near.next]) == ["Tale 0"]
    assert titles(near.related) == ["Tale 2", "Tale 5", "Tale 4"]


def test_neighbours_keep_to_the_language_of_the_list(told):
    spanish = tell("Uno", 50, language="es", themes=[factories.theme("Coming home")])
    near = listing.neighbours(spanish)
    assert (near.next, near.related) == (None, [])
    other = tell("Dos", 51, language="es")
    assert titles([listing.neighbours(other).next]) == ["Uno"]


def test_neighbours_take_two_queries(told):
    told[1].related.add(told[6], told[5])
    with max_queries(2):
        listing.neighbours(told[1])


def test_lists_and_neighbours_survive_a_rebuild(told):
    before = (titles(page().cards), counts(page().places), titles(listing.neighbours(told[1]).related))
    search.rebuild()
    assert (titles(page().cards), counts(page().places), titles(listing.neighbours(told[1]).related)) == before


# --- the pages themselves -------------------------------------------------------------------------
@pytest.mark.parametrize(
    "params", [{}, {"q": "train", "place": "in"}, {"q": "trian"}, {"q": "<b>\"'&"}, {"page": "abc"}, {"q": "\0 %F0"}]
)
def test_the_list_page_is_valid_html_within_five_queries(told, reader, params):
    reader.get("/stories/", params, queries=5)
