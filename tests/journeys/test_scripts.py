"""Five hundred attempts to run a script, written wherever somebody writes, opened by those who read it: nothing runs."""

import csv
import io
import itertools
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import Page, expect

from stories import history, reviewing
from stories.models import AsideBlock, LinkBlock, Picture, Story, TextBlock
from tests import factories as make
from tests.browser import OpenPage
from tests.listening import Listener
from tests.payloads import EVIL, HIT, payloads
from tests.portal.visiting import signed_in as supporter_in
from tests.staff import form_of, signed_in, with_blocks
from tests.updates.reading import link_in, post_goes_out, reader, sign_up
from updates import importing
from updates.models import DoNotMail, ListImport

TYPED, RICH = 40, 25  # payloads in one story's plain blocks; in one of its texts
PATIENCE = 60_000  # milliseconds, on a slow and busy machine
EDITOR = ".ProseMirror:visible"
PASTE = """(surface, html) => {
    const data = new DataTransfer()
    data.setData('text/html', html)
    data.setData('text/plain', 'x')
    surface.focus()
    surface.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}))
}"""


def turns(some: list[str]) -> Callable[[int], str]:
    """Return a function that gives the next payload, cut to a length."""
    endless = itertools.cycle(some)
    return lambda length: next(endless)[:length]


@pytest.fixture
def live_site(live_server):
    """Give the test's own process as the site: what is written here nobody else should read."""
    return live_server


@pytest.fixture
def listen(open_page: OpenPage, live_server) -> Callable[[Client], Listener]:
    """Give a function that opens a listening page in the browser of a test client, the policy switched off."""

    def open_one(client: Client, staff: bool = True) -> Listener:
        page = open_page(base_url=live_server.url, reduced_motion="reduce", bypass_csp=True)
        page.context.set_default_timeout(PATIENCE)
        cookies = [{"name": name, "value": cookie.value, "url": live_server.url} for name, cookie in client.cookies.items()]
        page.context.add_cookies(cookies)
        return Listener(page, live_server.url, staff=staff)

    return open_one


def silent(listener: Listener) -> None:
    """Fail where anything ran, was asked of others, or stands in a page."""
    listener.page.faults.clear()  # pictures without files
    assert (listener.ran, listener.away, listener.foreign) == ([], [], {})


