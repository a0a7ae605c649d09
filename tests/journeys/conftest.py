"""What the journeys share: other people's sites answered from here, so that a reader can arrive there and nothing leaves."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, Route

from tests.browser import OpenPage
from tests.services.site import Site

ELSEWHERE = "<!doctype html><html lang=en><title>Elsewhere</title><p>Another site.</p><button>Play</button></html>"
ReaderOpens = Callable[..., Page]


@pytest.fixture
def open_reader(open_page: OpenPage, live_site: Site) -> ReaderOpens:
    """Give `open_page`, with every other host answered by an empty page of ours and kept in `page.elsewhere`."""

    def open_one(*arguments: int, **options: object) -> Page:
        page = open_page(*arguments, **options)
        requests: list[Request] = []
        page.elsewhere = requests  # type: ignore[attr-defined]

        def answer(route: Route) -> None:
            requests.append(route.request)
            route.fulfill(content_type="text/html", body=ELSEWHERE)

        page.context.route(re.compile(rf"^(?!{re.escape(live_site.url)}/|data:|blob:)"), answer)
        return page

    return open_one


@pytest.fixture
def reader_page(open_reader: ReaderOpens) -> Page:
    """Give a desktop page."""
    return open_reader()
