"""Freedom Partners in the portal's tests: begun on the pretend bank's page, as in life, with every message told."""

import re
from typing import Any
from xml.etree.ElementTree import Element

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from donations import giving as attempts
from donations import reconciliation
from donations.models import Gift, Pledge
from tests import giving
from tests.pages import html_valid
from tests.portal.visiting import signed_in

_OWN = re.compile('"(donations|letters|stories)_')


def gift_of(email: str, *, frequency: str = "once", minor: int = 2500, outcome: str = "pays", **fields: Any) -> Gift:
    """Return a gift that somebody paid on the bank's page; its messages are fetched, none is delivered."""
    details = giving.details(email=email, **fields.pop("details", {}))
    gift = giving.pending_gift(minor, frequency=frequency, details=details, **fields)
    attempts.checkout(gift)
    gift.refresh_from_db()
    path = "/" + gift.checkout_url.split("/", 3)[3]
    assert Client().post(path, {"outcome": outcome}).status_code == 303
    reconciliation.fetch_missed()
    gift.refresh_from_db()
    return gift


def partner(email: str, minor: int = 2500, **fields: Any) -> tuple[Client, Pledge]:
    """Return the signed-in browser of somebody who gives every month from today on, and their pledge."""
    gift = gift_of(email, frequency="monthly", minor=minor, **fields)
    assert gift.pledge is not None
    return signed_in(email), gift.pledge


def seen(client: Client, path: str, status: int = 200, queries: int = 12) -> tuple[Element, str]:
    """Return a page's tree and the words of its main part: strictly parsed, private, and below a ceiling of queries.

    What the session, the account and the person cost at the door is not counted.
    """
    with CaptureQueriesContext(connection) as asked:
        response = client.get(path)
    assert response.status_code == status, response
    assert response["Cache-Control"] == "private, no-store"
    own = [query["sql"][:300] for query in asked.captured_queries if _OWN.search(query["sql"])]
    assert len(own) <= queries, "\n".join(own)
    tree = html_valid(response.content)
    main = next(tree.iter("main"))
    return tree, " ".join(" ".join(main.itertext()).split())
