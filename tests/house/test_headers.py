"""The headers of every response, on the site as it is served: pages, errors, static files, the administration."""

import http.client
import re
from urllib.parse import urlsplit

import pytest

from tests.house.commands import run
from tests.tools.check import LIVE

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "media-src": "'self'",
    "connect-src": "'self'",
    "frame-src": "https://www.youtube-nocookie.com https://player.vimeo.com",
    "form-action": "'self'",  # and the checkout's host
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "object-src": "'none'",
}


def fetch(site, path, method="GET", **headers):
    """Return status, headers (lower-case names) and body, over plain HTTP, no redirect followed."""
    connection = http.client.HTTPConnection(urlsplit(site.url).netloc, timeout=20)
    connection.request(method, path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, body


def policy_of(headers):
    """Return the policy header as a dictionary."""
    parts = [part.strip().partition(" ") for part in headers["content-security-policy"].split(";") if part.strip()]
    return {name: value for name, _, value in parts}


def stylesheet(site):
    """Return the address of the page's first stylesheet."""
    _, _, body = fetch(site, "/stories/")
    return re.search(r'<link[^>]+rel="?stylesheet"?[^>]*>', body.decode()).group().partition('href="')[2].partition('"')[0]


EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}
ADDRESSES = {
    "/": 200,
    "/stories/": 200,
    "/stories/birthday/": 200,
    "/es/stories/abrazo/": 200,
    "/stories/no-such-story/": 404,
    "/no/such/page": 404,
    "/stories/feed/": 200,
    "/sitemap.xml": 200,
    "/robots.txt": 200,
    "/healthz": 200,
    "/admin/": 302,
    "/account/login/": 200,
    "/media/p/none/full-320.jpg": 404,
    "/static/no-such-file.css": 404,
}


@pytest.mark.parametrize(("path", "status"), ADDRESSES.items())
def test_every_answer_carries_the_headers(live_site, path, status):
    answered, headers, _ = fetch(live_site, path)
    assert answered == status
    for name, value in EVERYWHERE.items():
        assert headers.get(name) == value, name
    assert "camera=()" in headers["permissions-policy"]
    assert headers["referrer-policy"] in {"strict-origin-when-cross-origin", "same-origin", "no-referrer"}
    assert "cache-control" in headers
    policy = policy_of(headers)
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert "unsafe-eval" not in headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/stories/", "/stories/birthday/", "/no/such/page", "/account/login/"])
def test_the_policy_of_pages_is_the_strict_one(live_site, path):
    _, headers, _ = fetch(live_site, path)
    assert policy_of(headers) == POLICY | {"form-action": f"'self' {live_site.url}"}


def test_static_files_carry_the_headers_too(live_site):
    status, headers, _ = fetch(live_site, stylesheet(live_site))
    assert status == 200
    assert {name: headers.get(name) for name in EVERYWHERE} == EVERYWHERE
    assert "immutable" in headers["cache-control"]
    assert policy_of(headers)["default-src"] == "'none'"


def test_the_admin_has_its_own_policy_and_tells_nobody_where_staff_are(live_site):
    _, headers, _ = fetch(live_site, "/admin/login/")
    # Not "no-referrer": a form posted from such a page would name no origin, and be refused.
    assert headers["referrer-policy"] == "same-origin"
    assert policy_of(headers)["script-src"].startswith("'self'")
    assert "unsafe-inline" not in policy_of(headers)["script-src"]
    assert headers["cache-control"] == "private, no-store" or "no-store" in headers["cache-control"]


@pytest.mark.parametrize("path", ["/", "/stories/", "/stories/birthday/", "/stories/feed/", "/sitemap.xml"])
def test_public_pages_say_so_and_set_no_cookie(live_site, path):
    for cookie in ("", "session=abc; csrf=def"):
        _, headers, body = fetch(live_site, path, Cookie=cookie)
        assert headers["cache-control"].startswith("public, ")
        assert "set-cookie" not in headers
        assert headers["etag"]
        assert b"csrfmiddlewaretoken" not in body
        assert not [name for name in headers if name.startswith("x-public-page")]


@pytest.mark.parametrize("path", ["/no/such/page", "/healthz", "/readyz", "/account/login/", "/stories/no-such-story/"])
def test_everything_else_is_private(live_site, path):
    _, headers, _ = fetch(live_site, path)
    assert "no-store" in headers["cache-control"]
    assert "private" in headers["cache-control"]


def test_what_has_not_changed_answers_304(live_site):
    _, first, _ = fetch(live_site, "/stories/birthday/")
    status, headers, body = fetch(live_site, "/stories/birthday/", **{"If-None-Match": first["etag"]})
    assert (status, body) == (304, b"")
    assert headers["etag"].strip('W/"') == first["etag"].strip('W/"')


def test_a_live_site_insists_on_tls_and_marks_its_cookies():
    script = (
        "import django; django.setup()\n"
        "from django.conf import settings as s\n"
        "from django.http import HttpResponse\n"
        "from django.middleware.security import SecurityMiddleware\n"
        "from django.test import RequestFactory\n"
        "request = RequestFactory(headers={'X-Forwarded-Proto': 'https'}).get('/')\n"
        "print(SecurityMiddleware(lambda r: HttpResponse())(request).headers['Strict-Transport-Security'])\n"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY)"
    )
    done = run("-c", script, DJANGO_SETTINGS_MODULE="hope_site.settings", **LIVE)
    assert done.stdout.splitlines() == [
        "max-age=63072000; includeSubDomains; preload",
        "__Host-session __Host-csrf True True True",
    ], done.stderr


def test_a_live_site_insists_on_tls_for_its_static_files_too(tmp_path):
    (tmp_path / "probe.txt").write_text("static")
    script = (
        "import django; django.setup()\n"
        "from django.conf import settings as s\n"
        f"s.WHITENOISE_ROOT = {str(tmp_path)!r}\n"
        "from django.test import Client\n"
        "answer = Client(headers={'X-Forwarded-Proto': 'https', 'Host': 'hope.example.org'}).get('/probe.txt')\n"
        "print(answer.getvalue().decode(), answer.headers['Strict-Transport-Security'], answer.headers['X-Content-Type-Options'])"
    )
    done = run("-c", script, DJANGO_SETTINGS_MODULE="hope_site.settings", **LIVE)
    assert done.stdout.split() == ["static", "max-age=63072000;", "includeSubDomains;", "preload", "nosniff"], done.stderr


def test_a_strange_host_is_refused(live_site):
    status, _, body = fetch(live_site, "/stories/", Host="elsewhere.example")
    assert status == 400
    assert b"elsewhere" not in body
