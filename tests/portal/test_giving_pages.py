"""Overview, giving and receipts in the portal: what is shown is what the ledger says, quickly, and theirs alone."""

import csv
import datetime
import io

import pytest
from django.test import Client
from django.utils import timezone

from donations import calendar, letters
from donations.documents import NotPrintable
from donations.models import Dedication, Gift, LedgerEntry, Receipt
from donations.money import Money
from donations.providers import base
from letters.models import Letter
from portal import history
from tests import factories as make
from tests import giving
from tests.portal.partners import gift_of, partner, seen
from tests.portal.visiting import signed_in

pytestmark = pytest.mark.django_db
ADA = "ada@example.org"


@pytest.fixture(autouse=True)
def _somewhere(settings):
    settings.SITE_URL = "http://127.0.0.1:9"


def gave(minor=2500, day=None, **fields):
    """Return a gift of Ada's that came on a day of the charity's."""
    gift = giving.pending_gift(minor, **{"details": giving.details(email=ADA), **fields})
    at = timezone.now() if day is None else datetime.datetime.combine(day, datetime.time(12), datetime.UTC)
    Gift.objects.filter(pk=gift.pk).update(created_at=at)
    giving.enter(giving.paid(gift, happened_at=at))
    gift.refresh_from_db()
    return gift


def returned(gift, minor, day=None):
    at = timezone.now() if day is None else datetime.datetime.combine(day, datetime.time(12), datetime.UTC)
    giving.enter(
        base.Refunded(happened_at=at, payment=gift.payment, refund=f"re_{gift.pk}_{minor}", amount=Money(minor, gift.currency))
    )
    gift.refresh_from_db()


# --- overview -----------------------------------------------------------------------------------------
def test_the_overview_thanks_says_what_it_did_and_sums_this_tax_year_from_the_ledger(time_machine):
    time_machine.move_to(datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC))
    gave(10000, datetime.date(2026, 4, 5))  # the tax year before
    returned(gave(6000, datetime.date(2026, 4, 6)), 1000)
    gave(2500, datetime.date(2026, 11, 20))
    _tree, said = seen(signed_in(ADA), "/portal/", queries=9)
    assert "Thank you, Ada" in said
    assert "Helps a survivor through the first days" in said
    assert "£75" in said and "£25 on 20 November 2026" in said
    assert "6 April 2026 to 5 April 2027" in said
    assert "None is planned." in said


def test_the_overview_names_the_next_gift_and_offers_what_can_be_done():
    client, pledge = partner(ADA)
    tree, said = seen(client, "/portal/", queries=9)
    assert f"Next gift £25 on {calendar.next_instalment(calendar.today(), pledge.anchor_day).day} " in said
    links = {a.get("href") for a in tree.iter("a")}
    assert {f"/portal/pledges/{pledge.reference}/{name}/" for name in ("amount", "day", "skip", "pause", "cancel")} <= links


def test_nothing_is_promised_of_a_sum_nobody_spoke_of():
    gave(300)
    _tree, said = seen(signed_in(ADA), "/portal/")
    assert "This is what such a gift does" not in said


def test_a_debit_that_the_bank_takes_days_over_is_shown_to_whoever_gave_it():
    gave()
    gift_of(ADA, minor=7700, outcome="debit")
    assert Gift.objects.get(amount=7700).status == "on_its_way"
    assert "Your gift of £77 is on its way." in seen(signed_in(ADA), "/portal/", queries=9)[1]
    gift_of("other@example.org")
    assert "£77" not in seen(signed_in("other@example.org"), "/portal/")[1]


def test_the_story_that_moved_the_giver_is_shown_while_it_may_ask():
    story = make.published_story("The first birthday", channels=["site", "ask"])
    gave(story_slug=story.slug)
    tree, _said = seen(signed_in(ADA), "/portal/")
    assert story.get_absolute_url() in {a.get("href") for a in tree.iter("a")}


def test_somebody_who_never_gave_is_told_so_kindly():
    for path in ("/portal/", "/portal/giving/", "/portal/pledges/"):
        _tree, said = seen(signed_in("new@example.org"), path)
        assert "there is nothing here yet" in said


