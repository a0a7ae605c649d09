"""The page cache: the outermost WSGI layer, so that a cached page costs no Django at all.

What it keeps: whole 200 responses of public pages (public_pages.decorators.public_page), compressed once, in this
process. What empties it: a new edition (public_pages.models.Edition), seen at once by every process of this machine
through the edition stamp and within a second elsewhere through the database. With the database away it goes on
serving the edition it knows. The clock: a page whose content changes at a known time is not kept in its last minute.
"""

import gzip
import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

import brotli
from django.db import DatabaseError, connection

from public_pages.decorators import FRESH_UNTIL_HEADER, PARAMS_HEADER, QUERY_HEADER, SHARED_MAX_AGE, STALE_WHILE_REVALIDATE
from public_pages.models import EDITION_STAMP, Edition

logger = logging.getLogger(__name__)

Headers = list[tuple[str, str]]
App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

KEEP_SECONDS = 600
POLL_SECONDS = 1.0
LAST_MINUTE = SHARED_MAX_AGE + STALE_WHILE_REVALIDATE
PAGES_BYTES = 48 * 1024 * 1024
SEARCHES_BYTES = 8 * 1024 * 1024  # pages with a query: readers make these up, so they may not push out the others
MAX_HOSTS = 64
_INTERNAL = {PARAMS_HEADER.lower(), QUERY_HEADER.lower(), FRESH_UNTIL_HEADER.lower()}
MAX_FIELDS = 50
_BODY_HEADERS = {"content-length", "content-encoding", "content-type"}


@dataclass(frozen=True, slots=True)
class Page:
    """A kept response: its bodies by content encoding and the complete headers of each."""

    edition: int
    expires: float
    etag: str
    bodies: dict[str, bytes]
    headers: dict[str, Headers]
    headers_304: Headers

    @property
    def size(self) -> int:
        """Return the bytes it occupies, headers roughly counted."""
        return sum(map(len, self.bodies.values())) + 4096


class Shelf:
    """Pages of one edition up to a number of bytes; the oldest go first. Reads take no lock."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self.pages: dict[tuple[str, str], Page] = {}
        self._lock = threading.Lock()

    def put(self, key: tuple[str, str], page: Page) -> None:
        """Keep a page, dropping the oldest while there is no room."""
        with self._lock:
            self._drop(key)
            while self.pages and self.bytes + page.size > self.max_bytes:
                self._drop(next(iter(self.pages)))
            self.pages[key] = page
            self.bytes += page.size

    def clear(self) -> None:
        """Forget every page."""
        with self._lock:
            self.pages.clear()
            self.bytes = 0

    def _drop(self, key: tuple[str, str]) -> None:
        if page := self.pages.pop(key, None):
            self.bytes -= page.size


class EditionWatch:
    """Know the current edition without asking the database on every request."""

    def __init__(self) -> None:
        self.number = -1
        self._stamp: bytes | None = None
        self._asked = 0.0
        self._lock = threading.Lock()

    def current(self) -> int:
        """Return the edition number last seen; asks again when the stamp changed or a second has passed."""
        stamp = EDITION_STAMP.read()
        now = time.monotonic()
        # Only one thread asks on the clock; a changed stamp makes every thread wait for the new number.
        if stamp != self._stamp:
            with self._lock:
                if stamp != self._stamp:
                    self._ask(now)
                    self._stamp = stamp
        elif now - self._asked > POLL_SECONDS and self._lock.acquire(blocking=False):
            try:
                self._ask(now)
            finally:
                self._lock.release()
        return self.number

    def _ask(self, now: float) -> None:
        self._asked = now
        try:
            self.number = Edition.current()
        except DatabaseError as error:
            # Reading goes on with what is kept; the next second asks again on a fresh connection.
            logger.warning("edition unknown, serving edition %s: %s", self.number, type(error).__name__)
            connection.close()


class PageCache:
    """Answer public pages from memory; hand everything else through untouched."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.watch = EditionWatch()
        self.shelves = {False: Shelf(PAGES_BYTES), True: Shelf(SEARCHES_BYTES)}
        self.params: dict[str, tuple[str, ...]] = {}  # path -> the query parameters its view reads
        self.hosts: set[str] = set()  # Host values Django has accepted
        self.hits = 0
        self._edition = -1

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        method = environ["REQUEST_METHOD"]
        if method not in ("GET", "HEAD"):
            return self.app(environ, start_response)
        edition = self.watch.current()
        if edition != self._edition:
            self._begin(edition)
        path = environ["PATH_INFO"]
        params = self.params.get(path)
        if params is not None and environ.get("HTTP_HOST", "") in self.hosts:
            query = _kept_query(environ.get("QUERY_STRING", ""), params)
            page = self.shelves[bool(query)].pages.get((path, query)) if query is not None else None
            if page is not None and page.edition == edition and page.expires > time.time():
                self.hits += 1
                return _answer(page, environ, start_response)
        return self._ask_django(environ, start_response, edition)

    def _begin(self, edition: int) -> None:
        for shelf in self.shelves.values():
            shelf.clear()
        self.params.clear()
        self._edition = edition

    def _ask_django(self, environ: dict[str, Any], start_response: Callable[..., Any], edition: int) -> Iterable[bytes]:
        query = environ.get("QUERY_STRING", "")
        captured: list[Any] = []

        def capture(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], None]:
            captured[:] = [status, headers]
            if not _is_public(status, headers):
                return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)
            return lambda _: None

        body = self.app(environ, capture)
        status, headers = captured
        if not _is_public(status, headers):
            return body
        try:
            content = b"".join(body)
        finally:
            if hasattr(body, "close"):
                body.close()
        params = tuple(part for part in _header(headers, PARAMS_HEADER).split(",") if part)
        fresh_until = float(_header(headers, FRESH_UNTIL_HEADER) or "inf")
        expires = min(time.time() + KEEP_SECONDS, fresh_until - LAST_MINUTE)
        page = _page(edition, expires, headers, content)
        kept = _kept_query(query, params)
        # Kept only under the query the page was made for: were the two read differently, one address would show another's page.
        if expires > time.time() and kept is not None and kept == _header(headers, QUERY_HEADER):
            path = environ["PATH_INFO"]
            self.params[path] = params
            if len(self.hosts) < MAX_HOSTS:
                self.hosts.add(environ.get("HTTP_HOST", ""))
            self.shelves[bool(kept)].put((path, kept), page)
        return _answer(page, environ, start_response)


