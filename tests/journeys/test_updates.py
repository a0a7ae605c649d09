"""A reader's ways through e-mail updates in a real browser: sign up, confirm, change topics, stop by one click."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser import OpenPage, comes_alive, sideways_overflow
from tests.services.site import ROOT, Site

PATIENCE = 60_000  # milliseconds until a process beside the site has done its part


@pytest.fixture(scope="module")
def updates_site(
    _filled: Callable[[Path, str], Site], tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> Iterator[Site]:
    """Give a running site of its own with its rounds beside it: letters are sent."""
    site = _filled(tmp_path_factory.mktemp("updates") / "var", f"hope_updates_{worker_id}")
    site.start()
    with (site.var / "rounds.log").open("ab") as log:
        rounds = subprocess.Popen([sys.executable, "manage.py", "rounds"], cwd=ROOT, env=site.environ, stdout=log, stderr=log)
    try:
        yield site
    finally:
        rounds.terminate()
        rounds.wait(timeout=60)
        site.stop()


@pytest.fixture
def opens(open_page: OpenPage, updates_site: Site) -> OpenPage:
    """Give a function that opens a page on that site."""
    return lambda *size, **options: open_page(*size, base_url=updates_site.url, **options)


def title(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words, timeout=PATIENCE)


def link_in_mail(page: Page, email: str, subject: str, purpose: str) -> str:
    """Open the newest mail to somebody in the demo mailbox, as soon as it is there; return the path of a link in it."""
    deadline = time.monotonic() + PATIENCE / 1000
    while True:
        page.goto("/sandbox/mail/")
        found = page.get_by_role("listitem").filter(has_text=f"to {email}").get_by_role("link", name=subject)
        if found.count():
            found.first.click()
            words = page.locator(".demo-mail__text").inner_text().split()
            return urlsplit(next(word for word in words if f"/updates/{purpose}/" in word)).path
        assert time.monotonic() < deadline, f"no mail {subject!r} to {email}"
        page.wait_for_timeout(500)


def test_somebody_signs_up_on_a_phone_without_scripts_changes_their_mind_and_stops(opens, axe):
    page, email = opens(360, 740, scripts=False), "phone@example.org"
    beside = opens(360, 740)  # axe is a script

    def looks_right() -> None:
        beside.goto(page.url)
        assert sideways_overflow(beside) == []
        axe(beside)

    page.goto("/updates/")
    looks_right()
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_text("Please type your e-mail address.")).to_be_visible()
    page.faults[:] = [fault for fault in page.faults if "status of 422" not in fault]
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("First name").fill("Ada")
    page.get_by_role("checkbox", name="Events").check()
    page.get_by_role("button", name="Sign up").click()
    title(page, "Please look into your mailbox")
    looks_right()

    page.goto(link_in_mail(page, email, "Please confirm your e-mail address", "confirm"))
    title(page, "Is this what you would like?")
    looks_right()
    page.get_by_role("button", name="Yes, send me these e-mails").click()
    title(page, "You are signed up")
    looks_right()

    page.get_by_role("link", name="Change what you get").click()
    title(page, "What we send you")
    expect(page.get_by_role("checkbox", name="Events")).to_be_checked()
    page.get_by_role("checkbox", name="Events").uncheck()
    page.get_by_role("button", name="Keep this").click()
    expect(page.get_by_role("status")).to_have_text("Kept. It holds from now on.")
    page.wait_for_load_state()
    expect(page.get_by_role("checkbox", name="Events")).not_to_be_checked()
    looks_right()

    stop = link_in_mail(page, email, "You are signed up", "unsubscribe")
    page.goto(stop)
    looks_right()
    answer = page.context.request.post(stop, form={"List-Unsubscribe": "One-Click"})  # as a mail program does
    assert (answer.status, answer.text()) == (200, "stopped")
    page.goto(stop)
    title(page, "You get no more updates")
    looks_right()
    assert page.context.cookies() == []


def test_the_panel_on_the_home_page_signs_up_under_the_sites_own_policy(opens):
    page, email = opens(), "panel@example.org"
    page.goto("/")
    comes_alive(page)
    page.locator(".panel-form").get_by_label("E-mail address").fill(email)
    page.locator(".panel-form").get_by_role("button", name="Sign up").click()
    title(page, "Please look into your mailbox")
    page.goto(link_in_mail(page, email, "Please confirm your e-mail address", "confirm"))
    title(page, "Is this what you would like?")
    for topic in ("Stories", "Events", "Ways to help"):
        expect(page.get_by_role("checkbox", name=topic)).to_be_checked()
    assert page.context.cookies() == []


def test_a_scanner_with_a_real_browser_leaves_every_link_unused(opens):
    page, email = opens(), "scanned@example.org"
    page.goto("/updates/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Sign up").click()
    title(page, "Please look into your mailbox")
    link = link_in_mail(page, email, "Please confirm your e-mail address", "confirm")
    for _ in range(20):
        page.goto(link, wait_until="load")
        assert page.context.request.head(link).status == 200
    title(page, "Is this what you would like?")
    page.get_by_role("button", name="Yes, send me these e-mails").click()
    title(page, "You are signed up")
