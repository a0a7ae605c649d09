"""The giving desk: who opens what, what can be changed, lists that stay quick, a trace of each act."""

import datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from donations import promises
from donations.admin import acts, books
from donations.models import Appeal, CharityDetails, Gift, Pledge, ProviderNotice, Receipt, SuggestedAmount
from donations.models.notices import NoticeState
from donations.money import Money
from donations.promises import NextGift
from donations.providers.base import ProviderUnavailable
from letters.models import Letter
from supporters import groups
from supporters.models import Supporter
from tests import factories as make
from tests import giving
from tests.donations import desk
from tests.staff import form_of, said, signed_in

pytestmark = pytest.mark.django_db

ROLES = ["nobody signed in", "a donor", *groups.GROUPS]
BOTH, FINANCE, NOBODY = {"Fundraising", "Finance"}, {"Finance"}, set()
# address below /admin/ -> who may open it
PAGES = {
    "donations/gift/": BOTH,
    "donations/gift/add/": BOTH,
    "donations/gift/{gift}/change/": BOTH,
    "donations/gift/{gift}/history/": BOTH,
    "donations/gift/{gift}/refund/": BOTH,
    "donations/gift/{gift}/delete/": NOBODY,
    "donations/gift/export/": BOTH,
    "donations/pledge/": BOTH,
    "donations/pledge/add/": NOBODY,
    "donations/pledge/{pledge}/change/": BOTH,
    "donations/pledge/{pledge}/act/cancel/": BOTH,
    "donations/pledge/{pledge}/delete/": NOBODY,
    "donations/ledgerentry/": FINANCE,
    "donations/ledgerentry/{entry}/change/": FINANCE,
    "donations/ledgerentry/add/": NOBODY,
    "donations/ledgerentry/{entry}/delete/": NOBODY,
    "donations/providernotice/": FINANCE,
    "donations/providernotice/{notice}/change/": FINANCE,
    "donations/providernotice/add/": NOBODY,
    "donations/providernotice/{notice}/delete/": NOBODY,
    "donations/receipt/": FINANCE,
    "donations/receipt/{receipt}/change/": FINANCE,
    "donations/receipt/{receipt}/pdf/": FINANCE,
    "donations/receipt/add/": NOBODY,
    "donations/receipt/{receipt}/delete/": NOBODY,
    "letters/letter/": FINANCE,
    "letters/letter/{letter}/change/": FINANCE,
    "letters/letter/{letter}/delete/": NOBODY,
    "donations/appeal/": BOTH,
    "donations/appeal/add/": BOTH,
    "donations/appeal/{appeal}/change/": BOTH,
    "donations/appeal/{appeal}/delete/": NOBODY,
    "donations/appeal/choices/": BOTH,
    "donations/charitydetails/": FINANCE,
    "donations/charitydetails/add/": NOBODY,
    "donations/charitydetails/1/delete/": NOBODY,
    "donations/giftaiddeclaration/": FINANCE,
    "donations/giftaiddeclaration/{declaration}/change/": FINANCE,
    "donations/giftaiddeclaration/{declaration}/delete/": NOBODY,
    "donations/refundrequest/": BOTH,
    "donations/refundrequest/{refund}/change/": BOTH,
    "donations/refundrequest/{refund}/decide/approve/": FINANCE,
    "donations/refundrequest/add/": NOBODY,
    "donations/refundrequest/{refund}/delete/": NOBODY,
    "donations/reconciliationrun/": FINANCE,
    "donations/reconciliationrun/{run}/change/": FINANCE,
    "donations/guardswitch/": BOTH,
    "supporters/supporter/": BOTH,
    "supporters/supporter/{supporter}/change/": BOTH,
    "supporters/supporter/add/": NOBODY,
    "supporters/supporter/{supporter}/delete/": NOBODY,
}


def browser_of(role: str) -> Client:
    """Return the browser of somebody in a role."""
    if role == "nobody signed in":
        return Client()
    return signed_in(make.account() if role == "a donor" else make.staff(role))


@pytest.fixture
def numbers(db: None) -> dict[str, int]:
    """Give the numbers of one of each."""
    return desk.one_of_each()


@pytest.fixture
def finance(db: None) -> Client:
    """Give the browser of somebody in Finance."""
    return browser_of("Finance")


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_exactly_its_pages_of_giving(numbers: dict[str, int], role: str):
    client = browser_of(role)
    refused = 302 if role in {"nobody signed in", "a donor"} else 403
    got = {page: client.get(f"/admin/{page.format(**numbers)}").status_code for page in PAGES}
    assert got == {page: 200 if role in roles else refused for page, roles in PAGES.items()}


