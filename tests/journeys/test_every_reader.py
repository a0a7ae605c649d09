"""Readers are not alike: by keyboard, without scripts, on a narrow screen, at 400 %, on paper, with less motion, in other colours."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import arrives, becomes, comes_alive, sideways_overflow

PAGES = [
    "/",
    "/stories/",
    "/stories/?q=birthday",
    "/stories/?q=xylophone",
    "/stories/birthday/",
    "/stories/workshop/",
    "/es/stories/abrazo/",
    "/stories/first-birthday-ar/",
    "/stories/rested/",
    "/no/such/page/",
    "/account/login/",
    "/sandbox/style/",
    "/sandbox/style/rtl/",
]


def forgive_error_pages(page: Page) -> None:
    """Drop what the browser says about a page that answers 404 or 410 on purpose."""
    page.faults[:] = [fault for fault in page.faults if "404 (Not Found)" not in fault and "410 (Gone)" not in fault]  # type: ignore[attr-defined]


# --- by keyboard alone ----------------------------------------------------------------------------
FOCUS = """() => {
    const element = document.activeElement
    const box = element.getBoundingClientRect()
    const shows = style => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
    return {
        words: (element.getAttribute('aria-label') || element.labels?.[0]?.textContent || element.innerText || element.name || '').trim(),
        tag: element.tagName, href: element.href || '',
        ring: [element, element.closest('label'), element.closest('article'), element.closest('figure')]
            .some(holder => holder && shows(getComputedStyle(holder))),
        seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth
            && getComputedStyle(element).visibility === 'visible' && parseFloat(getComputedStyle(element).opacity) > 0,
        covered: (() => {
            const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1)
            const y = Math.min(Math.max(box.top + Math.min(box.height, 20) / 2, 0), innerHeight - 1)
            const top = document.elementFromPoint(x, y)
            return !(top === null || element.contains(top) || top.contains(element) || top.closest('label, figure') === element.closest('label, figure'))
        })(),
    }
}"""


def tab_to(page: Page, words: str, most: int = 60) -> list[dict[str, object]]:
    """Press Tab until something with these words has the focus; every stop on the way must be seen, ringed, uncovered."""
    stops: list[dict[str, object]] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop["tag"] == "BODY":
            continue
        stops.append(stop)
        assert stop["seen"], f"the focus is not in sight: {stop}"
        assert stop["ring"], f"the focus does not show: {stop}"
        assert not stop["covered"], f"the focus is covered: {stop}"
        if words in str(stop["words"]):
            return stops
    raise AssertionError(f"{words!r} is never reached; the stops: {[stop['words'] for stop in stops]}")


def test_the_whole_way_is_walked_by_keyboard(open_page):
    page = open_page()
    page.goto("/")
    first = tab_to(page, "Skip to the content")
    assert len(first) == 1, "the way past the masthead is the first stop"
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    assert "masthead" not in str(tab_to(page, "The first birthday cake")[0])
    page.keyboard.press("Enter")
    arrives(page, "/stories/birthday/")
    comes_alive(page)
    stops = [str(stop["words"]) for stop in tab_to(page, "Play from YouTube")]
    assert any("Leave this page" in words for words in stops), "the way out comes before the story"
    tab_to(page, "Copy link")
    tab_to(page, "See all stories")
    page.keyboard.press("Enter")
    arrives(page, "/stories/")
    tab_to(page, "Search the stories")
    page.keyboard.type("leaders")
    page.keyboard.press("Enter")
    arrives(page, "/stories/?q=leaders")
    tab_to(page, "Women who lead", most=80)
    page.keyboard.press("Enter")
    expect(page).to_have_url("/stories/leaders/")


def test_our_own_clip_and_its_transcript_are_worked_by_keyboard(open_page):
    page = open_page()
    page.goto("/stories/workshop/")
    comes_alive(page)
    tab_to(page, "Play")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.2")
    expect(page.locator("video")).to_be_focused()
    page.keyboard.press("Space")
    page.wait_for_function("() => document.querySelector('video').paused")
    page.locator("summary", has_text="Read the transcript").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("A loom, and laughter.")).to_be_visible()


def test_every_stop_of_every_page_is_seen(open_page):
    page = open_page()
    for path in ("/stories/?q=birthday", "/stories/workshop/", "/es/stories/abrazo/", "/no/such/page/"):
        page.goto(path)
        page.evaluate("document.querySelectorAll('video').forEach(video => video.remove())")  # its controls are the browser's
        last = page.locator("a:visible").last.inner_text()
        tab_to(page, last.strip(), most=120)
    forgive_error_pages(page)


def test_languages_open_and_close_by_keyboard(open_page):
    page = open_page()
    page.goto("/stories/")
    page.locator(".languages__summary").focus()
    page.keyboard.press("Enter")
    tab_to(page, "Español")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/es/stories/")


# --- without scripts ------------------------------------------------------------------------------
def test_without_scripts_everything_reads_searches_and_filters(page_without_scripts):
    page = page_without_scripts
    page.goto("/")
    page.locator(".chapter").get_by_role("link", name="Women who lead", exact=True).click()
    expect(page.locator(".story")).to_contain_text("Under the tamarind tree")
    expect(page.get_by_role("button", name="Copy link")).to_be_hidden()
    search = page.get_by_role("search", name="Search from any page")
    search.get_by_role("searchbox").fill("brithday")
    search.get_by_role("searchbox").press("Enter")
    expect(page.get_by_role("link", name="The first birthday cake")).to_be_visible()
    page.goto("/stories/")
    page.get_by_role("navigation", name="Themes").get_by_role("link", name="Coming home").click()
    page.get_by_role("navigation", name="Places").get_by_role("link", name="Guatemala").click()
    becomes(page, page.locator(".story-card__title").all_inner_texts, ["An embrace at the door"])
    page.locator(".languages__summary").click()
    page.get_by_role("link", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    assert not [address for address in page.asked if address.endswith(".js")]


def test_without_scripts_the_transcript_still_opens(page_without_scripts):
    page_without_scripts.goto("/stories/workshop/")
    page_without_scripts.locator("summary", has_text="Read the transcript").first.click()
    expect(page_without_scripts.get_by_text("A loom, and laughter.")).to_be_visible()


# --- narrow, or enlarged --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("width", "height", "scale"),
    [(320, 640, 2), (320, 256, 4), (768, 1024, 1)],
    ids=["320 wide", "1280 x 1024 at 400 %", "a tablet"],
)
def test_no_page_scrolls_sideways(open_page, width, height, scale):
    page = open_page(width, height, scale=scale)
    wide = {}
    for path in PAGES:
        page.goto(path)
        if found := sideways_overflow(page):
            wide[path] = found[:5]
    forgive_error_pages(page)
    assert not wide


def test_a_page_that_is_too_wide_would_be_seen(open_page):
    page = open_page(320, 640)
    page.goto("/stories/birthday/")
    page.evaluate("document.querySelector('.story__title').style.inlineSize = '400px'")
    assert sideways_overflow(page)


SPACED = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
p { margin-block-end: 2em !important }"""


