"""Attacks on the site as it is served, from the list in quality.md, section 5 (their numbers there); each with its guard taken away."""

import http.client
import socket
from urllib.parse import urljoin, urlsplit

import pytest
from django.core import mail
from django.core.wsgi import get_wsgi_application
from django.test import Client, RequestFactory
from playwright.sync_api import expect

from hope_site import page_cache
from hope_site.page_cache import PageCache
from public_pages import decorators
from public_pages.decorators import QUERY_HEADER
from supporters.sign_in import AccountAdapter
from tests import factories as make
from tests.house.test_headers import fetch
from tests.payloads import EVIL

PUBLIC = [
    "/",
    "/es/",
    "/stories/",
    "/stories/?q=birthday",
    "/stories/birthday/",
    "/es/stories/abrazo/",
    "/stories/feed/",
    "/sitemap.xml",
]


# --- 8: public cached pages carry no token or cookie --------------------------------------------------
@pytest.mark.parametrize("path", PUBLIC)
def test_8_public_pages_are_the_same_for_everybody_and_carry_no_token_or_cookie(live_site, path):
    _, headers, alone = fetch(live_site, path, **{"Accept-Encoding": "identity"})
    _, staff_headers, signed_in = fetch(
        live_site, path, Cookie="session=0123456789abcdef; csrf=0123456789abcdef; messages=x", Authorization="Basic eDp5"
    )
    assert alone == signed_in
    for answer in (headers, staff_headers):
        assert "set-cookie" not in answer
        assert "cookie" not in answer.get("vary", "").lower()
    assert b"csrf" not in alone


def test_8_control_a_page_with_a_form_does_carry_both(live_site):
    _, headers, body = fetch(live_site, "/account/login/")
    assert "set-cookie" in headers
    assert b"csrfmiddlewaretoken" in body
    assert not headers["cache-control"].startswith("public")


# --- 9: open redirects --------------------------------------------------------------------------------
AWAY = [
    "//evil.example", "/\\evil.example", "https:///evil.example", "https://evil.example", "http:evil.example", "javascript:alert(1)", "@evil.example",
    "///evil.example", "/%5cevil.example", "\\\\evil.example", "//evil.example@127.0.0.1", "https://127.0.0.1@evil.example/", "/\t/evil.example",
    "//evil.example/%2e%2e", "data:text/html,x", "/%09/evil.example", "\x01//evil.example", "https://testserver.evil.example",
]  # fmt: skip


def leads_away(location: str, host: str) -> bool:
    """Return whether a browser on our host would leave it."""
    read = location.strip("\x00\x01 \t\n").replace("\\", "/").replace("\t", "").replace("\n", "")
    there = urlsplit(urljoin(f"http://{host}/", read))
    return there.scheme not in {"http", "https"} or there.netloc != host


def _sign_in(target: str) -> str:
    client = Client()
    answer = client.post("/account/login/", {"login": "asha@example.org", "password": "correct horse battery", "next": target})
    assert answer.status_code == 302, "signing in did not work"
    return str(answer["Location"])


def test_9_signing_in_leads_nowhere_else(db):
    make.staff(email="asha@example.org", password="correct horse battery")
    assert [target for target in AWAY if leads_away(_sign_in(target), "testserver")] == []
    assert _sign_in("/admin/stories/") == "/admin/stories/"


def test_9_control_without_the_check_it_would(db, monkeypatch):
    make.staff(email="asha@example.org", password="correct horse battery")
    monkeypatch.setattr(AccountAdapter, "is_safe_url", lambda self, url: bool(url))
    assert leads_away(_sign_in("//evil.example"), "testserver")


def test_9_no_address_of_ours_redirects_elsewhere(live_site):
    host = urlsplit(live_site.url).netloc
    paths = ["/stories/old-workshop/?next=//evil.example", "/stories?next=https://evil.example", "/es?x=//evil.example"]
    paths += [
        f"{slashes}evil.example{rest}"
        for slashes in ("//", "///", "/\\", "//%5c", "/%2f", "/%2f%2f")
        for rest in ("", "/..", "/stories")
    ]
    paths += ["//stories", "//admin", "/stories//evil.example", "/.//evil.example/stories", "/es//evil.example"]
    redirected = 0
    for path in paths:
        status, headers, _ = fetch(live_site, path)
        assert status < 500, path
        if "location" in headers:
            redirected += 1
            assert not leads_away(headers["location"], host), f"{path} -> {headers['location']}"
    assert redirected >= 2