@pytest.mark.parametrize("role", [role for role in ROLES if role not in BOTH])
def test_those_without_giving_change_nothing_by_posting(numbers: dict[str, int], role: str):
    before = [list(model.objects.values()) for model in (Gift, Pledge, Appeal, Receipt, ProviderNotice, CharityDetails)]
    client = browser_of(role)
    for page in (*PAGES, "donations/providernotice/{notice}/replay/", "donations/receipt/{receipt}/resend/"):
        status = client.post(f"/admin/{page.format(**numbers)}", {"reason": "x", "name": "x"}).status_code
        assert status == (302 if role in {"nobody signed in", "a donor"} else 403), page
    assert before == [list(model.objects.values()) for model in (Gift, Pledge, Appeal, Receipt, ProviderNotice, CharityDetails)]


def test_fundraising_neither_replays_nor_resends_nor_decides_nor_adopts(numbers: dict[str, int]):
    client = browser_of("Fundraising")
    for page in ("providernotice/{notice}/replay/", "receipt/{receipt}/resend/", "refundrequest/{refund}/decide/approve/"):
        assert client.post(f"/admin/donations/{page.format(**numbers)}", {"reason": "x"}).status_code == 403
    assert client.post("/admin/donations/reconciliationrun/", {"kind": "gift", "id": "x"}).status_code == 403


@pytest.mark.parametrize("page", [p for p in PAGES if p.endswith("/change/") and "appeal" not in p and "supporter" not in p])
def test_what_the_ledger_rules_cannot_be_saved_by_anybody(numbers: dict[str, int], page: str):
    chief = signed_in(make.account(is_staff=True, is_superuser=True))
    assert chief.post(f"/admin/{page.format(**numbers)}", {"amount": "1", "status": "failed"}).status_code == 403


# --- notices, receipts, letters ---------------------------------------------------------------------
def test_a_held_notice_is_replayed_by_finance_and_the_log_says_so(finance: Client, monkeypatch: pytest.MonkeyPatch):
    held = desk.notice()

    def replay(row: ProviderNotice, by: Any) -> None:
        ProviderNotice.objects.filter(pk=row.pk).update(state=NoticeState.DONE)

    monkeypatch.setattr(books.notices, "replay", replay)
    response = finance.post(f"/admin/donations/providernotice/{held.pk}/replay/", follow=True)
    assert "Entered" in said(response)
    assert "Replayed" in LogEntry.objects.get().change_message
    assert finance.get(f"/admin/donations/providernotice/{held.pk}/replay/").status_code == 405


def test_notices_that_need_a_look_stand_in_a_filter_of_their_own(finance: Client):
    held, waiting, _done = desk.notice(), desk.notice("waiting"), desk.notice("done")
    shown = finance.get("/admin/donations/providernotice/?state=look").context["cl"].result_list
    assert {row.pk for row in shown} == {held.pk, waiting.pk}


def test_a_receipt_is_printed_and_the_second_copy_says_duplicate(finance: Client, monkeypatch: pytest.MonkeyPatch):
    desk.able_to_print()
    receipt = giving.received_gift().receipts.get()
    asked = []
    monkeypatch.setattr(books.receipts, "pdf", lambda receipt, duplicate: asked.append(duplicate) or b"%PDF-1.7")
    for _copy in range(2):
        assert finance.get(f"/admin/donations/receipt/{receipt.pk}/pdf/")["Content-Type"] == "application/pdf"
    assert asked == [False, True]


def test_a_receipt_sent_again_is_one_more_letter_each_time(finance: Client):
    desk.able_to_print()
    receipt = giving.received_gift().receipts.get()
    for _time in range(2):
        finance.post(f"/admin/donations/receipt/{receipt.pk}/resend/")
    assert Letter.objects.filter(kind="receipt", about=f"gift:{receipt.gift.reference}", data__again=True).count() == 2


# --- pledges ----------------------------------------------------------------------------------------
def test_an_act_is_taken_only_after_its_preview_was_seen(finance: Client, monkeypatch: pytest.MonkeyPatch):
    pledge = giving.pledge()
    taken: list[dict[str, Any]] = []
    change = acts.ACTS["change"]
    monkeypatch.setitem(
        acts.ACTS,
        "change",
        acts.Act(change.label, change.states, change.form, change.preview, lambda pledge, **said: taken.append(said)),
    )
    address = f"/admin/donations/pledge/{pledge.pk}/act/change/"
    typed = {"amount": "30", "anchor_day": str(pledge.anchor_day), "reason": "Asked on the phone"}
    page = finance.post(address, typed)
    assert "£30" in page.content.decode()
    assert not taken
    seen = page.context["form"]["previewed"].value()
    finance.post(address, typed | {"amount": "40", "previewed": seen})
    assert not taken  # what was seen was another sum
    finance.post(address, typed | {"previewed": seen})
    assert [said["amount"] for said in taken] == [Money(3000, "GBP")]
    assert "Asked on the phone" in LogEntry.objects.get().change_message


