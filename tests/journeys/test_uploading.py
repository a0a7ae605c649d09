"""What is on its way when a story is saved: it arrives and is kept first, whoever presses the button early."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.browser import becomes
from tests.journeys import editor


def test_saving_keeps_the_words_of_a_new_clip_first_and_waits_for_what_is_on_its_way(
    desk_of: Callable[..., Page], uploads: dict[str, Path]
):
    page = desk_of("Daniel")
    editor.open_editor(page, editor.NEW)
    page.locator("#id_title").press_sequentially("By the window")
    page.get_by_label("Standfirst").fill("It was mended twice.")
    film = editor.add(page, "Clip")
    address, title = film.get_by_label("Or paste an address"), film.locator("[data-word=title]")
    save = page.get_by_role("button", name="Save and continue editing").last
    for typed, told in {"https://example.org/film": "YouTube", "https://youtu.be/aaaaaaaaaaa": "required"}.items():
        address.fill(typed)
        save.click()
        expect(film.locator("[aria-invalid=true]").first).to_be_focused()
        expect(film.locator(".words__wrong", has_text=told).first).to_be_visible()
    assert page.url.endswith(editor.NEW)
    page.faults.clear()  # type: ignore[attr-defined]  # the browser mentions each 422
    title.fill("A road at night")
    film.locator("[data-word=duration_ms]").fill("2:35")

    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/picture/**/take/", hold)
    editor.drop(page, page.locator(".field-lead .drop-zone"), uploads["picture"], "image/jpeg")
    save.click()
    expect(page.locator("[data-writing-state]")).to_contain_text("as soon as the file has arrived")
    becomes(page, lambda: len(held), 1)
    held[0].continue_()
    expect(page.locator(".field-lead .errorlist")).to_be_visible()  # what it shows is still to be said
    expect(page.locator("[data-word=alt]")).to_be_focused()
    expect(film.locator(".facade", has_text="A road at night")).to_be_visible()
    editor.is_ready(page)
    editor.keep_words(page, alt="A loom at dawn.", origin="own")
    save.click()
    expect(page.locator(".messagelist")).to_contain_text("was added successfully")
    expect(film.locator(".facade", has_text="A road at night")).to_be_visible()


def test_whoever_chooses_another_after_all_keeps_what_they_chose(desk_of: Callable[..., Page], uploads: dict[str, Path]):
    page = desk_of("Ruth")
    editor.open_editor(page, editor.NEW)
    page.locator("#id_title").press_sequentially("On second thoughts")
    page.get_by_label("Standfirst").fill("It was mended twice.")
    lead, film = page.locator(".field-lead"), editor.add(page, "Clip")
    editor.drop(page, lead.locator(".drop-zone"), uploads["picture"], "image/jpeg")
    lead.locator("[data-word=alt]").fill("A loom at dawn.")
    editor.choose(page, lead, "Picture 2")
    film.get_by_label("Or paste an address").fill("https://youtu.be/bbbbbbbbbbb")
    film.get_by_label("Or paste an address").press("Tab")
    expect(film.locator("[data-word=title]")).to_be_visible()
    editor.choose(page, film.locator(".field-clip"), "The birthday")
    expect(page.locator(".words")).to_have_count(0)
    page.get_by_role("button", name="Save and continue editing").last.click()
    expect(page.locator(".messagelist")).to_contain_text("was added successfully")
    expect(lead.locator(".select2-selection__rendered")).to_contain_text("Picture 2")
    expect(film.locator(".facade", has_text="The birthday")).to_be_visible()
