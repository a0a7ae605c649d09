"""The proof of work during an attack, as a giver's browser solves it: under the site's own policy, without a third party."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from donations.guard import Kind, Refused, fields, proofs
from tests.donations.guard_senders import POST, aged, challenge_in, hidden

ARRIVED = "<!doctype html><html lang=en><title>Arrived</title><p>Arrived.</p></html>"


class GivingForm:
    """The site's own giving form with a challenge in it; `posted` is what the browser sends, each time."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.posted: list[dict[str, list[str]]] = []
        stamp = aged()
        sent = POST.post("/give/", {"guard": stamp})
        self.fields = str(fields(sent, Refused(Kind.CHALLENGE, "", 422)))
        self.form = hidden_id(self.fields)
        page.route(lambda address: urlsplit(address).path == "/give/", self._answer)

    def _answer(self, route: Route) -> None:
        if route.request.method == "POST":
            self.posted.append(parse_qs(route.request.post_data, keep_blank_values=True))
            route.fulfill(content_type="text/html", body=ARRIVED)
            return
        real = route.fetch()
        headers = {name: value for name, value in real.headers.items() if name not in {"content-encoding", "content-length"}}
        route.fulfill(status=real.status, headers=headers, body=real.text().replace("</form>", f"{self.fields}</form>"))

    def send(self) -> None:
        """Press the button."""
        self.page.locator(".giving-review__button").click()

    def proof(self) -> proofs.Shown | None:
        """Return what the first sending's proof is worth."""
        return proofs.proof(self.posted[0]["proof"][-1], self.form)


def hidden_id(text: str) -> str:
    """Return the id of the form that a challenge was made for."""
    assert hidden(text, "guard")
    found = re.search(r"form=([\w-]+)", challenge_in(text)["salt"])
    assert found is not None
    return found[1]


@pytest.fixture
def giver(page: Page) -> Page:
    """Give a desktop page."""
    return page


def test_a_browser_solves_the_challenge_while_its_giver_types(giver):
    form = GivingForm(giver)
    giver.goto("/give/")
    expect(giver.locator("[name=proof]").last).to_have_value(re.compile(r"\w{40}"), timeout=60_000)
    form.send()
    expect(giver.get_by_text("Arrived.")).to_be_visible()
    assert form.proof()
    assert len(form.posted) == 1


def test_a_form_sent_at_once_waits_for_its_proof_and_is_sent_once(giver):
    form = GivingForm(giver)
    giver.goto("/give/")
    expect(giver.locator(".giving-form--live")).to_be_attached()
    form.send()
    expect(giver.get_by_text("Arrived.")).to_be_visible(timeout=60_000)
    assert form.proof()
    assert len(form.posted) == 1


def test_a_browser_that_may_not_work_in_the_background_sends_the_form_without_a_proof(giver):
    giver.add_init_script("delete window.Worker;")
    form = GivingForm(giver)
    giver.goto("/give/")
    form.send()
    expect(giver.get_by_text("Arrived.")).to_be_visible()
    assert form.posted[0]["proof"][-1] == ""
    assert form.posted[0]["waited"][-1]  # what the guard takes instead, after some seconds


def test_nothing_is_asked_of_others_and_the_policy_allows_the_worker(giver, live_site):
    GivingForm(giver)
    giver.goto("/give/")
    expect(giver.locator("[name=proof]").last).to_have_value(re.compile(r"\w{40}"), timeout=60_000)
    assert [address for address in giver.asked if not address.startswith(live_site.url)] == []
    assert giver.evaluate("document.querySelector('[role=status][data-words]').textContent") == ""