def story_of_payloads(cut: Callable[[int], str], rich: list[str], number: int) -> Story:
    """Make a story whose every field is an attempt; its texts lie in the database as if nobody had cleaned them."""
    picture = make.picture(title=cut(120), alt=cut(300), credit=cut(120))
    clip = make.clip("youtube", title=cut(120), transcript=cut(900), poster=picture)
    blocks: list[make.Block] = ["<p>x</p>" for _ in range(0, len(rich), RICH)]
    blocks += [{"picture": picture, "caption": cut(240)}, clip, {"aside": "<p>x</p>", "title": cut(120)}]
    blocks += [{"quote": cut(400), "attribution": cut(120)} for _ in range(TYPED // 4)]
    blocks += [{"url": "https://ok.example/", "title": cut(160), "label": cut(120)} for _ in range(TYPED // 4)]
    story = make.story(
        cut(160), blocks, slug=f"attack-{number}", standfirst=cut(320), byline=cut(120), lead=picture, lead_caption=cut(240),
        content_note=cut(240), place=make.place("IN", cut(80), slug=f"place-{number}"),
        themes=[make.theme(cut(60), slug=f"theme-{number}")], people=[make.contributor(cut(100))],
    )  # fmt: skip
    for start, text in zip(range(0, len(rich), RICH), story.stories_textblock_set.order_by("ordering"), strict=True):
        TextBlock.objects.filter(pk=text.pk).update(html="".join(rich[start : start + RICH]))
    AsideBlock.objects.filter(parent=story).update(html="".join(rich[:RICH]))
    LinkBlock.objects.filter(parent=story, ordering__gt=300).update(url=f"javascript:{cut(60)}")
    return story


# --- those who write -----------------------------------------------------------------------------------
def test_no_attempt_in_a_story_runs_in_the_admin_stored_kept_or_pasted(listen, transactional_db):
    written, boss = payloads(), make.staff(name="<img src=x onerror=__hit(1)>")
    cut = turns(written)
    stories = [story_of_payloads(cut, written[start::2], start) for start in range(2)]
    make.collection(stories, title=cut(120), introduction="".join(written[:RICH]), lead=make.picture(alt=cut(300)))
    Picture.objects.bulk_create(
        Picture(title=cut(120), alt=cut(300), credit=cut(120), origin="own", width=3, height=2) for _ in range(40)
    )
    story = stories[0]
    history.keep(story, boss, cut(200))
    Story.objects.filter(pk=story.pk).update(title=cut(160), standfirst=cut(320))
    story.refresh_from_db()
    review = reviewing.ask(story, make.staff("Editor"), cut(200))
    reviewing.comment(review, boss, cut(400))
    client = signed_in(boss)
    address = f"/admin/stories/story/{story.pk}/"
    client.post(
        f"/admin/stories/story/writing/autosave/?story={story.pk}",
        with_blocks(form_of(client, f"{address}change/"), "textblock", {"html": "".join(written[::3]), "ordering": 999}),
    )
    listener = listen(client)
    page = listener.page
    for path in (
        "/admin/", "/admin/stories/story/", "/admin/stories/story/?q=hit", "/admin/stories/picture/", f"{address}panel/",
        f"{address}versions/", f"{address}versions/1/", f"{address}versions/compare/?from=1&to=now", f"{address}history/",
        f"{address}delete/", f"/admin/stories/picture/{story.lead_id}/change/", "/admin/stories/clip/", "/admin/stories/collection/",
        "/admin/stories/place/", "/admin/stories/theme/", "/admin/safeguarding/contributor/desk/", f"{address}change/?restore=1",
    ):  # fmt: skip
        listener.open(path)
    expect(page.locator("html[data-alive]")).to_be_attached(timeout=PATIENCE)
    expect(page.locator(EDITOR).first).to_be_visible(timeout=PATIENCE)
    _paste(page, written)
    _choose_by_typing(page)
    listener.look("the editor, pasted into")
    page.get_by_role("button", name="Preview").first.click()
    expect(page.frame_locator("iframe").first.locator("h1")).to_be_attached(timeout=PATIENCE)
    listener.look("the preview")
    silent(listener)


def _paste(page: Page, written: list[str]) -> None:
    surface = page.locator(EDITOR).first
    for start in range(0, len(written), 200):
        markup = "".join(written[start : start + 200])
        with page.expect_response("**/writing/paste/"):
            surface.evaluate(PASTE, markup)
        surface.evaluate(PASTE, f"<p data-pm-slice='0 0 []'>mark</p>{markup}")  # this one claims to be the editor's own
    expect(surface).to_contain_text("mark", timeout=PATIENCE)
    expect(surface).to_contain_text(f"{HIT}(", timeout=PATIENCE)  # as words, which it may be


def _choose_by_typing(page: Page) -> None:
    page.locator(".field-lead .select2-selection").click()
    page.locator(".select2-search__field").last.fill("hit")
    expect(page.locator(".select2-results__option").nth(3)).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("Escape")


def test_control_the_same_page_unescaped_would_be_heard(listen, transactional_db):
    listener = listen(signed_in(make.staff()))
    # Those that swallow what follows them, or carry the reader off, would hide the others.
    carrying_off = ("meta", "<base", "<!", "noscript", "style")
    wild = [
        payload for payload in payloads() if payload.startswith("<") and not any(word in payload.lower() for word in carrying_off)
    ]
    body = "<!doctype html><title>x</title><main>" + "".join(f"<div>{it}</div>" for it in wild[:160])
    listener.page.context.route("**/control/", lambda route: route.fulfill(content_type="text/html", body=body))
    listener.open("/control/")
    listener.page.faults.clear()
    assert len(set(listener.ran)) > 20
    assert any(EVIL in address for address in listener.away)
    assert listener.foreign


# --- those who support ---------------------------------------------------------------------------------
def test_no_attempt_of_a_supporter_runs_for_them_or_for_staff(listen, transactional_db):
    written = payloads()
    short = turns([payload for payload in written if len(payload) <= 60])
    hers = supporter_in("ada@example.org")
    # The portal's form refuses what no name holds; the rows are written past it, as an old list would.
    ada = reader("ada@example.org", first_name=short(60), last_name=short(60), phone=short(30))
    for start in range(0, len(written), 40):
        typed = dict(zip(("first_name", "last_name", "line1", "line2", "city", "phone"), written[start:], strict=False))
        assert (
            hers.post("/portal/contact/", {"language": "en", "country": "GB", "postcode": "SW1A 1AA", **typed}).status_code == 422
        )
    ada.address = {
        "country": "GB",
        "line1": short(90),
        "city": short(80),
        "postcode": "SW1A 1AA",
        "lines": [short(90), short(80)],
    }
    ada.save()
    sign_up("bob@example.org", first_name=short(60), topics=["stories"], choosing="on")
    (letter,) = post_goes_out()
    Client().post(link_in(letter, "confirm"), {"topics": ["stories"]})
    staff = signed_in(make.staff())
    imported = bring_in(staff, written)
    DoNotMail.objects.create(email="gone@example.org", why="bounced", said=short(60))

    portal = listen(hers, staff=False)
    for path in ("/portal/", "/portal/contact/", "/portal/data/", "/portal/preferences/"):
        portal.open(path)
    portal.page.goto("/portal/contact/")
    for name in ("first_name", "line1", "phone"):
        portal.page.locator(f"[name={name}]").fill(written[0])
    portal.page.locator("main form [type=submit]").last.click()
    portal.look("the form refused")
    portal.page.goto("/updates/")
    portal.page.locator("[name=first_name]").fill(written[0])
    portal.page.locator("main [name=email]").fill("<img/src=x/onerror=__hit(1)>@example.org")
    portal.page.locator("main form").first.evaluate("form => { form.noValidate = true; form.requestSubmit() }")
    expect(portal.page.locator("[name=first_name]")).to_have_value(written[0][:60], timeout=PATIENCE)
    portal.look("the sign-up refused")
    silent(portal)

    desk = listen(staff)
    for path in (
        "/admin/supporters/supporter/", "/admin/supporters/supporter/?q=script", f"/admin/supporters/supporter/{ada.pk}/change/",
        "/admin/updates/donotmail/", "/admin/updates/listimport/", f"/admin/updates/listimport/{imported.pk}/change/",
    ):  # fmt: skip
        desk.open(path)
    silent(desk)


def bring_in(staff: Client, written: list[str]) -> ListImport:
    """Bring in a list whose every cell is an attempt: half of its rows are good, half are left out and shown."""
    target = io.StringIO()
    rows = csv.writer(target)
    rows.writerow(["Email", "First name", "Surname"])
    for number, payload in enumerate(written):
        rows.writerow([f"reader{number}@example.org" if number % 2 else payload, payload, written[-number]])
    said = {
        "source": "<b onclick=__hit(1)>fair",
        "words": written[3],
        "topics": ["stories"],
        "language": "en",
        "agreed_on": "2025-01-01",
    }
    file = SimpleUploadedFile("<img src=x onerror=__hit(2)>.csv", target.getvalue().encode(), "text/csv")
    answer = staff.post("/admin/updates/listimport/add/", {**said, "file": file})
    assert answer.status_code == 302
    importing.work_off()
    imported = ListImport.objects.get()
    assert imported.added > 50
    assert imported.bad_count > 200
    return imported