def test_words_spaced_as_a_reader_needs_them_lose_nothing(open_page):
    """WCAG 2.2, 1.4.12: the spacing a reader may set."""
    page = open_page(320, 640, bypass_csp=True)  # what the reader's own style sheet would do
    wide = {}
    for path in ("/", "/stories/", "/stories/workshop/"):
        page.goto(path)
        page.add_style_tag(content=SPACED)
        if found := sideways_overflow(page):
            wide[path] = found[:5]
    assert not wide


# --- on paper, with less motion, in other colours -------------------------------------------------
def test_a_printed_story_is_words_and_pictures_and_nothing_to_press(open_page):
    page = open_page()
    page.goto("/stories/workshop/")
    page.emulate_media(media="print")
    for pressed in (
        ".masthead__nav",
        ".quick-search",
        ".languages",
        ".story-bar",
        ".share",
        ".read-next",
        "video",
        ".clip__play",
        ".footer__group",
    ):
        for found in page.locator(pressed).all():
            expect(found, pressed).to_be_hidden()
    expect(page.locator(".story__title")).to_be_visible()
    expect(page.locator(".prose").first).to_be_visible()
    expect(page.locator(".story__lead img.picture__image")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).color") == "rgb(0, 0, 0)"
    dark = open_page(dark=True)
    dark.goto("/stories/workshop/")
    dark.emulate_media(media="print")
    assert dark.locator(".story__title").evaluate("element => getComputedStyle(element).color") == "rgb(0, 0, 0)", (
        "dark ink on dark paper"
    )


