"""Reading, as a person does it: from the home page into a story and on, by searching, by filters, and away at once."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser import arrives, becomes, comes_alive

EXIT = "https://www.bbc.co.uk/weather"


def cards(page: Page) -> list[str]:
    """Return the titles of the stories a list shows."""
    return page.locator("main .story-card__title").all_inner_texts()


def test_from_the_home_page_to_a_story_and_on_to_a_related_one(reader_page):
    page = reader_page
    page.goto("/")
    page.locator(".chapter").get_by_role("link", name="The first birthday cake", exact=True).click()
    expect(page).to_have_url("/stories/birthday/")
    expect(page.get_by_role("heading", level=1)).to_have_text("The first birthday cake")
    expect(page.locator(".story__note")).to_contain_text("Speaks of forced labour.")
    assert page.locator(".story__note").bounding_box()["y"] < page.locator(".prose").first.bounding_box()["y"]
    expect(page.locator(".story__byline")).to_contain_text("minute to read")
    next_story = page.locator(".read-next .story-card__link").first
    title = next_story.inner_text()
    next_story.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    assert page.elsewhere == []


def test_a_story_leads_to_the_one_it_names(reader_page):
    reader_page.goto("/stories/leaders/")
    reader_page.locator(".read-on__link").click()
    expect(reader_page).to_have_url("/stories/birthday/")


def test_a_search_with_a_typing_error_finds_the_story(reader_page):
    page = reader_page
    page.goto("/")
    field = page.get_by_role("search", name="Search from any page").get_by_role("searchbox")
    field.fill("brithday")
    field.press("Enter")
    arrives(page, "/stories/?q=brithday")
    assert "The first birthday cake" in cards(page)
    page.goto("/stories/?q=birthday")
    expect(page.locator("main mark").first).to_be_visible()
    page.get_by_role("link", name="The first birthday cake").click()
    expect(page).to_have_url("/stories/birthday/")


def test_a_search_that_finds_nothing_helps_on(reader_page):
    page = reader_page
    page.goto("/stories/?q=xylophone+quarterly")
    expect(page.locator("#results")).to_contain_text("No story matches")
    assert page.locator(".nothing-found .story-card").count() > 0
    page.locator(".nothing-found").get_by_role("link", name="See all stories").click()
    expect(page).to_have_url("/stories/")


def test_filters_by_place_and_theme_combine_and_say_how_many(reader_page):
    page = reader_page
    page.goto("/stories/")
    themes, places = page.get_by_role("navigation", name="Themes"), page.get_by_role("navigation", name="Places")
    themes.get_by_role("link", name="Coming home").click()
    three = {"The first birthday cake", "An embrace at the door", "The workshop with the open door"}
    becomes(page, lambda: set(cards(page)), three)
    page.wait_for_load_state()
    promised = places.get_by_role("link", name="Tamil Nadu").locator(".chip__count").inner_text().split()[0]
    places.get_by_role("link", name="Tamil Nadu").click()
    becomes(page, lambda: set(cards(page)), {"The first birthday cake", "The workshop with the open door"})
    page.wait_for_load_state()
    assert len(cards(page)) == int(promised)
    asked = parse_qs(urlsplit(page.url).query)
    assert sorted(asked) == ["place", "theme"]
    search = page.locator("form.search")
    search.get_by_role("searchbox").fill("candles")
    search.get_by_role("button", name="Search").click()
    becomes(page, lambda: sorted(parse_qs(urlsplit(page.url).query)), ["place", "q", "theme"])
    becomes(page, lambda: cards(page), ["The first birthday cake"])
    themes.locator("[aria-current=true]").click()
    becomes(page, lambda: sorted(parse_qs(urlsplit(page.url).query)), ["place", "q"])


def test_the_list_goes_on_page_by_page(reader_page):
    page = reader_page
    page.goto("/stories/")
    first = cards(page)
    assert len(first) == 12
    page.get_by_role("link", name="Older stories").click()
    arrives(page, "/stories/?page=2")
    assert cards(page)
    assert not set(cards(page)) & set(first)
    page.get_by_role("link", name="Newer stories").click()
    becomes(page, lambda: cards(page), first)


def test_the_other_language_is_one_click_away(reader_page):
    page = reader_page
    page.goto("/stories/")
    page.locator(".languages__summary").click()
    page.get_by_role("link", name="Español").click()
    expect(page).to_have_url("/es/stories/")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    becomes(page, lambda: cards(page), ["Un abrazo en la puerta"])
    page.get_by_role("link", name="Un abrazo en la puerta").click()
    expect(page).to_have_url("/es/stories/abrazo/")
    page.locator(".story__byline").get_by_role("link", name="English").click()
    expect(page).to_have_url("/stories/doorway/")
    assert page.context.cookies() == []


def test_the_link_of_a_story_can_be_copied(open_reader, live_site):
    page = open_reader(permissions=["clipboard-read", "clipboard-write"])
    page.goto("/stories/birthday/")
    comes_alive(page)
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".share [role=status]")).to_have_text("Link copied")
    assert page.evaluate("navigator.clipboard.readText()") == f"{live_site.url}/stories/birthday/"


def test_where_copying_is_forbidden_the_address_shows_to_be_copied_by_hand(reader_page, live_site):
    reader_page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('no'))")
    reader_page.goto("/stories/birthday/")
    reader_page.get_by_role("button", name="Copy link").click()
    address = f"{live_site.url}/stories/birthday/"
    expect(reader_page.locator(".share [role=status]")).to_have_text(address)
    assert reader_page.evaluate("getSelection().toString()").strip() == address


# --- leaving at once (safeguarding rule 15) -----------------------------------------------------------
def _by_click(page: Page) -> None:
    page.locator(".story-bar .exit").click()


def _by_escape(page: Page) -> None:
    for _ in range(3):
        page.keyboard.press("Escape")


def _by_enter(page: Page) -> None:
    page.locator(".story-bar .exit").focus()
    page.keyboard.press("Enter")


@pytest.mark.parametrize("leave", [_by_click, _by_escape, _by_enter])
def test_the_way_out_leaves_at_once_and_back_does_not_lead_here_again(reader_page, leave):
    page = reader_page
    page.goto("/")
    page.goto("/stories/birthday/")
    expect(page.locator(".exit__key")).to_be_visible()  # the module is there
    before = page.evaluate("history.length")
    leave(page)
    arrives(page, EXIT)
    assert page.evaluate("history.length") == before
    gone_to = page.elsewhere[0]
    assert gone_to.url == EXIT
    assert "referer" not in {name.lower() for name in gone_to.all_headers()}, "the site left is told to the one arrived at"
    page.go_back()
    expect(page).to_have_url("/")


def test_one_press_of_escape_does_not_lose_the_page(reader_page):
    page = reader_page
    page.goto("/stories/birthday/")
    expect(page.locator(".exit__key")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(".exit + [role=status]")).to_have_text("Press Escape again to leave this page.")
    expect(page).to_have_url("/stories/birthday/")


def test_the_way_out_stays_in_sight_while_reading(open_reader):
    page = open_reader(360, 740)
    page.goto("/stories/workshop/")
    page.evaluate("scrollTo(0, document.body.scrollHeight / 2)")
    expect(page.locator(".story-bar .exit")).to_be_in_viewport(ratio=1)


def test_the_way_out_is_a_plain_link_without_scripts(open_reader):
    page = open_reader(scripts=False)
    page.goto("/stories/birthday/")
    page.locator(".story-bar .exit").click()
    expect(page).to_have_url(EXIT)
    assert "referer" not in {name.lower() for name in page.elsewhere[0].all_headers()}
