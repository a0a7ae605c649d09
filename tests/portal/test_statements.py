"""Tax statements in the portal: written by whoever gave, once a year is over; to nobody else they exist."""

import datetime
from collections.abc import Iterator

import pytest
import time_machine

from donations.models import CharityDetails, Statement
from donations.money import Money
from donations.providers import base
from supporters.models import Supporter
from tests import giving
from tests.pages import html_valid, max_queries
from tests.portal.visiting import signed_in

LATER = datetime.datetime(2028, 7, 10, 12, tzinfo=datetime.UTC)
PAGE = "/portal/statements/"


@pytest.fixture
def ada(db, settings) -> Iterator[Supporter]:
    settings.TAX_JURISDICTION = "GB"
    CharityDetails.objects.update(registration="Registered charity 1099126")
    with time_machine.travel(LATER, tick=False):
        yield giving.supporter("ada@example.org", first_name="Ada", last_name="Obi")


def gave(of: Supporter, minor: int = 2500, on: datetime.date = datetime.date(2026, 6, 1), **fields):
    at = datetime.datetime.combine(on, datetime.time(12), datetime.UTC)
    gift = giving.pending_gift(minor, details=giving.details(email=of.email), **fields)
    giving.enter(giving.paid(gift, happened_at=at))
    gift.refresh_from_db()
    return gift


def page(client, path=PAGE, *, status=200, queries=12):
    with max_queries(queries):
        response = client.get(path)
    assert response.status_code == status
    if response["Content-Type"].startswith("text/html"):
        html_valid(response.content)
    return response


def test_a_year_that_is_over_is_written_by_a_press_read_and_kept(ada):
    client = signed_in("ada@example.org")
    gave(ada)
    gave(ada, 1050)
    gave(ada, 700, LATER.date())
    shown = page(client).text
    assert "6 April 2026 to 5 April 2027" in shown and "£35.50" in shown and "Write my statement" in shown
    assert shown.count("<form") - shown.count("account") <= 2 and "can be written from 6 April 2029" in shown
    answer = client.post(PAGE, {"year": "2026"})
    statement = Statement.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"{PAGE}{statement.reference}/")
    read = page(client, answer["Location"]).text
    assert statement.number in read and "1 June 2026" in read and "£10.50" in read and statement.code in read
    pdf = client.get(f"{answer['Location']}pdf/")
    assert pdf["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF")
    assert pdf["Content-Disposition"] == f'attachment; filename="{statement.number}.pdf"'
    assert client.post(PAGE, {"year": "2026"})["Location"] == answer["Location"]
    assert Statement.objects.count() == 1
    assert "Write my statement" not in page(client).text


def test_a_refund_after_issue_is_said_and_the_new_statement_replaces_the_old(ada):
    client = signed_in("ada@example.org")
    gift = gave(ada, 5000)
    client.post(PAGE, {"year": "2026"})
    old = Statement.objects.get()
    giving.enter(
        base.Refunded(happened_at=LATER, payment=gift.payment, refund="re_1", amount=Money(2000, "GBP")), provider="sandbox"
    )
    assert "has changed since" in page(client).text
    assert "No longer valid" in page(client, f"{PAGE}{old.reference}/").text
    client.post(PAGE, {"year": "2026"})
    new = Statement.objects.in_force().get()
    assert new.replaces == old
    assert f"See {new.number}" in page(client, f"{PAGE}{old.reference}/").text
    assert f"Cancels and replaces {old.number}" in page(client, f"{PAGE}{new.reference}/").text
    giving.enter(
        base.Refunded(happened_at=LATER, payment=gift.payment, refund="re_2", amount=Money(3000, "GBP")), provider="sandbox"
    )
    assert "went back to you" in page(client).text


def test_what_is_missing_is_said_kindly_whosever_it_is(ada, settings, caplog):
    settings.TAX_JURISDICTION = "CA"
    CharityDetails.objects.update(registration="123456789 RR 0001", place_of_issue="")
    gave(ada)
    client = signed_in("ada@example.org")
    answer = client.post(PAGE, {"year": "2026"})
    html_valid(answer.content)
    assert answer.status_code == 422
    assert "your postal address" in answer.text and "Some details of our own are missing" in answer.text
    assert "lack place_of_issue" in caplog.text and "Obi" not in caplog.text
    assert not Statement.objects.exists()


@pytest.mark.parametrize("year", ["2028", "2025", "", "x", "9" * 40, "2026\x00", "²"])
def test_a_year_without_gifts_or_still_running_or_no_year_writes_nothing(ada, year):
    gave(ada)
    gave(ada, 700, LATER.date())
    client = signed_in("ada@example.org")
    assert client.post(PAGE, {"year": year}).status_code == (422 if year == "2028" else 404)
    assert not Statement.objects.exists()


def test_anothers_statement_does_not_exist(ada):
    gave(ada)
    signed_in("ada@example.org").post(PAGE, {"year": "2026"})
    statement = Statement.objects.get()
    other = giving.supporter("ben@example.org")
    gave(other)
    stranger = signed_in("ben@example.org")
    for path in (f"{PAGE}{statement.reference}/", f"{PAGE}{statement.reference}/pdf/"):
        assert stranger.get(path).status_code == 404
        none = stranger.get(path.replace(statement.reference, "A" * 22)).text
        assert stranger.get(path).text.replace(statement.reference, "A" * 22) == none


def test_two_addresses_of_one_person_each_have_their_statement(ada):
    gave(ada)
    gave(giving.supporter("a.obi@example.net", first_name="Ada"), 900)
    client = signed_in("ada@example.org", "a.obi@example.net")
    assert "£34.00" in page(client).text
    assert client.post(PAGE, {"year": "2026"})["Location"] == PAGE
    assert sorted(statement.totals["GBP"] for statement in Statement.objects.in_force()) == [900, 2500]


def test_whoever_is_signed_out_is_sent_to_sign_in(ada, client):
    for answer in (client.get(PAGE), client.post(PAGE, {"year": "2026"}), client.get(f"{PAGE}{'A' * 22}/pdf/")):
        assert answer.status_code == 302 and "/portal/sign-in/" in answer["Location"]