MOVING = """() => document.getAnimations().length + [...document.querySelectorAll('*')].filter(element => {
    const style = getComputedStyle(element)
    return Math.max(...style.transitionDuration.split(',').map(parseFloat)) > 0.01
        || Math.max(...style.animationDuration.split(',').map(parseFloat)) > 0.01 && style.animationName !== 'none'
        || style.scrollBehavior === 'smooth'
}).length"""


@pytest.mark.parametrize("path", ["/", "/stories/", "/stories/workshop/"])
def test_nothing_moves_for_readers_who_ask_for_less_motion(open_page, path):
    page = open_page(reduced_motion="reduce")
    page.goto(path)
    assert page.evaluate(MOVING) == 0
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(MOVING) > 0, "for everybody else something does: the measure sees it"


def _lightness(page: Page, selector: str, what: str) -> float:
    """Return how light a colour of an element is, from 0 to 255."""
    colour = page.locator(selector).first.evaluate(
        """(element, what) => {
            const canvas = document.createElement('canvas').getContext('2d')
            canvas.fillStyle = getComputedStyle(element)[what]
            canvas.fillRect(0, 0, 1, 1)
            return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)]
        }""",
        what,
    )
    return sum(colour) / 3


def test_the_dark_scheme_is_dark_and_the_light_one_light(open_page):
    for dark in (False, True):
        page = open_page(dark=dark)
        page.goto("/stories/workshop/")
        ground, ink = _lightness(page, "html", "backgroundColor"), _lightness(page, ".prose", "color")
        assert (ground < 60 and ink > 180) if dark else (ground > 200 and ink < 90)


def test_forced_colours_leave_everything_to_be_seen(open_page):
    page = open_page(forced_colors="active", dark=True)
    page.goto("/stories/workshop/")
    for needed in (
        ".masthead__home",
        ".story-bar .exit",
        ".story__title",
        ".prose",
        ".clip__play",
        ".read-on__link",
        ".share__link",
    ):
        expect(page.locator(needed).first).to_be_visible()
    ground = _lightness(page, "body", "backgroundColor")
    for words in (".story__title", ".prose", ".aside__words", ".pull-quote__text"):
        assert abs(_lightness(page, words, "color") - ground) > 100, words
    page.keyboard.press("Tab")
    stop = page.evaluate(FOCUS)
    assert stop["ring"], "shadows are gone in forced colours: the ring must be an outline"
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    glyph = page.locator(".share__link .icon").first
    assert glyph.evaluate("icon => getComputedStyle(icon).fill !== 'none' || getComputedStyle(icon).stroke !== 'none'")
    lines = (
        page.locator(".button").first.evaluate("button => getComputedStyle(button).borderTopStyle")
        if page.locator(".button").count()
        else "solid"
    )
    assert lines != "none", "a button without a border cannot be told from words"


def test_the_chosen_sum_is_told_from_the_others_in_forced_colours(open_page):
    page = open_page(forced_colors="active", dark=True)
    page.goto("/give/")
    for choice in (".giving-tab", ".amount"):
        chosen, other = (
            _lightness(page, f"{choice}__input{state} + {choice}__label", "backgroundColor")
            for state in (":checked", ":not(:checked)")
        )
        assert abs(chosen - other) > 60, choice


@pytest.mark.parametrize("path", ["/", "/es/"])
def test_the_charitys_name_is_whole_on_the_smallest_screens(open_page, path):
    page = open_page(320, 640)
    page.goto(path)
    assert page.locator(".masthead__name").evaluate("name => name.clientWidth > 0 && name.scrollWidth <= name.clientWidth")
