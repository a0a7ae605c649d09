"""Gift Aid in the portal: declared in the tax office's words, read again, withdrawn from a day on."""

import datetime

import pytest
import time_machine

from donations import gift_aid
from donations.models import Gift, GiftAidDeclaration, Statement
from donations.money import Money
from donations.statements import issuing
from donations.tax_years import tax_year
from supporters.models import Supporter
from tests import giving
from tests.pages import html_valid, max_queries
from tests.portal.test_statements import LATER, ada, gave
from tests.portal.visiting import signed_in

__all__ = ["ada"]  # a fixture
PAGE = "/portal/gift-aid/"
SAID = {
    "do": "declare", "title": "Dr", "first_name": "Ada", "last_name": "Obi", "house": "2", "address": "Hope Street, Leeds",
    "postcode": "ls62ab", "future": "on",
}  # fmt: skip


def stands(gift):
    (one,) = gift_aid.standings([Gift.objects.get(pk=gift.pk)])
    return one.why


def test_a_declaration_is_kept_in_the_words_that_were_read(ada):
    gave(ada)
    client = signed_in("ada@example.org")
    with max_queries(12):
        shown = client.get(PAGE)
    html_valid(shown.content)
    assert "would add £6.25" in shown.text
    assert client.post(PAGE, SAID).status_code == 303
    kept = GiftAidDeclaration.objects.get()
    assert (kept.title, kept.postcode, kept.future, kept.past_four_years, kept.channel) == (
        "Dr",
        "LS6 2AB",
        True,
        False,
        "portal",
    )
    assert "it is my responsibility to pay any difference" in kept.words and "in the past 4 years" not in kept.words
    read = client.get(PAGE).text
    assert all(sentence in read for sentence in kept.words.splitlines()) and f"wording {kept.version}" in read
    assert "10 July 2028" in read


@pytest.mark.parametrize(
    "change,wrong",
    [
        ({"house": ""}, "house name or number"),
        ({"address": "  "}, "street and town"),
        ({"postcode": "90210"}, "UK postcode"),
        ({"future": ""}, "Please tick"),
        ({"last_name": "x" * 36}, "35"),
        ({"title": "Professor"}, "4"),
        ({"first_name": "Ada\x00"}, "cannot read"),
        ({"first_name": "see www.x.example"}, "web addresses"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(ada, change, wrong):
    client = signed_in("ada@example.org")
    answer = client.post(PAGE, {**SAID, "house": "Rose Cottage", **change})
    html_valid(answer.content)
    assert answer.status_code == 422 and wrong in answer.text
    assert not GiftAidDeclaration.objects.exists()
    if "house" not in change:
        assert "Rose Cottage" in answer.text


@pytest.mark.parametrize(
    "home,house,address,postcode",
    [
        ({"country": "GB", "line1": "12b, Hope Street", "city": "Leeds", "postcode": "LS6 2AB"}, "12b", "Hope Street, Leeds", "LS6 2AB"),
        ({"country": "GB", "line1": "Rose Cottage", "line2": "Hope Street", "city": "Leeds"}, "", "Rose Cottage, Hope Street, Leeds", ""),
        ({"country": "US", "line1": "1 Main St", "city": "Austin", "postcode": "78701"}, "", "", ""),
        ({"lines": ["1 Hope Street"]}, "", "", ""),
    ],
)  # fmt: skip
def test_a_home_that_is_known_need_not_be_typed_again(ada, home, house, address, postcode):
    Supporter.objects.update(address=home)
    page = html_valid(signed_in("ada@example.org").get(PAGE).content)
    shown = {field.get("name"): field.get("value", "") for field in page.iter("input")}
    assert (shown["house"], shown["address"], shown["postcode"]) == (house, address, postcode)


def test_past_gifts_of_four_years_are_claimed_and_their_statement_says_so(ada):
    inside, outside = gave(ada, on=datetime.date(2024, 7, 10)), gave(ada, on=datetime.date(2024, 7, 9))
    year = tax_year(inside.given_on, "GB")
    old = issuing.issue(ada, year)
    client = signed_in("ada@example.org")
    assert client.post(PAGE, {**SAID, "future": "", "past": "on"}).status_code == 303
    assert (stands(inside), stands(outside)) == ("claimable", "no_declaration")
    assert issuing.issue(ada, year).replaces == old
    assert Statement.objects.get(pk=old.pk).voided_because == "Gift Aid"
    assert stands(gave(ada, on=LATER.date())) == "no_declaration"


def test_withdrawing_counts_from_that_day_on_and_not_backwards(ada):
    client = signed_in("ada@example.org")
    client.post(PAGE, SAID)
    with time_machine.travel(LATER + datetime.timedelta(days=30), tick=False):
        before, statement_day = gave(ada, on=datetime.date(2028, 8, 1)), datetime.date(2028, 8, 9)
        client = signed_in("ada@example.org")
        assert client.post(PAGE, {"do": "withdraw"}).status_code == 303
        kept = GiftAidDeclaration.objects.get()
        assert kept.cancelled_on == statement_day
        assert client.post(PAGE, {"do": "withdraw"}).status_code == 303, "a second time changes nothing"
        assert GiftAidDeclaration.objects.get().cancelled_on == kept.cancelled_on
        after = gave(ada, on=statement_day)
        assert (stands(before), stands(after)) == ("claimable", "withdrawn")
        html = client.get(PAGE)
        html_valid(html.content)
        assert "withdrawn from 9 August 2028 on" in html.text and "Make a declaration" in html.text


def test_each_gift_says_why_it_is_or_is_not_claimable(ada, settings):
    signed_in("ada@example.org").post(PAGE, {**SAID, "past": "on"})
    good, dollars = gave(ada), gave(ada, currency="USD")
    old = gave(ada, on=datetime.date(2024, 7, 11))
    back = gave(ada)
    giving.enter(
        giving.base.Refunded(happened_at=LATER, payment=back.payment, refund="re", amount=Money(2500, "GBP")), provider="sandbox"
    )
    assert [stands(gift) for gift in (good, dollars, back, old)] == ["claimable", "currency", "returned", "claimable"]
    with time_machine.travel(datetime.datetime(2029, 4, 5, 12, tzinfo=datetime.UTC), tick=False):
        assert stands(old) == "claimable"
    with time_machine.travel(datetime.datetime(2029, 4, 6, 12, tzinfo=datetime.UTC), tick=False):
        assert stands(old) == "too_late"
    settings.SANDBOX = False
    assert stands(good) == "test"


def test_nothing_of_it_exists_outside_the_uk_and_nobody_is_shown_anothers(ada, settings):
    signed_in("ada@example.org").post(PAGE, SAID)
    giving.supporter("ben@example.org")
    other = signed_in("ben@example.org")
    assert "Obi" not in other.get(PAGE).text
    other.post(PAGE, {"do": "withdraw"})
    assert GiftAidDeclaration.objects.get().cancelled_on is None
    settings.TAX_JURISDICTION = "US"
    assert other.get(PAGE).status_code == other.post(PAGE, SAID).status_code == 404
