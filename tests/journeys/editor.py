"""What people do in the story editor, as a browser does it: add and move blocks, drop files, paste, choose, save."""

import base64
import re
from pathlib import Path

from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.browser import becomes, comes_alive

NEW = "/admin/stories/story/add/"
_HAND_OVER = """([content, name, type]) => {
    const held = new DataTransfer()
    held.items.add(new File([Uint8Array.from(atob(content), (one) => one.charCodeAt(0))], name, { type }))
    return held
}"""
# The markup exactly as the word processor put it on the clipboard: the browser's own way to write there rewrites it.
_PASTE = """(surface, html) => {
    const held = new DataTransfer()
    held.setData("text/html", html)
    held.setData("text/plain", "plain words")
    surface.dispatchEvent(new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true }))
}"""


def open_editor(page: Page, address: str) -> None:
    """Open a story's form and wait until it can be used."""
    page.goto(address)
    is_ready(page)


def is_ready(page: Page) -> None:
    """Wait until a story's form has its scripts and stands still.

    After a save it goes back to where one was, 200 ms after its start: a click at that moment would meet another place.
    """
    comes_alive(page)
    page.evaluate("() => new Promise((rest) => setTimeout(rest, 250))")


def blocks(page: Page) -> Locator:
    """Return the blocks, in the order of the document."""
    return page.locator(".order-machine > .inline-related:not(.empty-form)")


def kinds(page: Page) -> list[str]:
    """Return the kinds of the blocks in their order: "text", "picture", …"""
    names = page.locator(".order-machine > .inline-related:not(.empty-form, .for-deletion)").evaluate_all(
        "all => all.map((one) => one.id)"
    )
    return [name.removeprefix("stories_").partition("block_set")[0] for name in names]


def has_kinds(page: Page, wanted: list[str]) -> None:
    """Wait until the blocks are of these kinds, in this order."""
    becomes(page, lambda: kinds(page), wanted)


def add(page: Page, kind: str) -> Locator:
    """Add a block at the end and return it."""
    before = blocks(page).count()
    page.locator(".add-blocks").get_by_role("button", name=kind).click()
    expect(blocks(page)).to_have_count(before + 1)
    return blocks(page).last


def choose(page: Page, row: Locator, words: str) -> None:
    """Choose a related row by typing."""
    row.locator(".select2-selection").click()
    page.locator(".select2-search__field").last.fill(words)
    page.locator(".select2-results__option", has_text=words).first.click()


def drop(page: Page, place: Locator, file: Path, kind: str) -> None:
    """Drop a file of this machine on a place of the page; `kind` is its media type."""
    content = base64.b64encode(file.read_bytes()).decode()
    held = page.evaluate_handle(_HAND_OVER, [content, file.name, kind])
    for step in ("dragenter", "dragover", "drop"):
        place.dispatch_event(step, {"dataTransfer": held})


def drag(page: Page, block: Locator, above: Locator) -> None:
    """Drag a block by its head and let it go above another; both heads fit on the screen together.

    Whoever finds that nothing was taken along, since the page moved under the hand, takes hold again.
    """
    for _grip in range(4):
        above.evaluate("each => each.scrollIntoView({ block: 'center' })")  # at its edges the page scrolls under a dragged block
        taken, place = _at_rest(page, block), _at_rest(page, above)
        page.mouse.move(taken["x"] + 90, taken["y"] + 12)
        page.mouse.down()
        for height in (30, 8, 6):
            page.mouse.move(place["x"] + 90, place["y"] + height)
        try:
            expect(above).to_have_class(re.compile(r"fs-dragover(?!.*--after)"), timeout=5_000)
        except AssertionError:
            page.mouse.up()
        else:
            page.mouse.up()
            return
    raise AssertionError(f"{block} is not taken along")


def _at_rest(page: Page, block: Locator) -> FloatRect:
    """Return where a block's head is, once it stays there."""
    head, before = block.locator("xpath=./h3"), None
    while (box := head.bounding_box()) != before or box is None:
        before = box
        page.wait_for_timeout(150)
    return box


def paste(page: Page, surface: Locator, html: str) -> None:
    """Paste markup as a word processor leaves it on the clipboard."""
    surface.click()
    surface.evaluate(_PASTE, html)


def keep_words(page: Page, **words: str) -> None:
    """Give an upload its words, asked for where it was dropped."""
    panel = page.locator(".words")
    for name, typed in words.items():
        field = panel.locator(f"[data-word={name}]")
        if name == "origin":
            field.select_option(typed)
        else:
            field.fill(typed)
    panel.get_by_role("button", name="Keep these words").click()
    expect(panel).to_have_count(0)


def save(page: Page) -> None:
    """Save and stay, and wait for the page that says so."""
    page.get_by_role("button", name="Save and continue editing").last.click()
    expect(page.locator(".messagelist")).to_contain_text("was changed successfully")
    is_ready(page)


def tab_to(page: Page, wanted: Locator, most: int = 80, key: str = "Tab") -> None:
    """Press Tab until something has the focus; fails when it is not reached."""
    for _press in range(most):
        if wanted.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"not reached with {most} times {key}: {wanted}")