# --- 10: host and forwarded headers -------------------------------------------------------------------
FORWARDED = {
    "X-Forwarded-Host": EVIL, "X-Host": EVIL, "X-Forwarded-Server": EVIL, "Forwarded": f"host={EVIL};proto=https", "X-Original-URL": "/admin/",
    "X-Rewrite-URL": "/admin/", "X-Forwarded-Proto": "https", "X-Forwarded-Port": "443", "X-Forwarded-Prefix": f"//{EVIL}", "X-Forwarded-For": EVIL,
    "X-HTTP-Method-Override": "POST", "X-Forwarded-Scheme": "nothttps", "Accept-Language": "es", "Origin": f"https://{EVIL}", "Referer": f"https://{EVIL}/",
    "User-Agent": f"<script>{EVIL}</script>", "Accept": "application/json", "X-Requested-With": "XMLHttpRequest", "Range": "bytes=0-3",
}  # fmt: skip


@pytest.mark.parametrize(
    "path", ["/", "/stories/birthday/", "/stories/feed/", "/no/such/page/", "/account/login/", "/stories/old-workshop/"]
)
def test_10_what_a_request_says_of_its_host_comes_into_no_page(live_site, path):
    status, _, _ = fetch(live_site, path, Host=EVIL)
    assert status == 400
    expected = fetch(live_site, path)[0]
    for name, value in FORWARDED.items():
        answered, headers, body = fetch(live_site, path, **{name: value})
        assert answered == expected, name
        assert EVIL not in " ".join(headers.values()), name
        assert EVIL.encode() not in body, name


def test_10_nor_into_a_mail(db, settings):
    make.staff(email="asha@example.org", password="correct horse battery")
    for extra in ({}, {"HTTP_X_FORWARDED_HOST": EVIL}, {"HTTP_HOST": "localhost:6666"}):
        Client().post("/account/password/reset/", {"email": "asha@example.org"}, **extra)
    assert len(mail.outbox) >= 1
    for sent in mail.outbox:
        assert f"{settings.SITE_URL}/" in sent.body
        assert EVIL not in str(sent.message())
        assert "6666" not in str(sent.message())
    settings.USE_X_FORWARDED_HOST = True  # control: were the header believed, the site would answer otherwise
    assert Client(raise_request_exception=False).get("/stories/", HTTP_X_FORWARDED_HOST=EVIL).status_code == 400


# --- 24: framing --------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", ["/", "/stories/birthday/", "/account/login/", "/no/such/page/", "/admin/login/"])
def test_24_no_page_of_ours_is_shown_in_a_frame_of_others(open_page, live_site, path):
    page = open_page()
    frame = f'<!doctype html><iframe src="{live_site.url}{path}"></iframe><iframe src="{live_site.url}/plain/"></iframe>'
    page.context.route("http://localhost:8/", lambda route: route.fulfill(content_type="text/html", body=frame))
    page.context.route("**/plain/", lambda route: route.fulfill(content_type="text/html", body="<p>framed</p>"))
    page.goto("http://localhost:8/")
    expect(page.frame_locator("iframe >> nth=1").get_by_text("framed")).to_be_visible()  # the control: a frame does show
    page.wait_for_load_state("networkidle")
    assert [frame.url for frame in page.frames][1].startswith("chrome-error:")
    page.faults.clear()


# --- 25: cache poisoning and deception ----------------------------------------------------------------
@pytest.fixture
def fresh_cache(transactional_db):
    """Give a function that makes a page cache with nothing in it; that asks for a path as a browser and headers say."""
    made = make.published_story("Found", slug="found")
    make.collection([made])

    def cache():
        kept = PageCache(get_wsgi_application())

        def ask(path: str, **headers: str) -> tuple[str, bytes]:
            started: list[str] = []
            environ = RequestFactory(headers={"Host": "127.0.0.1", **headers}).get(path).environ
            body = b"".join(kept(environ, lambda status, _headers, *_: started.append(status)))
            return started[0], body

        return ask

    return cache


PATHS = ["/", "/stories/", "/stories/found/", "/stories/?q=found"]
QUERIES = [
    "utm_source=<script>x</script>",
    "next=//evil.example",
    "callback=x",
    "_method=POST",
    "lang=es",
    "q%00=x",
    "&&&=",
    "PAGE=2",
    # Read otherwise by the cache than by the page, these would be kept under the address of another.
    "&".join(["q=x"] * 60),
    "q=found&q=",
    "q=x;q=found",
    "page=2&page=",
    "q=%FF",
    "q=\xc3\xa9",
]


def poisonings() -> list[tuple[str, dict[str, str]]]:
    """Return what might make a cached page another one: a query to add, or headers."""
    headers = {name: value for name, value in FORWARDED.items() if name != "Range"}
    return [
        *((query, {}) for query in QUERIES),
        *(("", {name: value}) for name, value in headers.items()),
        ("", {"Cookie": "session=x"}),
    ]


