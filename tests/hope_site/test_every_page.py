"""What holds for every page there is, in a real browser and over the wire: nobody shut out, nobody else asked, nothing broken."""

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.test import Client
from playwright.sync_api import Page, Response

from stories import listing
from tests.browser import sideways_overflow
from tests.house.test_headers import fetch
from tests.tools import node

# Every kind of page, and what it answers.
PAGES = {
    "home": ("/", 200),
    "home in Spanish": ("/es/", 200),
    "list": ("/stories/", 200),
    "second page": ("/stories/?page=2", 200),
    "filtered list": ("/stories/?place=in-tamil-nadu&theme=coming-home", 200),
    "filters that leave nothing": ("/stories/?place=gt&theme=survivor-leaders", 200),
    "search": ("/stories/?q=birthday", 200),
    "search with another spelling": ("/stories/?q=brithday", 200),
    "search without result": ("/stories/?q=xylophone+quarterly", 200),
    "list in Spanish": ("/es/stories/", 200),
    "story with every kind of block": ("/stories/workshop/", 200),
    "story with a content note": ("/stories/birthday/", 200),
    "story in Spanish": ("/es/stories/abrazo/", 200),
    "story in Arabic": ("/stories/first-birthday-ar/", 200),
    "404": ("/no/such/page/", 404),
    "410": ("/stories/rested/", 410),
    "sign in": ("/account/login/", 200),
    "forgotten password": ("/account/password/reset/", 200),
    "style": ("/sandbox/style/", 200),
    "style from right to left": ("/sandbox/style/rtl/", 200),
    "demo mailbox": ("/sandbox/mail/", 200),
    "demo mail": ("/sandbox/mail/", 200),  # its first mail
}
WIDTHS = (360, 768, 1440)
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
NAMES_AT_A_GLANCE = re.compile(r"\{\{|\{%|None\b|<bound method|object at 0x")


def open_kind(page: Page, kind: str) -> Response:
    """Open a page of a kind as far down as it goes, so that everything lazy has been asked for."""
    path, status = PAGES[kind]
    response = page.goto(path)
    if kind == "demo mail":
        with page.expect_navigation():
            page.locator("main a[href*='/sandbox/mail/2']").first.click()
    else:
        assert response.status == status
    page.evaluate("async () => { for (let y = 0; y < document.body.scrollHeight; y += innerHeight) "
                  "{ scrollTo(0, y); await new Promise(done => requestAnimationFrame(done)) } }")  # fmt: skip
    page.wait_for_load_state("networkidle")
    return response


def violations(page: Page, only: list[str]) -> list[str]:
    """Return what axe finds on a page that already holds it, by its usual rules or only some of them."""
    options = {"resultTypes": ["violations"], **({"runOnly": only} if only else {})}
    found = page.evaluate("options => axe.run(document, options).then(results => results.violations)", options)
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary']}" for violation in found for node in violation["nodes"]
    ]


def audit(page: Page) -> dict[str, list[str]]:
    """Return what axe finds at each width and in both schemes; the page is loaded once.

    The dark scheme changes colours and nothing else, so that only the rules about colour are asked again.
    """
    page.evaluate(AXE_SCRIPT)
    wrong = {}
    for dark in (False, True):
        page.emulate_media(color_scheme="dark" if dark else "light")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            found = violations(page, COLOUR_RULES if dark else []) + [
                f"too wide: {element}" for element in sideways_overflow(page)[:3]
            ]
            if found:
                wrong[f"{width} px, {'dark' if dark else 'light'}"] = found
    return wrong


@pytest.mark.parametrize("kind", PAGES)
def test_every_page_shuts_nobody_out_asks_nobody_else_and_breaks_nowhere(open_page, live_site, kind):
    page = open_page(1440, 900, reduced_motion="reduce")  # a colour on its way to another would be measured
    broken: list[str] = []
    page.on("response", lambda response: broken.append(f"{response.status} {response.url}") if response.status >= 400 else None)
    response = open_kind(page, kind)
    assert broken == ([] if response.ok else [f"{response.status} {response.url}"])
    ours = urlsplit(live_site.url).netloc
    assert not [address for address in page.asked if urlsplit(address).netloc not in {ours, ""}]
    assert page.context.cookies() == [] or PAGES[kind][0].startswith("/account/")
    page.faults[:] = [fault for fault in page.faults if response.ok or f"status of {response.status}" not in fault]
    assert page.faults == [], "console errors and breaches of the policy"
    empty = page.locator("img").evaluate_all(
        "pictures => pictures.filter(it => !it.naturalWidth && it.loading !== 'lazy').map(it => it.src)"
    )
    assert empty == []
    assert not NAMES_AT_A_GLANCE.search(page.locator("body").inner_text())
    assert audit(page) == {}