# --- the list -----------------------------------------------------------------------------------------
def test_gifts_and_what_went_back_are_listed_by_year():
    gave(5000, datetime.date(2024, 12, 31))
    returned(gave(6000, datetime.date(2025, 1, 1)), 1000, datetime.date(2025, 2, 1))
    returned(gave(700, datetime.date(2025, 3, 1)), 700, datetime.date(2026, 1, 2))
    tree, said = seen(signed_in(ADA), "/portal/giving/", queries=9)
    headings = ["".join(h.itertext()).split() for h in tree.iter("h2")]
    assert ["2025", "£50", "in", "all"] in headings and ["2024", "£50", "in", "all"] in headings
    assert "Received, a part returned £10 returned to you on 1 February 2025" in said
    assert "Returned to you £7 returned to you on 2 January 2026" in said


def test_every_state_of_a_gift_is_said_in_plain_words():
    client, pledge = partner(ADA)
    fields = {"provider": "sandbox", "currency": "GBP", "appeal": pledge.appeal, "supporter": pledge.supporter, "pledge": pledge}
    months = {"failed": "Did not go through", "skipped": "Left out", "on_its_way": "On its way", "pending": "Being charged"}
    for number, status in enumerate(months, start=1):
        due = datetime.date(2025, number, 15)
        Gift.objects.create(status=status, amount=2500, due_on=due, failure="insufficient_funds", next_try_on=due, **fields)
    came = {"disputed": "Questioned by your bank", "lost": "Taken back by your bank"}
    for number, status in enumerate(came, start=5):
        Gift.objects.create(status=status, amount=2500, given_on=datetime.date(2025, number, 15), **fields)
    _tree, said = seen(client, "/portal/giving/?year=2025")
    for words in (*months.values(), *came.values()):
        assert words in said
    assert "There was not enough in the account. We try again on 15 January 2025." in said


def test_the_list_can_be_narrowed_to_a_year_and_an_appeal():
    boats = giving.general().__class__.objects.create(slug="boats", title="Boats", published=True)
    gave(100, datetime.date(2024, 5, 5))
    gave(200, datetime.date(2025, 5, 5), appeal=boats)
    gave(300, datetime.date(2025, 6, 6))
    client = signed_in(ADA)
    rows = {
        "?year=2025": 2, "?appeal=boats": 1, "?year=2024&appeal=boats": 0, "": 3,
        # What nobody offers is not asked for.
        "?year=1066": 3, "?year=%00": 3, "?year=99999999999999999999": 3, "?appeal=%00&page=-3": 3, "?page=" + "9" * 30: 3,
    }  # fmt: skip
    for query, count in rows.items():
        tree, _said = seen(client, f"/portal/giving/{query}")
        assert sum(1 for row in tree.iter("tr") if "portal-table__row" in (row.get("class") or "")) == count, query
        assert len(list(csv.reader(io.StringIO(client.get(f"/portal/giving/gifts.csv{query}").content.decode())))) == count + 1


