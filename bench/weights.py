"""What reaches the reader: bytes, requests, layout shift and largest paint of each kind of page on a phone."""

import statistics

from playwright.sync_api import Browser

from bench.browsing import View, chromium, first_view, largest_paint, layout_shift, phone
from bench.figures import Bar, Figures
from bench.served import SITE, Served, demo, serving

PAGES = {
    "home": "/",
    "story": "/stories/bablu/",
    "list": "/stories/",
    "search": "/stories/?q=cake",
    "not found": "/nothing-is-here/",
}
KB = 1000
ROUNDS = 3

BARS: dict[str, Bar] = {
    "home: bytes": Bar(at_most=200 * KB),
    "story: bytes": Bar(at_most=150 * KB),
    "story: requests": Bar(at_most=12),
    "home: largest paint on slow 4G, s": Bar(at_most=1.6),
    "story: largest paint on slow 4G, s": Bar(at_most=1.4),
}
for _name in PAGES:
    BARS |= {
        f"{_name}: HTML, CSS and JS, bytes": Bar(at_most=30 * KB),
        f"{_name}: JS, bytes": Bar(at_most=8 * KB),
        f"{_name}: requests elsewhere": Bar(at_most=0),
        f"{_name}: layout shift": Bar(at_most=0.02),
    }


def run() -> Figures:
    """Open every kind of page as a first-time reader on a phone."""
    figures: Figures = {}
    with serving(SITE, demo()) as site, chromium() as browser:
        for name, path in PAGES.items():
            for _ in range(10):  # until every worker has the page
                site.get(path, Accept_Encoding="br")
            figures |= {f"{name}: {what}": figure for what, figure in _weigh(browser, site, path).items()}
    return figures


def _weigh(browser: Browser, site: Served, path: str) -> Figures:
    with phone(browser) as page:
        view = first_view(page, site.url + path)
        _complete(view)
        shift = layout_shift(page)
    paints = []
    for _ in range(ROUNDS):
        with phone(browser) as page:
            paints.append(largest_paint(page, site.url + path))
    return {
        "bytes": view.size,
        "requests": len(view.transfers),
        "HTML, CSS and JS, bytes": view.code,
        "JS, bytes": view.scripts,
        "requests elsewhere": len(view.elsewhere),
        "layout shift": round(shift, 4),
        "largest paint on slow 4G, s": round(statistics.median(paints), 2),
    }


def _complete(view: View) -> None:
    """Refuse to weigh a page that came without something it asked for."""
    if missing := [transfer.url for transfer in view.transfers if not transfer.size]:
        raise RuntimeError(f"not answered: {missing}")
