"""Clips in a real browser: our own with captions and parts of the file, those of others only once they are asked for."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser import becomes, comes_alive
from tests.services.content import CAPTIONS, CLIP_SECONDS

STATE = """video => ({
    time: video.currentTime, length: video.duration, muted: video.muted, autoplay: video.autoplay, paused: video.paused,
    tracks: [...video.textTracks].map(track => [track.language, track.mode]),
    cues: [...video.textTracks].flatMap(track => [...(track.cues || [])].map(cue => cue.text)),
})"""


def own_clip(page: Page) -> Page:
    """Return our own clip's figure on the page."""
    return page.locator("figure.clip:has(video)")


def goes_on(page: Page, beyond: float) -> None:
    """Wait until the clip's clock has passed a second."""
    page.wait_for_function("beyond => document.querySelector('video').currentTime > beyond", arg=beyond)


def media_asked(page: Page) -> list[str]:
    return [urlsplit(address).path for address in page.asked if "/media/c/" in address]


# --- our own --------------------------------------------------------------------------------------
def test_our_own_clip_plays_with_captions_and_nothing_of_it_is_fetched_before(reader_page):
    page = reader_page
    answers = []
    page.on("response", lambda response: answers.append(response) if response.url.endswith("clip.mp4") else None)
    page.goto("/stories/workshop/")
    figure = own_clip(page)
    figure.scroll_into_view_if_needed()
    expect(figure.locator(".clip__play")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert media_asked(page) == []
    before = figure.locator("video").evaluate(STATE)
    assert before["paused"]
    assert not before["autoplay"]

    figure.locator(".clip__play").click()
    goes_on(page, 0.5)
    first = figure.locator("video").evaluate(STATE)
    goes_on(page, first["time"] + 0.5)
    playing = figure.locator("video").evaluate(STATE)
    assert playing["time"] > first["time"]
    assert CLIP_SECONDS - 0.5 < playing["length"] < CLIP_SECONDS + 0.5
    assert not playing["muted"], "the reader asked to hear it"
    assert dict(playing["tracks"]) == {"en": "showing", "es": "disabled"}
    assert playing["cues"] == [CAPTIONS["en"].splitlines()[-1]]
    assert [answer.status for answer in answers] == [206] * len(answers)
    assert answers
    expect(figure.locator("video")).to_be_focused()
    assert figure.locator("video").evaluate("video => video.controls")
    assert page.elsewhere == []


def test_another_place_in_our_own_clip_can_be_reached(reader_page):
    reader_page.goto("/stories/workshop/")
    own_clip(reader_page).locator(".clip__play").click()
    goes_on(reader_page, 0.2)
    reader_page.locator("video").evaluate("(video, to) => { video.currentTime = to }", CLIP_SECONDS - 2)
    goes_on(reader_page, CLIP_SECONDS - 1.5)


def test_the_server_answers_parts_of_our_own_clip(reader_page):
    reader_page.goto("/stories/workshop/")
    address = reader_page.locator("video source").get_attribute("src")
    ask = reader_page.context.request
    whole = ask.get(address)
    assert whole.status == 200
    size = len(whole.body())
    part = ask.get(address, headers={"Range": "bytes=100-199"})
    assert (part.status, part.headers["content-range"], part.body()) == (206, f"bytes 100-199/{size}", whole.body()[100:200])
    assert ask.get(address, headers={"Range": f"bytes={size}-"}).status == 416
    changed = ask.get(address, headers={"Range": "bytes=0-9", "If-Range": '"another version"'})
    assert (changed.status, len(changed.body())) == (200, size)


def test_the_page_chooses_the_captions_of_its_own_language_and_names_the_others(reader_page):
    page = reader_page
    page.goto("/stories/workshop/")
    assert page.locator("track[data-chosen]").get_attribute("srclang") == "en"
    labels = page.locator("track").evaluate_all("tracks => tracks.map(track => track.label)")
    assert labels == ["English", "Español"]


def test_the_transcript_stands_below_the_clip(reader_page):
    reader_page.goto("/stories/workshop/")
    figure = own_clip(reader_page)
    figure.get_by_text("Read the transcript").click()
    expect(figure.get_by_text("A loom, and laughter.")).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/stories/workshop/", "/stories/birthday/"])
def test_no_clip_begins_by_itself_with_sound(reader_page, path):
    reader_page.goto(path)
    assert reader_page.locator("video[autoplay]:not([muted]), audio[autoplay]").count() == 0
    reader_page.wait_for_load_state("networkidle")
    assert all(reader_page.locator("video").evaluate_all("videos => videos.map(video => video.paused)"))
    assert reader_page.locator("iframe").count() == 0


def test_without_scripts_our_own_clip_has_the_browsers_controls_and_plays(open_reader):
    page = open_reader(scripts=False)
    page.goto("/stories/workshop/")
    video = page.locator("video")
    expect(video).to_have_attribute("controls", "")
    expect(page.locator(".clip:has(video) .clip__play")).to_be_hidden()
    video.focus()
    with page.expect_response(lambda response: response.url.endswith("clip.mp4")) as answered:
        page.keyboard.press("Space")
    assert answered.value.status == 206


# --- kept by others -------------------------------------------------------------------------------
EMBEDS = {
    "youtube": ("/stories/birthday/", "The birthday", "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?autoplay=1"),
    "vimeo": ("/stories/leaders/", "Under the tree", "https://player.vimeo.com/video/76979871?dnt=1&autoplay=1"),
    "vimeo, unlisted": (
        "/stories/workshop/", "Unlisted", "https://player.vimeo.com/video/76979872?dnt=1&h=8272103f6e&autoplay=1",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("path", "title", "player"), EMBEDS.values(), ids=EMBEDS)
def test_an_embed_asks_its_host_for_nothing_before_the_click_and_for_the_right_clip_after(
    open_reader, live_site, path, title, player
):
    page = open_reader()
    page.goto(path)
    comes_alive(page)
    link = page.locator(".clip__go", has_text=title)
    link.scroll_into_view_if_needed()
    link.hover()
    page.wait_for_load_state("networkidle")
    assert page.elsewhere == []
    assert {urlsplit(address).netloc for address in page.asked} <= {urlsplit(live_site.url).netloc, ""}

    link.click()
    frame = page.locator("iframe")
    expect(frame).to_have_attribute("src", player)
    expect(frame).to_have_attribute("title", title)
    expect(frame).to_be_focused()
    expect(page.frame_locator("iframe").get_by_role("button", name="Play")).to_be_visible()
    assert [request.url for request in page.elsewhere] == [player]
    assert page.elsewhere[0].all_headers()["referer"] == f"{live_site.url}/", "the host learns the site, not the story"
    assert page.context.cookies() == []
    expect(page).to_have_url(path)


def test_an_embed_is_opened_from_the_keyboard_alike(reader_page):
    reader_page.goto("/stories/birthday/")
    comes_alive(reader_page)  # before, Enter follows the link: that is meant as well
    reader_page.locator(".clip__go").focus()
    reader_page.keyboard.press("Enter")
    expect(reader_page.locator("iframe")).to_be_focused()


def test_before_playing_the_page_says_who_will_see_the_reader(reader_page):
    reader_page.goto("/stories/birthday/")
    expect(reader_page.locator(".clip__privacy")).to_contain_text("kept by YouTube")
    expect(reader_page.locator(".clip__privacy")).to_contain_text("internet address")


@pytest.mark.parametrize(
    ("path", "title", "there"),
    [
        ("/stories/birthday/", "The birthday", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ("/stories/workshop/", "Unlisted", "https://vimeo.com/76979872/8272103f6e"),
    ],
)
def test_without_scripts_an_embed_is_a_link_to_its_host(open_reader, path, title, there):
    page = open_reader(scripts=False)
    page.goto(path)
    page.locator(".clip__go", has_text=title).click()
    expect(page).to_have_url(there)
    assert "referer" not in page.elsewhere[0].all_headers()


def test_only_one_player_sounds_at_a_time(reader_page):
    """A second clip of our own, put beside the first, stops it."""
    page = reader_page
    page.goto("/stories/workshop/")
    own_clip(page).locator(".clip__play").click()
    goes_on(page, 0.2)
    page.evaluate(
        """async () => {
            const other = document.querySelector('figure.clip:has(video)').cloneNode(true)
            document.querySelector('main').append(other)
            const module = performance.getEntriesByType('resource').find(entry => entry.name.includes('one-player')).name
            ;(await import(module)).default(other)
            await other.querySelector('video').play()
        }"""
    )
    paused = page.locator("video")
    becomes(page, lambda: paused.evaluate_all("videos => videos.map(video => video.paused)"), [True, False])
