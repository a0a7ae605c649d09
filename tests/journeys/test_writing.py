"""Writing in a real browser: every kind of block, uploads, pasting, two people in one story, a crash, the keyboard alone."""

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser import OpenPage, becomes, sideways_overflow
from tests.journeys import editor
from tests.media_files import traces
from tests.services.site import Site

CLIPBOARD = Path(__file__).parents[1] / "stories" / "clipboard"
CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:00.900\nThe loom is loud.\n"
PREPARE = """
from stories import clips, renditions
from stories.models import Clip, Picture
for clip in Clip.objects.filter(readiness="waiting"):
    assert clips.prepare(clip), clip.failure
for picture in Picture.objects.filter(readiness="waiting"):
    assert renditions.make(picture), picture.failure
"""


# As wide as a device, or less by a scroll bar.
FITS = "(html, pixels) => html.clientWidth > pixels - 20 && html.clientWidth <= pixels"


def test_a_story_of_every_kind_of_block_is_written_dragged_previewed_reviewed_and_published_without_telling_a_place(
    desk_of: Callable[..., Page], open_page: OpenPage, desk_site: Site, uploads: dict[str, Path]
):
    page = desk_of("Ruth")
    editor.open_editor(page, editor.NEW)
    page.locator("#id_title").press_sequentially("A loom by the window")
    expect(page.locator("#id_slug")).to_have_value("a-loom-by-the-window")
    page.get_by_label("Standfirst").fill("It was mended twice.")

    # a picture dropped where it belongs: kept at once, its words asked for there and then
    editor.drop(page, page.locator(".field-lead .drop-zone"), uploads["picture"], "image/jpeg")
    expect(page.locator("[data-word=alt]")).to_be_focused()
    editor.keep_words(page, alt="A loom at dawn.", origin="own")
    expect(page.locator(".field-lead .select2-selection__rendered")).to_contain_text("A loom at dawn.")

    # Word's own clipboard, with tracked deletions
    text = editor.add(page, "Text")
    editor.paste(page, text.locator(".tiptap"), (CLIPBOARD / "word.html").read_text())
    expect(text.locator(".paste-notice")).to_contain_text("Left out: 2 deleted passages, 1 comment, 1 picture.")
    expect(text.locator(".tiptap ul ul li")).to_have_text("who stayed")
    expect(text.locator(".tiptap")).not_to_contain_text("Lakshmi")

    # a clip dropped beside the blocks gets a block of its own
    editor.drop(page, page.locator(".order-machine"), uploads["clip"], "video/mp4")
    expect(page.locator("[data-word=title]")).to_be_focused()
    expect(editor.blocks(page).last.locator(".drop-zone__state")).to_contain_text("Being prepared")
    editor.keep_words(page, title="The loom", transcript="A loom.", captions=CAPTIONS)

    # an address pasted: known by title and poster, and nobody is asked
    film = editor.add(page, "Clip")
    film.get_by_label("Or paste an address").fill("https://youtu.be/dQw4w9WgXcQ")
    film.get_by_label("Or paste an address").press("Tab")
    expect(film.locator(".facade")).to_contain_text("The birthday")
    expect(film.locator(".facade img")).to_be_visible()

    picture = editor.add(page, "Picture")
    editor.choose(page, picture.locator(".field-picture"), "loom at dawn")
    picture.get_by_label("Caption").fill("By the window.")
    aside = editor.add(page, "Aside")
    aside.get_by_label("Title").fill("What a loom is")
    aside.locator(".tiptap").click()
    page.keyboard.type("Looms were once a debt.")
    link = editor.add(page, "Link")
    link.locator("[name$=-url]").fill("https://www.ijm.org/")
    expect(link.locator(".field-story")).to_be_hidden()
    link.locator("[name$=-title]").fill("All around the world")

    # a quote put in between, doubled, moved by the keyboard; the aside dragged to the top
    editor.blocks(page).nth(1).locator(".order-machine-insert-target").click()
    page.locator(".plugin-button:visible", has_text="Quote").click()
    quote = page.locator("#stories_quoteblock_set-0")
    quote.locator("textarea").fill("Nobody locks it now.")
    editor.has_kinds(page, ["text", "quote", "clip", "clip", "picture", "aside", "link"])
    quote.get_by_role("button", name="Duplicate").click()
    second = page.locator("#stories_quoteblock_set-1")
    expect(second.locator("textarea")).to_have_value("Nobody locks it now.")
    second.locator("textarea").fill("It is ours.")
    second.locator("textarea").press("Alt+Shift+ArrowDown")
    editor.has_kinds(page, ["text", "quote", "clip", "quote", "clip", "picture", "aside", "link"])
    expect(second.locator("textarea")).to_be_focused()
    quote.get_by_role("button", name="Fold").click()
    expect(quote.locator("textarea")).to_be_hidden()
    page.locator(".collapse-items").click()
    editor.drag(page, page.locator("#stories_asideblock_set-0"), page.locator("#stories_textblock_set-0"))
    becomes(page, lambda: editor.kinds(page)[:2], ["aside", "text"])

    # the page as readers will see it, from what nobody saved yet, in three widths
    page.locator("[data-preview]").click()
    frame = page.frame_locator(".preview-panel__frame")
    expect(frame.get_by_text("Looms were once a debt.")).to_be_visible()
    expect(frame.get_by_text("It is ours.")).to_be_visible()
    for width, pixels in {"Phone": 390, "Tablet": 820, "Desktop": 1280}.items():
        page.get_by_role("button", name=width).click()
        becomes(page, partial(frame.locator("html").evaluate, FITS, pixels), True)
    page.get_by_role("button", name="Close the preview").click()

    desk_site.manage(
        "shell", "--no-imports", "--command", PREPARE
    )  # as the worker does: the still taken from a clip is part of what is reviewed
    page.get_by_role("button", name="Ask for review").click()
    expect(page.locator(".messagelist")).to_contain_text("waits for a second person")
    editor.is_ready(page)
    editor.has_kinds(page, ["aside", "text", "quote", "clip", "quote", "clip", "picture", "link"])
    assert [address for address in page.asked if not address.startswith((desk_site.url, "data:", "blob:", "about:"))] == []  # type: ignore[attr-defined]

    second_person = desk_of("Mara")
    second_person.goto(page.url.partition("#")[0])
    second_person.get_by_role("button", name="Approve").click()
    expect(second_person.locator(".messagelist")).to_be_visible()
    second_person.wait_for_load_state()
    second_person.get_by_role("button", name="Publish").click()
    expect(second_person.locator(".messagelist")).to_contain_text("is public at")

    reader = open_page(base_url=desk_site.url)
    reader.goto("/stories/a-loom-by-the-window/")
    expect(reader.locator("main h2", has_text="Home again")).to_be_visible()
    words = reader.locator("main").inner_text()
    in_order = [
        "Looms were once a debt",
        "every morning",
        "Nobody locks it now",
        "The loom",
        "It is ours",
        "The birthday",
        "By the window",
        "All around the world",
    ]
    assert sorted(in_order, key=words.index) == in_order
    html = reader.content()
    for secret in ("Lakshmi", "Narayanan", "Vellore", "Mill Road", "Asha at home"):
        assert secret not in html
    tells_nothing_of_its_uploads(reader, desk_site, uploads)


