"""A real browser for the tests: Chromium through Playwright, one for each process of a run.

Pages come in the shapes the journeys need: `page` (desktop), `open_page(width=…, dark=…, scripts=…)`, and `axe`.
Nothing a page asks for leaves this machine; `open_page` keeps a list of what it asked for.
"""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright

from tests.services.site import Site
from tests.tools.install import chromium_path

WIDTHS = (320, 360, 768, 1440)
PATIENCE = 30_000  # milliseconds until a busy machine has done what it was asked for
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
# Names other than this machine's do not resolve: what a page asks of others fails at once, and shows in `asked`.
_NOWHERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give the browser of this process."""
    with sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, by which Django takes plain code for asynchronous.
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        running = playwright.chromium.launch(executable_path=chromium_path(), args=[*_FLAGS, _NOWHERE])
        expect.set_options(timeout=PATIENCE)
        yield running
        running.close()
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def open_page(browser: Browser, live_site: Site) -> Iterator[OpenPage]:
    """Give a function that opens a fresh page in a browser profile of its own on the live site.

    width, height: CSS pixels; scale: device pixels for each; dark: colour scheme; scripts=False: JavaScript off;
    more keywords go to Playwright's `new_context`. `page.asked` lists the addresses requested, `page.faults` what
    the console and the page reported as errors: the test fails at its end when `faults` is not empty.
    """
    contexts: list[BrowserContext] = []
    pages: list[Page] = []

    def open_one(
        width: int = 1440, height: int = 900, *, scale: float = 1, dark: bool = False, scripts: bool = True, **options: Any
    ) -> Page:
        context = browser.new_context(
            base_url=options.pop("base_url", live_site.url),
            viewport={"width": width, "height": height},
            device_scale_factor=scale,
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            locale=options.pop("locale", "en-GB"),
            **options,
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        asked: list[str] = []
        faults: list[str] = []
        page.asked, page.faults = asked, faults  # type: ignore[attr-defined]
        context.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        pages.append(page)
        return page

    yield open_one
    faults = [fault for page in pages for fault in page.faults]  # type: ignore[attr-defined]
    for context in contexts:
        context.close()
    assert not faults, f"the browser reported: {faults}"


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """Give a desktop page."""
    return open_page()


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    """Give a phone's page: 360 pixels wide, two device pixels each, touch."""
    return open_page(360, 740, scale=2, has_touch=True, is_mobile=True)


@pytest.fixture
def page_without_scripts(open_page: OpenPage) -> Page:
    """Give a desktop page with JavaScript off."""
    return open_page(scripts=False)


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], None]:
    """Give a function that fails with every accessibility violation axe finds on a page."""
    checker = Axe()

    def check(page: Page) -> None:
        page.wait_for_load_state()
        found = checker.run(page).response["violations"]
        shown = [
            f"{violation['id']} ({violation['impact']}): {violation['help']}\n"
            + "\n".join(f"    {node['html'][:200]}\n    {node['failureSummary']}" for node in violation["nodes"])
            for violation in found
        ]
        assert not shown, f"{page.url}: " + "\n".join(shown)

    return check


def becomes(page: Page, read: Callable[[], object], wanted: object) -> None:
    """Read something of a page until it is what it should be: scripts and next pages come when they come."""
    deadline = time.monotonic() + PATIENCE / 1000
    while True:
        try:
            found = read()
        except Error as away:  # from one page to the next there is nothing to read
            found = away
        if found == wanted:
            return
        assert time.monotonic() < deadline, f"{found!r} does not become {wanted!r}"
        page.wait_for_timeout(50)


def arrives(page: Page, path: str) -> None:
    """Wait until a page with this path, or a whole address, is there and loaded."""
    expect(page).to_have_url(path)
    page.wait_for_load_state()


def comes_alive(page: Page) -> None:
    """Wait until the page's scripts have given their elements behaviour."""
    page.locator("html[data-alive]").wait_for(state="attached")


def sideways_overflow(page: Page) -> list[str]:
    """Return what stands out of the viewport sideways, empty when the page does not scroll that way."""
    return page.evaluate(
        """() => {
            const width = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= width) return [];
            return [...document.querySelectorAll('body *')]
                .filter((element) => element.getBoundingClientRect().right > width + 1)
                .map((element) => `${element.tagName.toLowerCase()}.${element.className}`);
        }"""
    )


def screenshot(page: Page, path: Path) -> None:
    """Keep a picture of the whole page, for a person to look at."""
    page.screenshot(path=path, full_page=True)
