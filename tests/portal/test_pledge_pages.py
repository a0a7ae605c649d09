"""The Freedom Partner pages, against the pretend bank: every change says what it comes to and comes to that, once."""

import datetime
import re

import pytest
from django.test import Client

from donations import promises, providers, reconciliation
from donations.calendar import next_instalment, today
from donations.models import Appeal, Gift, Pledge
from donations.models.steps import NotAllowed
from donations.money import Money
from donations.providers.base import ProviderUnavailable, Refused
from letters.models import Letter
from portal import acts
from portal.acts import ACTS
from portal.timeline import UNANSWERED
from sandbox_bank.models import Schedule
from tests import giving
from tests.pages import html_valid
from tests.portal.partners import gift_of, partner, seen
from tests.portal.visiting import signed_in

pytestmark = pytest.mark.django_db
ADA = "ada@example.org"


@pytest.fixture(autouse=True)
def _somewhere(settings):
    settings.SITE_URL = "http://127.0.0.1:9"


@pytest.fixture
def partnered():
    return partner(ADA)


def at(pledge, name=""):
    return f"/portal/pledges/{pledge.reference}/" + (f"{name}/" if name else "")


def then(tree):
    """Return what the page says of now and then, and the mark of what was seen."""
    said = [" ".join("".join(dd.itertext()).split()) for dd in tree.iter("dd")]
    mark = next((e.get("value") or "" for e in tree.iter("input") if e.get("name") == "seen"), "")
    return said, mark


def posted(client, path, status, **fields):
    response = client.post(path, fields)
    assert response.status_code == status, response.content.decode()[:2000]
    return response


def takes(client, pledge, name, **fields):
    """Preview a change and make it; return what the preview said of then, and what the pledge's page says after."""
    if fields:
        said, mark = then(html_valid(posted(client, at(pledge, name), 200, **fields).content))
    else:
        said, mark = then(seen(client, at(pledge, name))[0])
    assert posted(client, at(pledge, name), 303, seen=mark, **fields)["Location"] == at(pledge)
    pledge.refresh_from_db()
    return said, seen(client, at(pledge))[1]