def tells_nothing_of_its_uploads(reader: Page, site: Site, uploads: dict[str, Path]) -> None:
    """Hold every file that the page names, and every file the site keeps, to telling no place, number or name."""
    assert all(traces(file.read_bytes()) for file in uploads.values())  # the control
    named = set(re.findall(r"/media/[pc]/[\w/.-]+\.\w+", reader.content()))
    assert {address.rpartition(".")[2] for address in named} >= {"mp4", "vtt", "avif", "jpg"}
    for address in sorted(named):
        answer = reader.request.get(site.url + address)
        assert (answer.status, traces(answer.body())) == (200, []), address
    kept = [file for file in (site.var / "media").rglob("*") if file.is_file()]
    assert [str(file) for file in kept if "pictures" not in file.parts and traces(file.read_bytes())] == []


def test_of_two_people_in_one_story_neither_loses_a_word_unseen(desk_of: Callable[..., Page], desk_site: Site):
    address = f"/admin/stories/story/{desk_site.facts['shared']}/change/"
    ruth, daniel = desk_of("Ruth"), desk_of("Daniel")
    editor.open_editor(ruth, address)
    editor.open_editor(daniel, address)
    expect(daniel.locator("[data-writing-others]")).to_contain_text("Ruth has this story open too.")
    daniel.get_by_label("Title:").first.fill("Daniel's road")
    editor.save(daniel)

    ruth.get_by_label("Title:").first.fill("Ruth's road")
    expect(ruth.locator("[data-writing-others]")).to_contain_text("Saved by Daniel")
    ruth.get_by_role("button", name="Save and continue editing").last.click()
    expect(ruth.get_by_role("heading", name=re.compile("was saved by Daniel"))).to_be_visible()
    editor.is_ready(ruth)
    ruth.get_by_text("See changes").click()
    expect(ruth.locator(".differences del")).to_have_text("Daniel's")
    expect(ruth.locator(".differences ins")).to_have_text("Ruth's")
    ruth.get_by_role("button", name="Keep mine").click()
    expect(ruth.locator(".messagelist")).to_contain_text("was changed successfully")
    expect(ruth.locator("#id_title")).to_have_value("Ruth's road")

    daniel.locator("#id_title").fill("Daniel again")
    daniel.get_by_role("button", name="Save and continue editing").last.click()
    expect(daniel.get_by_role("heading", name=re.compile("was saved by Ruth"))).to_be_visible()
    expect(daniel.locator("#id_title")).to_have_value("Daniel again")  # nothing typed is lost by asking
    editor.is_ready(daniel)
    daniel.get_by_role("button", name="Take theirs").click()
    expect(daniel.locator(".writing-notice")).to_have_count(0)
    expect(daniel.locator("#id_title")).to_have_value("Ruth's road")