def _poisoned(fresh_cache, path: str) -> list[str]:
    wanted, search = fresh_cache()(path), fresh_cache()("/stories/?q=found")
    found = []
    for query, headers in poisonings():
        ask = fresh_cache()
        ask(path + ("&" if "?" in path else "?") * bool(query) + query, **headers)
        if ask(path) != wanted or (query and ask("/stories/?q=found") != search):
            found.append(query or str(headers))
    return found


@pytest.mark.parametrize("path", PATHS)
def test_25_nobody_poisons_a_page_for_others(fresh_cache, path):
    assert _poisoned(fresh_cache, path) == []


def test_25_control_if_unknown_parameters_were_kept_somebody_could(fresh_cache, monkeypatch):
    monkeypatch.setattr(decorators, "_keep_params", lambda request, params: None)
    assert _poisoned(fresh_cache, "/stories/") == [], "the cache looks again at what the page was made for"
    header = page_cache._header
    monkeypatch.setattr(page_cache, "_header", lambda headers, name: "" if name == QUERY_HEADER else header(headers, name))
    assert _poisoned(fresh_cache, "/stories/")


def raw(site, target: str) -> tuple[int, dict[str, str], bytes]:
    """Ask for a target exactly as written."""
    connection = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=20)
    connection.putrequest("GET", target, skip_accept_encoding=True)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def test_25_no_private_page_is_public_under_another_name(live_site):
    endings = [
        "x.css",
        ";.css",
        ";x.js",
        "%3b.css",
        ".css",
        "%2fx.css",
        "%00.css",
        "%0a.css",
        "%23.css",
        "?.css",
        "%3f.css",
        "..%2fx.css",
        "x.avif",
    ]
    private = ["/account/login/", "/admin/", "/admin/login/", "/account/password/reset/", "/sandbox/mail/"]
    targets = [f"{path}{ending}" for path in private for ending in endings] + [
        f"{path.rstrip('/')}{ending}" for path in private for ending in endings
    ]
    targets += ["//admin/", "//account/login/", "/%61dmin/", "/admin%2f", "/./admin/", "/stories/..%2faccount/login/", "/static/..%2faccount/login/",
                "/static/../account/login/", "/media/../admin/", "/ADMIN/", "/es/admin/", "/stories//admin/"]  # fmt: skip
    for target in targets:
        status, headers, body = raw(live_site, target)
        assert status < 500, target
        assert not headers.get("cache-control", "").startswith("public"), target
        assert "max-age=315" not in headers.get("cache-control", ""), target
        if target.partition("?")[0].endswith((".css", ".js", ".avif")):
            assert status in {301, 302, 400, 404}, target
            assert b"csrfmiddlewaretoken" not in body, target


@pytest.mark.parametrize("target", [
    "/stories/birthday/x.css", "/stories/birthday/;.css", "/stories/birthday;.css", "/stories/birthday.css",
    "/stories/x.css", "/stories/birthday/%3b.css", "//stories/birthday/",
])  # fmt: skip
def test_25_a_story_has_one_address(live_site, target):
    status, headers, _ = raw(live_site, target)
    assert status in {301, 404}
    assert status == 301 or headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("target", ["/stories%2fbirthday/", "/stories/birthday%2f", "/%73tories/birthday/"])
def test_25_another_spelling_of_an_address_is_the_same_page(live_site, target):
    assert raw(live_site, target)[2] == raw(live_site, "/stories/birthday/")[2]


# --- 26: request smuggling ----------------------------------------------------------------------------
SMUGGLED = b"GET /smuggled-canary/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
TWO_WAYS = [
    b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(SMUGGLED),
    b"Content-Length: 0, 5\r\n\r\n",
    b"Content-Length: +0\r\n\r\n",
    b"Content-Length: 0x0\r\n\r\n",
    b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n0_0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n0\n\n",
]


def answers_to(site, raw_request: bytes) -> bytes:
    """Return everything the server says on one connection."""
    host, port = urlsplit(site.url).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(raw_request)
        connection.shutdown(socket.SHUT_WR)
        said = b""
        while part := connection.recv(65536):
            said += part
    return said


@pytest.mark.parametrize("ambiguous", TWO_WAYS)
def test_26_a_request_that_can_be_read_in_two_ways_smuggles_no_other(live_site, ambiguous):
    said = answers_to(live_site, b"POST /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n" + ambiguous + SMUGGLED)
    *_, last = said.split(b"HTTP/1.1 ")[1:]
    assert last.startswith((b"400", b"501")), said[:400]  # and with that the connection ends
    assert b"HTTP/1.1 404" not in said, "the hidden request was answered"
    assert fetch(live_site, "/healthz")[0] == 200


def test_26_control_two_plain_requests_on_one_connection_are_two(live_site):
    said = answers_to(live_site, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" + SMUGGLED)
    assert said.count(b"HTTP/1.1 ") == 2
    assert b"HTTP/1.1 404" in said
