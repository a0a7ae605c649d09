"""What a page test holds a page to: strict HTML, a query ceiling, and no cookie on public pages."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def html_valid(html: str | bytes) -> Element:
    """Parse a whole page strictly and return its tree; raises AssertionError at the first error.

    Elements are named without namespace ("main", not "{…}main"); ids must be unique.
    """
    text = html.decode() if isinstance(html, bytes) else html
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    tree: Element = parser.parse(text)
    if parser.errors:
        (line, column), code, details = parser.errors[0]
        shown = "\n".join(text.splitlines()[max(0, line - 2) : line + 1])
        raise AssertionError(f"not valid HTML: {code} {details or ''} at line {line}, column {column}:\n{shown}")
    twice = [name for name, count in Counter(e.get("id") for e in tree.iter() if e.get("id")).items() if count > 1]
    if twice:
        raise AssertionError(f"ids used more than once: {twice}")
    return tree


@contextmanager
def max_queries(ceiling: int) -> Iterator[CaptureQueriesContext]:
    """Fail when the block makes more database queries than the ceiling, showing them."""
    with CaptureQueriesContext(connection) as queries:
        yield queries
    if len(queries) > ceiling:
        shown = "\n".join(query["sql"][:400] for query in queries.captured_queries)
        raise AssertionError(f"{len(queries)} queries, at most {ceiling} allowed:\n{shown}")


class Reader:
    """Somebody who reads public pages: no cookie, every page strictly valid, every page below its ceiling."""

    def __init__(self) -> None:
        self.client = Client()

    def get(self, path: str, params: dict[str, Any] | None = None, *, status: int = 200, queries: int = 5, **headers: str) -> Any:
        """Fetch a page and return Django's response, for HTML with its `.tree`.

        Fails unless the status fits, the HTML is valid and at most `queries` queries were made.
        Headers are given as `Accept_Language="es"`.
        """
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        with max_queries(queries):
            response = self.client.get(path, params or {}, headers=sent)
        assert response.status_code == status, f"{path} answered {response.status_code}, not {status}"
        assert not response.cookies, f"{path} set a cookie"
        assert "Cookie" not in response.get("Vary", ""), f"{path} varies by cookie"
        if response.get("Content-Type", "").startswith("text/html"):
            response.tree = html_valid(response.content)  # type: ignore[attr-defined]
        return response