def test_a_long_story_is_written_in_before_all_its_text_editors_have_come_to_life(desk_of: Callable[..., Page], desk_site: Site):
    address = f"/admin/stories/story/{desk_site.facts['long']}/change/"
    page = desk_of("Ruth")
    page.add_init_script("window.requestIdleCallback = () => 0")  # never idle: what is far away stays as it is
    editor.open_editor(page, address)
    still = page.locator("[data-prose-editor-later]")
    assert still.count() > 10
    last = editor.blocks(page).last
    last.locator("textarea").focus()
    expect(last.locator(".tiptap")).to_be_focused()
    page.keyboard.press("Control+End")
    page.keyboard.type(" And home.")
    editor.blocks(page).nth(14).get_by_role("button", name="Duplicate").click()
    editor.save(page)
    assert still.count() > 10

    other = desk_of("Daniel")
    editor.open_editor(other, address)
    expect(other.locator("[data-prose-editor-later]")).to_have_count(0)  # in its own time
    told = [f"Mile {number}." for number in range(30)]
    told[15:15], told[-1] = ["Mile 14."], "Mile 29. And home."
    becomes(other, other.locator(".order-machine .tiptap").all_inner_texts, told)


def test_what_was_written_comes_back_after_the_browser_was_killed(desk_of: Callable[..., Page]):
    page = desk_of("Daniel")
    editor.open_editor(page, editor.NEW)
    page.locator("#id_title").fill("Half a story")
    editor.add(page, "Text").locator(".tiptap").click()
    with page.expect_response(lambda answer: "went+dead" in (answer.request.post_data or "")):
        page.keyboard.type("The line went dead")
    expect(page.locator("[data-writing-state]")).to_contain_text("Kept at")
    with pytest.raises(Error):
        page.goto("chrome://crash")
    later = page.context.new_page()
    later.goto(editor.NEW)
    later.get_by_role("link", name=re.compile("Restore what you wrote")).click()
    expect(later.get_by_text("This is what you wrote at")).to_be_visible()
    expect(later.locator("#id_title")).to_have_value("Half a story")
    expect(later.locator("#stories_textblock_set-0 .tiptap")).to_have_text("The line went dead")