@pytest.mark.parametrize("typed", [{"amount": "1e5"}, {"amount": "25", "anchor_day": "32"}, {"reason": ""}, {"amount": "999999"}])
def test_an_act_typed_wrong_says_what_is_wrong(finance: Client, typed: dict[str, str]):
    pledge = giving.pledge()
    page = finance.post(
        f"/admin/donations/pledge/{pledge.pk}/act/change/", {"amount": "30", "anchor_day": "5", "reason": "Asked"} | typed
    )
    assert page.context["form"].errors
    assert page.context["seen"] is False


def test_a_provider_that_is_away_is_said_and_nothing_is_changed(finance: Client, monkeypatch: pytest.MonkeyPatch):
    def away(pledge: Pledge, **said: Any) -> None:
        raise ProviderUnavailable("no answer")

    skip = acts.ACTS["skip"]
    preview = lambda pledge: NextGift(pledge.total, datetime.date(2027, 1, 1))  # noqa: E731
    monkeypatch.setitem(acts.ACTS, "skip", acts.Act(skip.label, skip.states, skip.form, preview, away))
    pledge = giving.pledge()
    Pledge.objects.filter(pk=pledge.pk).update(status="active")
    address = f"/admin/donations/pledge/{pledge.pk}/act/skip/"
    seen = finance.post(address, {"reason": "Asked"}).context["form"]["previewed"].value()
    page = finance.post(address, {"reason": "Asked", "previewed": seen})
    assert "does not answer now" in page.content.decode()
    assert not LogEntry.objects.exists()


def test_an_ended_pledge_offers_nothing(finance: Client):
    pledge = giving.pledge()
    Pledge.objects.filter(pk=pledge.pk).update(status="cancelled", ended_at=timezone.now(), next_on=None)
    assert not finance.get(f"/admin/donations/pledge/{pledge.pk}/change/").context["acts"]
    assert finance.get(f"/admin/donations/pledge/{pledge.pk}/act/cancel/").status_code == 302
    assert promises.next_gift(Pledge.objects.get(pk=pledge.pk)).on is None


# --- appeals and the charity ------------------------------------------------------------------------
def test_an_appeals_sums_are_shown_and_typed_in_major_units(finance: Client):
    appeal = giving.general()
    address = f"/admin/donations/appeal/{appeal.pk}/change/"
    values = form_of(finance, address)
    prefix = next(name.rsplit("-", 1)[0] for name in values if name.endswith("-currency") and values[name] == "GBP")
    first = f"{prefix}-amount"
    assert "." in values[first]
    response = finance.post(address, values | {first: "£1,234.50", "goal": "50,000", "goal_currency": "GBP"})
    assert response.status_code == 302, response.context["errors"]
    assert SuggestedAmount.objects.get(pk=values[f"{prefix}-id"]).amount == 123_450
    appeal.refresh_from_db()
    assert (appeal.goal, appeal.goal_currency) == (5_000_000, "GBP")
    assert form_of(finance, address)["goal"] == "50000.00"


def test_an_appeal_is_translated_beside_its_amounts(finance: Client):
    address = f"/admin/donations/appeal/{giving.general().pk}/change/"
    values = form_of(finance, address)
    assert values["translations-0-language"] == "es"
    response = finance.post(address, values | {"translations-0-title": "Otra llamada"})
    assert response.status_code == 302, response.context["errors"]
    assert giving.general().translations.get().title == "Otra llamada"


@pytest.mark.parametrize("typed", ["1e5", "-5", "NaN", "25.555", "99999999", "", "１２"])
def test_a_sum_that_is_none_is_refused_beside_its_field(finance: Client, typed: str):
    address = f"/admin/donations/appeal/{giving.general().pk}/change/"
    values = form_of(finance, address)
    first = next(name for name in values if name.endswith("-amount"))
    response = finance.post(address, values | {first: typed})
    assert response.status_code == 200
    formset = response.context["inline_admin_formsets"][1].formset
    assert any("amount" in errors for errors in formset.errors)


def test_the_general_appeal_stays_published_whatever_is_posted(finance: Client):
    appeal = giving.general()
    address = f"/admin/donations/appeal/{appeal.pk}/change/"
    values = {name: value for name, value in form_of(finance, address).items() if name != "published"}
    assert finance.post(address, values | {"slug": "other", "title": "Still here"}).status_code == 302
    appeal.refresh_from_db()
    assert (appeal.slug, appeal.published, appeal.title) == ("general", True, "Still here")