def test_the_spreadsheet_runs_nothing_and_says_what_the_list_says():
    gift = gave(2500, datetime.date(2026, 5, 5))
    Dedication.objects.create(gift=gift, kind="memory", name='=HYPERLINK("http://x.example")')
    Gift.objects.filter(pk=gift.pk).update(designation="+1234")
    response = signed_in(ADA).get("/portal/giving/gifts.csv")
    assert "attachment" in response["Content-Disposition"]
    row = next(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert (row["Date"], row["Amount"], row["Currency"], row["State"]) == ("2026-05-05", "25.00", "GBP", "Received")
    assert row["Designation"] == "'+1234"
    assert row["Dedication"].startswith("In memory of =")  # words stand before it: no formula
    assert row["Receipt"] == gift.receipts.get().number


def test_five_thousand_gifts_are_pages_that_ask_no_more_than_one_gift_does(drill_size):
    first = gave(100, datetime.date(2020, 1, 1))
    many = drill_size(400, 5000)
    days = [datetime.date(2020, 1, 1) + datetime.timedelta(days=number % 2000) for number in range(many)]
    made = Gift.objects.bulk_create(
        Gift(**giving.gift_fields(status="received", supporter=first.supporter, given_on=day, payment=f"many_{number}"))
        for number, day in enumerate(days)
    )
    LedgerEntry.objects.bulk_create(
        LedgerEntry(kind="gift", amount=2500, currency="GBP", day=gift.given_on, key=f"many:{gift.pk}", provider="sandbox",
                    gift=gift, appeal=gift.appeal, reason="a test")
        for gift in made
    )  # fmt: skip
    client = signed_in(ADA)
    for page in (1, 4, many // history.A_PAGE):
        tree, _said = seen(client, f"/portal/giving/?page={page}", queries=9)
        assert sum(1 for row in tree.iter("tr") if "portal-table__row" in (row.get("class") or "")) == history.A_PAGE
    assert client.get("/portal/giving/gifts.csv").content.count(b"\n") == many + 2


def test_gifts_of_a_joined_address_are_there_too():
    gave()
    gift_of("other@example.org", minor=4400)
    _tree, said = seen(signed_in(ADA, "other@example.org"), "/portal/giving/")
    assert "£25" in said and "£44" in said


# --- one gift and its receipt -------------------------------------------------------------------------
def test_a_gifts_page_says_all_of_it():
    gift = gave(6000)
    Dedication.objects.create(gift=gift, kind="honour", name="Grandmother", message="with love")
    _tree, said = seen(signed_in(ADA), f"/portal/giving/{gift.reference}/", queries=9)
    for words in ("£60 on", "Received", "In honour of Grandmother", "with love", gift.reference, gift.receipts.get().number):
        assert words in said
    assert "Helps a counsellor sit with someone" in said


def test_a_receipt_is_read_kept_as_a_pdf_and_sent_again_at_most_three_times_a_day():
    gift = gave()
    number, client = gift.receipts.get().number, signed_in(ADA)
    _tree, said = seen(client, f"/portal/giving/receipts/{number}/")
    assert "In force" in said and "Ada Obi" in said and "£25" in said
    pdf = client.get(f"/portal/giving/receipts/{number}/pdf/")
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    for _again in range(5):
        assert client.post(f"/portal/giving/receipts/{number}/send/").status_code == 303
    assert letters.of_receipt(Receipt.objects.get()).filter(data__again=True).count() == 3
    assert {letter.to for letter in Letter.objects.all()} == {ADA}


def test_a_receipt_that_cannot_be_printed_is_still_read(monkeypatch):
    number = gave().receipts.get().number

    def jammed(*_args, **_options):
        raise NotPrintable("no paper")

    monkeypatch.setattr("donations.receipts.pdf", jammed)
    _tree, said = seen(signed_in(ADA), f"/portal/giving/receipts/{number}/pdf/", status=503)
    assert "cannot be printed just now" in said


def test_a_void_receipt_says_so_and_leads_to_the_one_in_its_place(time_machine):
    time_machine.move_to(datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC))
    gift = gave()
    first = gift.receipts.get().number
    returned(gift, 500)
    _tree, said = seen(signed_in(ADA), f"/portal/giving/receipts/{first}/")
    assert "No longer valid" in said
    time_machine.shift(datetime.timedelta(minutes=11))
    letters.receipts_due()
    second = gift.receipts.get(voided_at=None).number
    _tree, said = seen(signed_in(ADA), f"/portal/giving/receipts/{first}/")
    assert f"See {second}" in said
    _tree, said = seen(signed_in(ADA), f"/portal/giving/{gift.reference}/")
    assert "Replaced" in said and second in said


def test_the_portal_speaks_its_givers_language():
    gift = gave()
    gift.supporter.language = "es"
    gift.supporter.save()
    response = signed_in(ADA).get("/portal/giving/")
    assert response["Content-Language"] == "es"
    assert b'<html lang="es"' in response.content
    day = f"{calendar.today().day} de "
    assert day in response.content.decode()


def test_nobody_signed_in_is_sent_to_sign_in_and_back():
    response = Client().get("/portal/giving/?year=2025")
    assert response.status_code == 302
    assert "next=%2Fportal%2Fgiving%2F%3Fyear%3D2025" in response["Location"]
