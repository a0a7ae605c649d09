"""Somebody who gives through the form, the page as they see it, and a provider that only remembers what it was asked."""

import datetime
import functools

from django.db import connection
from django.utils import timezone

from donations import guard
from donations.providers import base
from tests.pages import html_valid

# A home in the UK, as the form sends it.
HOME = {
    "gift_aid": "on",
    "gift_aid_title": "Dr",
    "gift_aid_house": "12b",
    "gift_aid_address": "Morning Street, London",
    "gift_aid_postcode": "sw1a1aa",
}


class Remembering:
    """A provider that opens a page for every key, the same for the same, and says in what company it was asked."""

    name = "sandbox"

    def __init__(self):
        self.requests, self.pages, self.in_transaction, self.fails = [], {}, [], None

    def start(self, request):
        self.requests.append(request)
        self.in_transaction.append(connection.in_atomic_block)
        if self.fails:
            raise self.fails
        number = self.pages.setdefault(request.key, len(self.pages) + 1)
        return base.Checkout(f"checkout-{number}", f"/pay/{number}/", timezone.now() + datetime.timedelta(hours=1))


class Giver:
    """Somebody with a browser that keeps cookies and hidden fields."""

    def __init__(self, client):
        self.client = client

    def opens(self, path="/give/", status=200):
        response = self.client.get(path)
        assert response.status_code == status
        self.page = Page(response)
        return self.page

    def fills(self, path="/give/", **fields):
        """Return what the form at an address sends for a gift of £25 once, with changes; None leaves a field out."""
        page = self.opens(path)
        # People take longer over a form than the guard asks of them at least.
        page.hidden["guard"] = guard.stamp(timezone.now() - datetime.timedelta(minutes=1))
        typed = {
            "frequency": "once", "currency": "GBP", "amount": "25",
            "first_name": "Ada", "last_name": "Obi", "email": "ada@example.org",
        }  # fmt: skip
        whole = page.hidden | typed | fields
        return {name: value for name, value in whole.items() if value is not None}

    def sends(self, fields, status, path="/give/"):
        response = self.client.post(path, fields)
        assert response.status_code == status, Page(response).errors if response.status_code == 422 else response
        return Page(response) if status not in {302, 303} else response


class Page:
    """The form as its giver sees it."""

    def __init__(self, response):
        self.response, self.html = response, response.content.decode()
        self.tree = html_valid(response.content)

    @functools.cached_property
    def hidden(self):
        """What the form sends unseen; the cross-site token is left to the test client."""
        form = self.element("form", "giving-form")
        found = {e.get("name"): e.get("value") or "" for e in form.iter("input") if e.get("type") == "hidden"}
        return {name: value for name, value in found.items() if name != "csrfmiddlewaretoken"}

    def element(self, tag, css):
        return next(e for e in self.tree.iter(tag) if css in (e.get("class") or "").split())

    def field(self, name):
        return next(e for e in self.tree.iter() if e.tag in {"input", "select", "textarea"} and e.get("name") == name)

    def words(self, css):
        """Return the words of every element of a class, by the order of the page."""
        return [" ".join("".join(e.itertext()).split()) for e in self.tree.iter() if css in (e.get("class") or "").split()]

    def checked(self, name):
        return [e.get("value") for e in self.tree.iter("input") if e.get("name") == name and "checked" in e.attrib]

    @property
    def errors(self):
        """Return {id of the field: message} from the summary."""
        found = {}
        for e in self.tree.iter("section"):
            if e.get("id") == "errors":
                for item in e.iter("li"):
                    link = item.find("a")
                    found[link.get("href") if link is not None else ""] = "".join(item.itertext()).strip()
        return found

    def error_at(self, name):
        """Return what stands beside a field, found by what the field says describes it."""
        described = (self.field(name).get("aria-describedby") or "").split()
        return " ".join(
            "".join(e.itertext()).strip() for e in self.tree.iter() if e.get("id") in described and "error" in e.get("id")
        )

    @property
    def review(self):
        return self.words("giving-exact--all")[0]

    @property
    def button(self):
        return self.words("giving-exact--all")[1]