def test_only_an_appeal_that_nobody_saw_or_gave_to_is_deleted(finance: Client):
    unseen = Appeal.objects.create(slug="unseen", title="Unseen")
    public = Appeal.objects.create(slug="public", title="Public", published=True)
    given = Appeal.objects.create(slug="given", title="Given")
    giving.received_gift(appeal=given)
    status = {
        appeal.slug: finance.post(f"/admin/donations/appeal/{appeal.pk}/delete/", {"post": "yes"}).status_code
        for appeal in (unseen, public, given, giving.general())
    }
    assert status == {"unseen": 302, "public": 403, "given": 403, "general": 403}
    assert set(Appeal.objects.values_list("slug", flat=True)) >= {"public", "given", "general"}
    assert not Appeal.objects.filter(slug="unseen").exists()


def test_only_published_stories_can_be_tied_to_an_appeal(finance: Client):
    shown, hidden = make.published_story(), make.story()
    for story in (shown, hidden):
        story.title = f"Findable {story.pk}"
        story.save()
    found = finance.get("/admin/donations/appeal/choices/", {"term": "Findable", "field_name": "story"}).json()["results"]
    assert [row["id"] for row in found] == [str(shown.pk)]


def test_finance_keeps_the_charitys_details(finance: Client):
    values = form_of(finance, "/admin/donations/charitydetails/1/change/")
    assert finance.post("/admin/donations/charitydetails/1/change/", values | {"signatory": "Ada Obi"}).status_code == 302
    assert CharityDetails.current().signatory == "Ada Obi"


# --- supporters, the first page, the guard ----------------------------------------------------------
def test_a_supporters_address_is_kept_once_known_and_may_be_given_where_there_is_none(finance: Client):
    known, unknown = giving.supporter("ada@example.org"), Supporter.objects.create(last_name="Obi")
    for person in (known, unknown):
        address = f"/admin/supporters/supporter/{person.pk}/change/"
        values = form_of(finance, address) | {"email": "New@Example.org", "lines": "1 Road\n\nLondon"}
        assert finance.post(address, values).status_code == 302
        person.refresh_from_db()
    assert (known.email, known.address) == ("ada@example.org", {"lines": ["1 Road", "London"]})
    assert unknown.email == "new@example.org"


def test_two_supporters_may_lack_an_address_but_none_shares_one(finance: Client):
    giving.supporter("ada@example.org")
    first, second = Supporter.objects.create(last_name="A"), Supporter.objects.create(last_name="B")
    assert first.email is second.email is None
    address = f"/admin/supporters/supporter/{first.pk}/change/"
    page = finance.post(address, form_of(finance, address) | {"email": "ADA@example.org"})
    assert "email" in page.context["adminform"].form.errors


def test_the_first_page_tells_finance_what_waits_and_the_others_nothing(numbers: dict[str, int]):
    shown = browser_of("Finance").get("/admin/").content.decode()
    assert "1 notice needs a look" in shown
    assert "1 refund waits for a second person" in shown
    assert "agree" in shown
    for role in ("Editor", "Reviewer", "Safeguarding lead", "Fundraising"):
        assert "desk-today" not in browser_of(role).get("/admin/").content.decode(), role


def test_the_guard_is_switched_with_a_reason(numbers: dict[str, int]):
    client = browser_of("Fundraising")
    assert client.post("/admin/donations/guardswitch/", {"mode": "on", "reason": ""}).context["form"].errors
    client.post("/admin/donations/guardswitch/", {"mode": "on", "reason": "Many cards tried"})
    assert "proof of work, because it is switched on" in client.get("/admin/donations/guardswitch/").content.decode()
    assert "Many cards tried" in LogEntry.objects.get().change_message


def test_an_appeal_opens_and_closes_by_the_charitys_clock(finance: Client):
    address = "/admin/donations/appeal/add/"
    values = form_of(finance, address) | {"title": "Harvest", "slug": "harvest", "starts_at": "2027-07-01T09:00"}
    assert finance.post(address, values | {"ends_at": "2027-03-28T01:30"}).status_code == 200, "the clocks skip it"
    assert finance.post(address, values | {"ends_at": "2027-07-31T18:00"}).status_code == 302
    made = Appeal.objects.get(slug="harvest")
    assert (made.starts_at.isoformat(), made.ends_at.isoformat()) == ("2027-07-01T08:00:00+00:00", "2027-07-31T17:00:00+00:00")