def _is_public(status: str, headers: Headers) -> bool:
    """Return whether a response is a public page; one that sets a cookie never is."""
    names = {name.lower() for name, _ in headers}
    return status.startswith("200") and PARAMS_HEADER.lower() in names and "set-cookie" not in names


def _kept_query(query: str, params: tuple[str, ...]) -> str | None:
    """Return the part of a query string that the page depends on, in the view's own order; None where it is too long to say."""
    if not query or not params:
        return ""
    if query.count("&") >= MAX_FIELDS:
        return None
    values = dict(parse_qsl(query, keep_blank_values=True))  # the last value counts, an empty one as well
    return urlencode([(name, values[name]) for name in params if values.get(name)])


def _header(headers: Headers, name: str) -> str:
    return next((value for key, value in headers if key.lower() == name.lower()), "")


def _page(edition: int, expires: float, headers: Headers, content: bytes) -> Page:
    bodies = {"": content, "gzip": gzip.compress(content, 9, mtime=0), "br": brotli.compress(content, quality=9)}
    kept = [pair for pair in headers if pair[0].lower() not in _INTERNAL | {"content-length"}]
    by_encoding: dict[str, Headers] = {}
    for encoding, body in bodies.items():
        extra = [("Content-Length", str(len(body)))]
        if encoding:
            extra.append(("Content-Encoding", encoding))
        by_encoding[encoding] = kept + extra
    return Page(
        edition=edition,
        expires=expires,
        etag=_header(headers, "ETag"),
        bodies=bodies,
        headers=by_encoding,
        headers_304=[pair for pair in kept if pair[0].lower() not in _BODY_HEADERS],
    )


def _answer(page: Page, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if_none_match = environ.get("HTTP_IF_NONE_MATCH")
    if if_none_match and _matches(if_none_match, page.etag):
        start_response("304 Not Modified", list(page.headers_304))
        return []
    encoding = best_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))
    start_response("200 OK", list(page.headers[encoding]))
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [page.bodies[encoding]]


def _matches(if_none_match: str, etag: str) -> bool:
    """Return whether a weak comparison (RFC 9110, 13.1.2) finds the page's tag in the header."""
    opaque = etag.removeprefix("W/")
    return if_none_match.strip() == "*" or any(tag.strip().removeprefix("W/") == opaque for tag in if_none_match.split(","))


_encodings: dict[str, str] = {}


def best_encoding(accept: str) -> str:
    """Return "br", "gzip" or "" (as it is) for an Accept-Encoding header (RFC 9110, 12.5.3)."""
    known = _encodings.get(accept)
    if known is not None:
        return known
    weights: dict[str, float] = {}
    for part in accept.lower().split(","):
        name, _, parameters = part.strip().partition(";")
        weight = parameters.strip().removeprefix("q=") or "1"
        try:
            weights[name.strip()] = float(weight)
        except ValueError:
            weights[name.strip()] = 0.0
    best = next((name for name in ("br", "gzip") if weights.get(name, 0) > 0), "")
    if len(_encodings) < 256:
        _encodings[accept] = best
    return best