def test_the_page_for_our_own_faults_shuts_nobody_out_either(open_page, live_site, db, monkeypatch):
    def fails(*arguments: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(listing, "page", fails)
    answer: Any = Client(raise_request_exception=False).get("/stories/")
    assert answer.status_code == 500
    assert "a fault of ours" not in answer.content.decode()
    refused: Any = Client(enforce_csrf_checks=True).post("/account/login/", {"login": "a@example.org", "password": "x"})
    assert refused.status_code == 403
    page = open_page(reduced_motion="reduce")
    for shown in (answer, refused):
        show(page, shown.content.decode(), {name: value for name, value in shown.headers.items() if name != "Content-Length"})
        assert page.locator("link[rel=stylesheet]").evaluate("link => link.sheet.cssRules.length") > 0
        assert audit(page) == {}


def show(page: Page, body: str, headers: dict[str, str]) -> None:
    """Show a page made in this process as if the site had answered it."""
    page.context.unroute_all()
    page.context.route("**/fault/", lambda route: route.fulfill(body=body, headers=headers))
    page.goto("/fault/")


def test_what_shuts_readers_out_would_be_found(open_page):
    page = open_page(reduced_motion="reduce")
    page.goto("/stories/birthday/")
    page.evaluate(
        """() => {
            document.querySelector('.story__lead img.picture__image').removeAttribute('alt')
            document.querySelector('.story__standfirst').style.color = '#777'
        }"""
    )
    found = audit(page)
    assert {"360 px, light", "1440 px, light", "360 px, dark"} <= found.keys()
    told = " ".join(found["360 px, light"])
    assert "image-alt" in told
    assert "color-contrast" in told


# --- every link ---------------------------------------------------------------------------------------
ADDRESSES = {"href", "src", "poster", "action", "data-address"}


@dataclass
class Found(HTMLParser):
    """The addresses and ids of a page."""

    addresses: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the element leads to."""
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            elif name == "srcset" and value:
                self.addresses += [part.split()[0] for part in value.split(",")]
            elif (name in ADDRESSES or (name == "content" and (value or "").startswith("http"))) and value is not None:
                self.addresses.append(value)


@pytest.fixture(scope="module")
def crawled(live_site):
    """Give everything that can be reached from the home page: address -> (status, headers, body), and who leads there."""
    answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
    led_by: dict[str, str] = {}
    fragments: list[tuple[str, str, str]] = []
    ids: dict[str, set[str]] = {}
    waiting = deque(["/", "/sitemap.xml", "/robots.txt", "/.well-known/security.txt"])
    while waiting:
        path = waiting.popleft()
        if path in answers:
            continue
        answers[path] = status, headers, body = fetch(live_site, path)
        kind = headers.get("content-type", "")
        if status in {301, 302}:
            leads_to = [headers["location"]]
        elif kind.startswith("text/html"):
            found = Found()
            found.feed(body.decode())
            leads_to, ids[path] = found.addresses, found.ids
        elif "xml" in kind:
            leads_to = [word.replace("&amp;", "&") for word in re.findall(r'https?://[^<"\s]+', body.decode())]
        elif kind.startswith("text/css"):
            leads_to = re.findall(r'url\("?([^")]+)"?\)', body.decode())
        else:
            leads_to = []
        for address in leads_to:
            whole = urlsplit(urljoin(f"{live_site.url}{path}", address))
            if f"{whole.scheme}://{whole.netloc}" != live_site.url or whole.path.startswith("/account/"):
                continue
            inner = whole._replace(scheme="", netloc="", fragment="").geturl()
            led_by.setdefault(inner, path)
            waiting.append(inner)
            if whole.fragment and not whole.path.endswith(".svg"):
                fragments.append((path, inner, whole.fragment))
    return answers, led_by, fragments, ids


def test_no_link_is_dead(crawled):
    answers, led_by, fragments, ids = crawled
    well = {200, 301}
    dead = {f"{path} ({said[0]})": f"from {led_by.get(path)}" for path, said in answers.items() if said[0] not in well}
    assert dead.pop("/portal/ (302)"), "whoever is not signed in is led to sign in"
    assert dead == {}
    assert len(answers) > 150, "the crawl came round"
    for needed in (
        "/es/",
        "/stories/workshop/",
        "/es/stories/abrazo/",
        "/stories/letter-12/",
        "/stories/feed/",
        "/stories/?page=2",
    ):
        assert needed in answers
    assert [there for there in fragments if unquote(there[2]) not in ids.get(there[1], set())] == []


def test_no_page_leads_to_what_is_not_public(crawled):
    answers = crawled[0]
    for path, (_status, _headers, body) in answers.items():
        assert "/stories/rested" not in path
        assert "unwritten" not in path
        assert b"Rested" not in body, path
        assert b"Unwritten" not in body, path


def test_our_links_need_no_redirect(crawled):
    answers, led_by, *_ = crawled
    assert {path: led_by.get(path) for path in answers if answers[path][0] == 301} == {}


PRIVATE = ("/give/", "/es/give/", "/portal/")  # theirs alone who ask
# The sign-up stands on pages that everybody shares: it carries no token, the door asks where it was sent from.
SIGN_UP = re.compile(rb'<form[^>]* method="post" action="(/es)?/updates/"')


def test_no_public_page_sets_a_cookie_or_carries_a_token(crawled):
    for path, (_status, headers, body) in crawled[0].items():
        if path.startswith(PRIVATE):
            assert headers["cache-control"] == "private, no-store", path
            continue
        assert "set-cookie" not in headers, path
        assert "cookie" not in headers.get("vary", "").lower(), path
        if headers.get("content-type", "").startswith("text/html") and not path.startswith("/sandbox/"):
            assert headers["cache-control"].startswith("public, "), path
            assert b"csrf" not in body, path
            assert body.lower().count(b'method="post"') == len(SIGN_UP.findall(body)), path


def test_every_page_is_valid_html(crawled, live_site, tmp_path: Path):
    pages = {
        path: body
        for path, (status, headers, body) in crawled[0].items()
        if headers.get("content-type", "").startswith("text/html") and status != 302
    }
    for path, _status in PAGES.values():
        pages.setdefault(path, fetch(live_site, path)[2])
    for number, body in enumerate(pages.values()):
        (tmp_path / f"{number}.html").write_bytes(body)
    (tmp_path / "broken.html").write_text("<!doctype html><html lang=en><title>x</title><p><div></div></p><img src=a.png></html>")
    said = node.run(
        "html-validate/bin/html-validate.mjs", "--config", node.HERE / "htmlvalidate.json", "--formatter", "text", str(tmp_path)
    )
    lines = said.stdout.splitlines()
    names = dict(enumerate(pages))
    ours = [line.replace(f"{tmp_path}/", "") for line in lines if "broken.html" not in line and ".html:" in line]
    assert [f"{names[int(line.split('.')[0])]}: {line}" for line in ours] == []
    assert any("broken.html" in line for line in lines), "the checker ran and finds what is wrong"


# --- headers of every kind of response (quality.md, 4) ------------------------------------------------
STRICT = {
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}


def some(crawled, ending: str) -> str:
    return next(path for path in crawled[0] if urlsplit(path).path.endswith(ending))


KINDS = {
    "page": ("/stories/birthday/", 200),
    "list": ("/stories/?q=birthday", 200),
    "404": ("/no/such/page/", 404),
    "410": ("/stories/rested/", 410),
    "redirect of a former address": ("/stories/old-workshop/", 301),
    "redirect to the slash": ("/stories", 301),
    "redirect to sign in": ("/admin/", 302),
    "feed": ("/stories/feed/", 200),
    "sitemap": ("/sitemap.xml", 200),
    "robots": ("/robots.txt", 200),
    "security.txt": ("/.well-known/security.txt", 200),
    "alive": ("/healthz", 200),
    "sign in": ("/account/login/", 200),
    "stylesheet": (".css", 200),
    "script": ("/js/main.js", 200),
    "no such static file": ("/static/none.css", 404),
    "picture": ("share.jpg", 200),
    "clip": ("clip.mp4", 200),
    "captions": ("captions-en.vtt", 200),
    "no such picture": ("/media/p/aaaaaaaaaaaaaaaaaaaaaa/share.jpg", 404),
    "demo mail": ("/sandbox/mail/", 200),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_response_carries_every_header(live_site, crawled, kind):
    path, status = KINDS[kind]
    if kind == "script":
        path = next(found for found in crawled[0] if re.search(r"/js/main\.[0-9a-f]+\.js$", found))
    elif not path.startswith("/"):
        path = some(crawled, path)
    answers = [(status, fetch(live_site, path)), (status, fetch(live_site, path, "HEAD"))]
    etag = answers[0][1][1].get("etag")
    if etag and status == 200:
        answers.append((304, fetch(live_site, path, **{"If-None-Match": etag})))
    if path.startswith("/media/c/") and path.endswith("mp4"):
        answers += [(206, fetch(live_site, path, Range="bytes=0-9")), (416, fetch(live_site, path, Range="bytes=99999999-"))]
    for expected, (answered, headers, body) in answers:
        assert answered == expected
        assert {name: headers.get(name) for name in STRICT} == STRICT
        assert "camera=()" in headers["permissions-policy"]
        assert headers["referrer-policy"] in {"strict-origin-when-cross-origin", "same-origin", "no-referrer"}
        assert headers["cache-control"]
        policy = Counter(part.strip() for part in headers["content-security-policy"].split(";"))
        assert policy["default-src 'none'"] == 1
        if path.startswith("/media/") and answered != 404:
            assert "sandbox" in policy
        else:
            assert {"frame-ancestors 'none'", "base-uri 'none'"} <= policy.keys()
            assert "unsafe" not in headers["content-security-policy"] or path.startswith("/admin/")
        if answered in {404, 410, 302}:
            assert {"private", "no-store"} <= set(headers["cache-control"].split(", "))
        if answered == 304:
            assert body == b""
        assert "server" not in headers or not re.search(r"\d", headers["server"]), "no version is told"
        assert "x-powered-by" not in headers


def test_a_fault_of_ours_carries_every_header(db, monkeypatch):
    monkeypatch.setattr(listing, "page", lambda *arguments: 1 / 0)
    headers = Client(raise_request_exception=False).get("/stories/").headers
    assert {name: headers.get(name) for name in STRICT} == STRICT
    assert headers["Cache-Control"] == "private, no-store"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