def test_a_story_is_written_with_the_keyboard_alone(desk_of: Callable[..., Page]):
    page = desk_of("Ruth")
    editor.open_editor(page, editor.NEW)
    press, say = page.keyboard.press, page.keyboard.type
    editor.tab_to(page, page.locator("#id_title"))
    say("By hand")
    editor.tab_to(page, page.locator("#id_standfirst"))
    say("No mouse near.")
    editor.tab_to(page, page.locator(".add-blocks").get_by_role("button", name="Text"))
    press("Enter")
    text = page.locator("#stories_textblock_set-0 .tiptap")
    editor.tab_to(page, text)
    say("Before the ")
    press("Control+b")
    say("storm")
    editor.tab_to(page, page.locator("#stories_textblock_set-0 .order-machine-insert-target"))
    press("Enter")  # the kinds of blocks open, the first has the focus
    expect(page.locator(".plugin-buttons .plugin-button").first).to_be_focused()
    press("ArrowUp")
    expect(page.locator(".plugin-button:focus")).to_have_text(re.compile("Aside"))
    for _kind in range(2):
        press("ArrowUp")
    press("Enter")
    quote = page.locator("#id_stories_quoteblock_set-0-text")
    expect(quote).to_be_focused()
    say("Then it rained.")
    editor.has_kinds(page, ["quote", "text"])
    press("Alt+Shift+ArrowDown")
    editor.has_kinds(page, ["text", "quote"])
    press("Alt+Shift+KeyD")
    editor.tab_to(page, page.locator("#stories_quoteblock_set-1").get_by_role("button", name="Remove"), key="Shift+Tab")
    press("Enter")
    editor.has_kinds(page, ["text", "quote"])
    editor.tab_to(page, page.locator("[data-preview]"), key="Shift+Tab", most=120)
    press("Enter")
    expect(page.frame_locator(".preview-panel__frame").get_by_text("Then it rained.")).to_be_visible()
    editor.tab_to(page, page.get_by_role("button", name="Close the preview"), most=160)
    press("Escape")
    expect(page.locator("[data-preview]")).to_be_focused()
    editor.tab_to(page, page.locator("#id_standfirst"))
    editor.tab_to(page, page.locator("#id_byline"))
    press("Enter")  # saves and stays
    expect(page.locator(".messagelist")).to_contain_text("was added successfully")
    expect(page.locator(".tiptap strong")).to_have_text("storm")
    expect(quote).to_have_value("Then it rained.")


def test_the_pages_of_writing_have_no_accessibility_fault_and_do_not_slide_sideways(
    desk_of: Callable[..., Page], axe: Callable[[Page], None]
):
    page = desk_of("Boss", 768, 900)
    page.goto("/admin/stories/story/?q=workshop")
    workshop = page.get_by_role("link", name="The workshop with the open door").get_attribute("href") or ""
    story = workshop.partition("/change/")[0]
    for address in (
        f"{story}/change/",
        f"{story}/panel/",
        f"{story}/versions/",
        "/admin/stories/picture/add/",
        "/admin/stories/picture/1/change/",
        "/admin/stories/picture/1/replace/",
        "/admin/stories/clip/1/change/",
        "/admin/safeguarding/contributor/desk/",
    ):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        axe(page)
        assert sideways_overflow(page) == []
    night = desk_of("Boss", 360, 740, dark=True)
    editor.open_editor(night, f"{story}/change/")
    axe(night)
    assert sideways_overflow(night) == []


def test_an_earlier_version_is_compared_and_brought_back_by_the_block_and_whole(desk_of: Callable[..., Page]):
    page = desk_of("Daniel")
    editor.open_editor(page, editor.NEW)
    page.locator("#id_title").press_sequentially("Twice told")
    page.get_by_label("Standfirst").fill("By the one who lived it.")
    for words in ("The first telling.", "It stays."):
        editor.add(page, "Text").locator(".tiptap").click()
        page.keyboard.type(words)
    page.get_by_role("button", name="Save and continue editing").last.click()
    expect(page.locator(".messagelist")).to_contain_text("was added successfully")
    editor.is_ready(page)
    first, second = page.locator("#stories_textblock_set-0 .tiptap"), page.locator("#stories_textblock_set-1 .tiptap")
    first.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("The second telling.")
    second.press("Alt+Shift+ArrowUp")
    page.locator("#id_title").fill("Told again")
    page.get_by_label("What changed?").fill("softer words")
    editor.save(page)

    page.get_by_role("link", name="Versions").click()
    expect(page.get_by_role("row", name=re.compile("softer words"))).to_contain_text("Version 2")
    page.get_by_label("From version 1").check()
    page.get_by_role("button", name="See what differs").click()
    expect(page.locator("del", has_text="Twice told")).to_be_visible()
    expect(page.locator("ins", has_text="Told again")).to_be_visible()
    told = page.locator("section.compare", has_text="telling")
    expect(told.locator("del")).to_have_text("first")
    expect(told.locator("ins")).to_have_text("second")
    told.get_by_role("button", name="Bring this block of version 1 back").click()
    editor.is_ready(page)
    expect(page.locator(".tiptap", has_text="telling")).to_have_text("The first telling.")
    expect(page.locator("#id_title")).to_have_value("Told again")

    page.get_by_role("link", name="Versions").click()
    page.get_by_label("From version 1").check()
    page.get_by_role("button", name="See what differs").click()
    page.get_by_role("button", name="Bring all of version 1 back").click()
    editor.is_ready(page)
    expect(page.locator("#id_title")).to_have_value("Twice told")
    becomes(page, page.locator(".order-machine .tiptap").all_inner_texts, ["The first telling.", "It stays."])
