"""Every page there is, found by following links from the home page: valid HTML, no dead link, no dead anchor."""

import json
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest

from tests.house.test_headers import fetch
from tests.pages import html_valid
from tests.tools import node

MORE = [
    "/es/",
    "/stories/?q=brithday",
    "/stories/?q=zzzzzz",
    "/stories/?page=2",
    "/sandbox/style/",
    "/account/login/",
    "/no/such/page/",
]
MAX_PAGES = 400


class _Links(HTMLParser):
    """Collects what a page links to and loads, and the ids that can be linked to."""

    def __init__(self):
        super().__init__()
        self.links, self.loads, self.ids = [], [], set()

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if values.get("id"):
            self.ids.add(values["id"])
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        elif tag == "link" and values.get("href") and values.get("rel") not in {"canonical", "alternate", "preconnect"}:
            self.loads.append(values["href"])
        elif values.get("src"):
            self.loads.append(values["src"])
        for source in (values.get("srcset") or "").split(","):
            if source.strip():
                self.loads.append(source.split()[0])


# What must be found from the home page, on the tests' own site and on the demo that newcomers see.
SITES = {
    "live_site": {"/", "/stories/", "/stories/birthday/", "/stories/leaders/", "/es/", "/sandbox/style/"},
    "demo_site": {"/", "/stories/", "/es/", "/sandbox/style/"},
}


@pytest.fixture(scope="module", params=SITES)
def site(request):
    """Give each of the sites in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def pages(site):
    """Give every HTML page of the site by address, with what it links to, and the status of everything linked or loaded."""
    found, statuses, waiting = {}, {}, ["/", *MORE]
    while waiting:
        address = waiting.pop(0)
        if address in statuses:
            continue
        status, headers, body = fetch(site, address)
        statuses[address] = status
        if status in {301, 302}:
            waiting.append(_inside(site, address, headers["location"]) or address)
            continue
        if not headers.get("content-type", "").startswith("text/html"):
            continue
        parsed = _Links()
        parsed.feed(body.decode())
        found[address] = (body, parsed)
        for target in [*parsed.links, *parsed.loads]:
            inside = _inside(site, address, target)
            if inside:
                waiting.append(inside)
        assert len(found) <= MAX_PAGES, "the pages never end: some link makes ever new addresses"
    return found, statuses


def _inside(site, base, target):
    """Return the path and query of a link that stays on the site, without its anchor; None for others."""
    whole = urldefrag(urljoin(site.url + base, target)).url
    parts = urlsplit(whole)
    if parts.scheme not in {"http", "https"} or parts.netloc != urlsplit(site.url).netloc:
        return None
    return parts.path + (f"?{parts.query}" if parts.query else "")


def test_the_pages_that_matter_are_among_them(pages, request):
    found, _ = pages
    assert SITES[request.node.callspec.params["site"]] <= set(found)
    assert len(found) > 12


def test_no_link_is_dead(pages):
    found, statuses = pages
    expected = {"/no/such/page/": 404}
    dead = {address: status for address, status in statuses.items() if status >= 400 and expected.get(address) != status}
    where = {
        address: [page for page, (_, parsed) in found.items() if any(address in link for link in [*parsed.links, *parsed.loads])]
        for address in dead
    }
    assert not dead, where


def test_no_anchor_is_dead(pages, site):
    found, _ = pages
    for address, (_, parsed) in found.items():
        for link in parsed.links:
            anchor = unquote(urldefrag(link).fragment)
            target = found.get(_inside(site, address, link) or "")
            if anchor and target:
                assert anchor in target[1].ids, f"{address} links to {link}"


def test_every_page_parses_strictly(pages):
    found, _ = pages
    for address, (body, _) in found.items():
        try:
            html_valid(body)
        except AssertionError as error:
            pytest.fail(f"{address}: {error}")


def test_every_page_passes_html_validate(pages, tmp_path):
    found, _ = pages
    names = {}
    for number, (address, (body, _)) in enumerate(found.items()):
        name = f"{number}.html"
        names[str(tmp_path / name)] = address
        (tmp_path / name).write_bytes(body)
    config = node.HERE / "htmlvalidate.json"
    report = tmp_path / "report.json"
    done = node.run("html-validate/bin/html-validate.mjs", "--config", config, "--formatter", f"json={report}", *names)
    results = json.loads(report.read_text())
    complaints = [
        f"{names[result['filePath']]}:{message['line']} {message['ruleId']}: {message['message']}"
        for result in results
        for message in result["messages"]
    ]
    assert not complaints, "\n".join(complaints[:40])
    assert done.returncode == 0, done.stderr


def test_html_validate_would_notice(tmp_path):
    page = tmp_path / "ill.html"
    page.write_text(
        '<!doctype html><html lang="en"><head><title>Ill</title></head><body><img src="a.jpg"><a href="#">x</a></body></html>'
    )
    done = node.run("html-validate/bin/html-validate.mjs", "--config", node.HERE / "htmlvalidate.json", page)
    assert done.returncode == 1
    assert "wcag/h37" in done.stdout
