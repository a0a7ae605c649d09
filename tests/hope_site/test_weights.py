"""What reaches a reader's phone from the demo site: counts of bytes and requests, never times."""

import pytest

from bench.browsing import View, first_view, layout_shift, phone
from bench.weights import BARS, PAGES


@pytest.fixture(scope="module", params=PAGES)
def seen(request, browser, demo_site):
    """One kind of page as a first-time reader's phone got it: its name, what came over the wire, the layout shift."""
    with phone(browser) as page:
        view = first_view(page, demo_site.url + PAGES[request.param])
        return request.param, view, layout_shift(page)


def held(name: str, what: str, figure: float) -> None:
    bar = BARS[f"{name}: {what}"]
    assert bar.holds(figure), f"{name}: {what} is {figure}, the bar {bar}"


def test_pages_weigh_little(seen):
    name, view, _ = seen
    held(name, "HTML, CSS and JS, bytes", view.code)
    held(name, "JS, bytes", view.scripts)
    if f"{name}: bytes" in BARS:
        held(name, "bytes", view.size)
    if f"{name}: requests" in BARS:
        held(name, "requests", len(view.transfers))


def test_everything_asked_for_is_answered_from_this_site(seen):
    _, view, _ = seen
    assert not view.elsewhere
    assert not [transfer.url for transfer in view.transfers if not transfer.size]


def test_code_travels_compressed(seen):
    name, view, _ = seen
    plain = [t.url for t in view.transfers if t.kind in {"Stylesheet", "Script", "Document"} and t.encoding != "br"]
    assert not plain or name == "not found"  # error pages are rare and kept by nobody: compressing each would cost more


def test_nothing_is_fetched_twice(seen):
    _, view, _ = seen
    urls = [transfer.url for transfer in view.transfers]
    assert len(urls) == len(set(urls))


def test_nothing_moves_under_the_reader(seen):
    name, _, shift = seen
    held(name, "layout shift", shift)


def test_a_heavy_page_is_told(browser, demo_site):
    """Control: the measure counts what a page loads, other hosts' too, and feels a shift."""
    with phone(browser) as page:
        page.route("**/heavy/", lambda route: route.fulfill(content_type="text/html", body=HEAVY))
        page.route("**/*.jpg", lambda route: route.fulfill(content_type="image/svg+xml", body=PICTURE))
        view = first_view(page, f"{demo_site.url}/heavy/")
        assert isinstance(view, View)
        assert view.elsewhere == ["http://elsewhere.example/late.jpg"]
        page.evaluate("document.querySelector('p').style.marginTop = '300px'")
        assert layout_shift(page) > BARS["story: layout shift"].at_most


HEAVY = "<!doctype html><title>Heavy</title><p style='height:200px;background:red'>Words</p><img src='http://elsewhere.example/late.jpg'>"
PICTURE = "<svg xmlns='http://www.w3.org/2000/svg' width='20' height='20'/>"