CHANGES = {
    "amount": {"amount": "40"},
    "day": {"day": "5"},
    "skip": {},
    "pause": {"until": str(today() + datetime.timedelta(days=80))},
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_says_before_what_it_comes_to_and_after_what_it_came_to(partnered, name):
    client, pledge = partnered
    before = promises.next_gift(pledge)
    fields = CHANGES[name] if name != "day" or pledge.anchor_day != 5 else {"day": "6"}
    said, after = takes(client, pledge, name, **fields)
    now = promises.next_gift(pledge)
    assert now != before
    assert said[0].startswith(f"Next gift: £25 on {before.on.day} ")
    expected = f"Next gift: £{40 if name == 'amount' else 25} on {now.on.day} "
    assert said[1].startswith(expected)
    assert f"Before: {said[0]} Now: {said[1]}" in after


def test_a_pause_can_be_ended_and_says_so(partnered):
    client, pledge = partnered
    takes(client, pledge, "pause", **CHANGES["pause"])
    assert pledge.status == "paused"
    said, after = takes(client, pledge, "resume")
    assert pledge.status == "active"
    assert said[1] in after and "The pause ended." in after


def test_ending_takes_two_clicks_whatever_is_said_and_offers_less_without_standing_in_the_way(partnered):
    client, pledge = partnered
    tree, _said = seen(client, at(pledge))
    assert at(pledge, "cancel") in {a.get("href") for a in tree.iter("a")}  # the first click
    tree, said = seen(client, at(pledge, "cancel"))
    assert "Give less every month" in said and "Skip the next gift" in said and "Pause" in said
    assert "Then Nothing more is charged." in said
    posted(client, at(pledge, "cancel"), 303, reason="moving abroad")  # the second
    pledge.refresh_from_db()
    assert pledge.status == "cancelled"
    assert pledge.events.get(kind="cancel_asked").data["said"] == "moving abroad"
    assert pledge.events.get(kind="cancel_asked").data["by"] is not None
    _tree, said = seen(client, at(pledge))
    assert "Now: Nothing more is charged." in said and "Ended, as you asked." in said
    assert Schedule.objects.get().state != "active"


def test_what_was_not_seen_is_not_done(partnered):
    client, pledge = partnered
    posted(client, at(pledge, "skip"), 200)
    posted(client, at(pledge, "amount"), 200, amount="40", seen="0" * 64)
    _said, mark = then(seen(client, at(pledge, "skip"))[0])
    promises.change(pledge, anchor_day=3 if pledge.anchor_day != 3 else 4)  # meanwhile, in another window
    posted(client, at(pledge, "skip"), 200, seen=mark)
    assert Schedule.objects.get().minor == 2500
    assert not pledge.events.filter(kind="skip_asked").exists()


def test_a_button_pressed_twice_leaves_out_one_month(partnered):
    client, pledge = partnered
    stale = Pledge.objects.get(pk=pledge.pk)  # as a second request read it while the first was under way
    takes(client, pledge, "skip")
    with pytest.raises(NotAllowed):
        acts.take(ACTS["skip"], stale, {"due_on": stale.next_on}, by=None)
    assert promises.next_gift(Pledge.objects.get()) == promises.next_gift(pledge)
    assert pledge.events.filter(kind="skip_asked").count() == 1


BAD = [
    ("amount", {"amount": "0.10"}), ("amount", {"amount": "abc"}), ("amount", {"amount": "25"}), ("amount", {"amount": "9" * 40}),
    ("amount", {"amount": "4\x000"}), ("amount", {"amount": "40 EUR"}), ("amount", {}), ("day", {"day": "32"}), ("day", {"day": "\x00"}),
    ("day", {"day": "9" * 5000}), ("pause", {"until": "2020-01-01"}), ("pause", {"until": "9999-12-31"}), ("pause", {"until": "\ud800"}),
    ("pause", {"until": ""}), ("cancel", {"reason": "x" * 201}), ("cancel", {"reason": "\x00"}),
]  # fmt: skip


@pytest.mark.parametrize("name,fields", BAD)
def test_what_cannot_be_taken_is_said_beside_its_field_and_kept(partnered, name, fields):
    client, pledge = partnered
    body = "&".join(f"{key}={value}" for key, value in fields.items()).encode("utf-8", "surrogatepass")
    response = client.post(at(pledge, name), body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 422
    page = response.content.decode()
    assert 'class="field__error"' in page
    if fields.get("amount", "").isprintable():
        assert f'value="{fields.get("amount", "")}"' in page or not fields.get("amount")
    pledge.refresh_from_db()
    assert (pledge.status, pledge.amount) == ("active", 2500)


def test_an_act_that_does_not_fit_leads_back_and_one_that_does_not_exist_is_not_found(partnered):
    client, pledge = partnered
    assert client.get(at(pledge, "resume"))["Location"] == at(pledge)
    assert "that cannot be done" in seen(client, at(pledge))[1]
    assert client.get(at(pledge, "burn")).status_code == 404
    promises.cancel(pledge)
    for name in ACTS:
        assert client.post(at(pledge, name), {"amount": "40", "day": "7", "until": "2099-01-01"}).status_code == 303
    for ask in (client.get, client.post):
        assert ask(at(pledge, "card"))["Location"] == at(pledge)


@pytest.mark.parametrize(
    "trouble,words", [(ProviderUnavailable("no answer"), "does not answer"), (Refused("no"), "would not do this")]
)
@pytest.mark.parametrize("name", [*CHANGES, "cancel"])
def test_a_bank_that_does_not_answer_changes_nothing_and_the_same_button_does_it_later_once(
    partnered, monkeypatch, name, trouble, words
):
    client, pledge = partnered
    fields = (
        CHANGES[name] if name in CHANGES and (name != "day" or pledge.anchor_day != 5) else {"day": "6"} if name == "day" else {}
    )
    before = promises.next_gift(pledge)
    there, verb = providers.named("sandbox"), "change" if name in {"amount", "day"} else name
    asked, keys = getattr(there, verb), []

    def silent(*wish):
        keys.append(wish[-1])
        raise trouble

    page = posted(client, at(pledge, name), 200, **fields) if fields else client.get(at(pledge, name))
    mark = re.search(r'name="seen" value="([0-9a-f]*)"', page.content.decode())[1]
    with monkeypatch.context() as broken:
        broken.setattr(there, verb, silent, raising=False)
        again = posted(client, at(pledge, name), 503, seen=mark, **fields).content.decode()
    assert words in again and f'value="{mark}"' in again
    pledge.refresh_from_db()
    assert promises.next_gift(pledge) == before and pledge.status == "active"
    assert str(UNANSWERED[verb]) in seen(client, at(pledge))[1]
    monkeypatch.setattr(there, verb, lambda *wish: keys.append(wish[-1]) or asked(*wish), raising=False)
    posted(client, at(pledge, name), 303, seen=mark, **fields)
    pledge.refresh_from_db()
    assert promises.next_gift(pledge) != before
    assert len(keys) == 2 and len(set(keys)) == 1
    assert str(UNANSWERED[verb]) not in seen(client, at(pledge))[1]


def test_another_card_is_put_on_the_banks_page_and_shows_here(partnered):
    client, pledge = partnered
    _tree, said = seen(client, at(pledge, "card"))
    assert "never see its number" in said
    there = posted(client, at(pledge, "card"), 303)["Location"]
    assert there.startswith("http://127.0.0.1:9/sandbox/card/")
    back = Client().post("/" + there.split("/", 3)[3], {"outcome": "saved"})
    assert back["Location"] == f"http://127.0.0.1:9{at(pledge)}?card"
    reconciliation.fetch_missed()
    old = pledge.method
    pledge.refresh_from_db()
    assert pledge.method != old
    _tree, said = seen(client, at(pledge) + "?card")
    assert f"It is now paid by {pledge.method}." in said and "within a minute" in said


def test_a_bank_without_a_card_page_says_so(partnered, monkeypatch):
    client, pledge = partnered

    def silent(*_wish):
        raise ProviderUnavailable("no answer")

    monkeypatch.setattr(providers.named("sandbox"), "new_card", silent, raising=False)
    assert b"does not answer" in posted(client, at(pledge, "card"), 503).content


# --- beginning again ----------------------------------------------------------------------------------
def test_what_ended_is_begun_again_as_a_new_pledge_and_both_know_of_each_other(partnered):
    client, pledge = partnered
    assert client.get(at(pledge, "restart"))["Location"] == at(pledge)  # it has not ended
    assert client.post(at(pledge, "restart"))["Location"] == at(pledge)
    promises.cancel(pledge)
    _tree, said = seen(client, at(pledge, "restart"))
    assert f"Next gift: £25 on {today().day} " in said
    pages = {posted(client, at(pledge, "restart"), 303)["Location"] for _twice in range(2)}
    assert len(pages) == 1 and Gift.objects.count() == 2
    assert Client().post("/" + pages.pop().split("/", 3)[3], {"outcome": "pays"}).status_code == 303
    reconciliation.fetch_missed()
    pledge.refresh_from_db()
    new = Pledge.objects.exclude(pk=pledge.pk).get()
    assert (pledge.status, new.status, new.total, new.supporter) == ("cancelled", "active", Money(2500, "GBP"), pledge.supporter)
    assert at(new) in {a.get("href") for a in seen(client, at(pledge))[0].iter("a")}
    assert at(pledge) in {a.get("href") for a in seen(client, at(new))[0].iter("a")}
    assert client.get("/portal/pledges/").content.index(new.reference.encode()) < client.get("/portal/pledges/").content.index(
        pledge.reference.encode()
    )


def test_beginning_again_goes_where_it_is_needed_most_once_the_appeal_has_ended():
    boats = Appeal.objects.create(slug="boats", title="Boats", published=True)
    client, pledge = partner(ADA, appeal=boats)
    promises.cancel(pledge)
    Appeal.objects.filter(pk=boats.pk).update(published=False)
    posted(client, at(pledge, "restart"), 303)
    assert Gift.objects.order_by("-pk").first().appeal == giving.general()


def test_a_sum_that_is_taken_no_more_leads_to_the_form(partnered, settings):
    client, pledge = partnered
    promises.cancel(pledge)
    settings.CURRENCIES = ["EUR"]
    tree, _said = seen(client, at(pledge, "restart"))
    assert any("/give/?frequency=monthly" in (a.get("href") or "") for a in tree.iter("a"))
    assert not any(form.get("action") == at(pledge, "restart") for form in tree.iter("form"))
    posted(client, at(pledge, "restart"), 200)
    assert Gift.objects.count() == 1


# --- how it stands, and what happened -----------------------------------------------------------------
def test_a_gift_that_failed_is_told_with_what_to_do(partnered):
    client, pledge = partnered
    due = next_instalment(today(), pledge.anchor_day)
    Gift.objects.create(
        provider="sandbox", frequency="monthly", amount=2500, currency="GBP", appeal=pledge.appeal, supporter=pledge.supporter,
        pledge=pledge, due_on=due, status="failed", failure="confirmation_needed", confirm_url="https://bank.example/confirm",
    )  # fmt: skip
    pledge.note("failed", "failed:1", pledge.started_at, reason="insufficient_funds", next_try_on="2026-12-24")
    Pledge.objects.filter(pk=pledge.pk).update(status="past_due")
    tree, said = seen(client, at(pledge))
    assert "Your last gift did not go through" in said
    assert "There was not enough in the account. We try again on 24 December 2026." in said
    assert "https://bank.example/confirm" in {a.get("href") for a in tree.iter("a")}
    assert "Your last monthly gift did not go through." in seen(client, "/portal/")[1]


def test_the_timeline_tells_changes_and_letters_and_nothing_meant_for_others(partnered):
    client, pledge = partnered
    promises.change(pledge, amount=Money(3000, "GBP"))
    Letter.objects.filter(kind="received").update(state="sent", sent_at=pledge.started_at)
    Letter.objects.create(
        key="dedication:x", kind="dedication", to="friend@example.org", within=f"pledge:{pledge.reference}", state="sent"
    )
    Letter.objects.create(key="failed:x", kind="failed", to=ADA, within=f"pledge:{pledge.reference}", state="refused")
    _tree, said = seen(client, at(pledge))
    for words in (
        "Your monthly gift of £25 began.", "£25 came. Thank you.", "From then on £30 every month.",
        "We wrote to you: thanks, with the receipt.", "The mail could not be delivered.",
    ):  # fmt: skip
        assert words in said
    assert "friend@example.org" not in said


def test_ten_years_of_a_pledge_are_pages(partnered):
    client, pledge = partnered
    for number in range(120):
        at_ = pledge.started_at + datetime.timedelta(days=30 * number)
        pledge.note("received", f"received:{number}", at_, minor=2500, due_on=str(at_.date()))
    tree, _said = seen(client, at(pledge), queries=9)
    assert sum(1 for e in tree.iter("li") if "portal-timeline__line" in (e.get("class") or "")) == 40
    assert "Page 4 of 4" in seen(client, at(pledge) + "?page=99")[1]


def test_a_gift_without_a_pledge_leaves_the_page_with_an_invitation():
    gift_of(ADA)
    _tree, said = seen(signed_in(ADA), "/portal/pledges/", queries=2)
    assert "You have no monthly gift." in said
