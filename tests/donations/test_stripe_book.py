"""Stripe's own book, line by line, against what the messages told."""

from datetime import UTC, datetime, timedelta

import pytest

from donations.money import Money
from donations.providers.base import DisputeClosed, DisputeOpened, FeeTaken, Paid, PaidOut, PayoutFailed, Refunded, RefundFailed
from tests.donations.stripe_stand_in import Desk

BEGUN = datetime(2026, 1, 22, 10, 30, tzinfo=UTC)


@pytest.fixture
def desk():
    desk = Desk(BEGUN)
    yield desk
    desk.fake.stop()
    assert desk.fake.wrong == []


def book(desk, since=BEGUN, until=None):
    return list(desk.provider.movements(since, until or desk.at() + timedelta(seconds=1)))


def a_life(desk):
    """Give once and monthly, renew, refund in parts, dispute and win, pay out; return what the messages told."""
    desk.give()
    first = desk.fake.of("payment_intent")[-1]["id"]
    desk.give(monthly=True, key="attempt-2", reference="GIFT2026")
    desk.fake.move(days=31, hours=2)
    desk.provider.refund(first, Money(1000, "GBP"), "refund-1")
    desk.provider.refund(first, Money(500, "GBP"), "refund-2")
    desk.fake.move(days=1)
    renewal = desk.fake.of("payment_intent")[-1]["id"]
    dispute = desk.fake.dispute(renewal)["id"]
    desk.fake.move(days=1)
    desk.fake.decide(dispute, won=True)
    desk.fake.pay_out()
    return desk.news()


def test_every_line_is_a_movement_signed_as_in_our_ledger_oldest_first(desk):
    a_life(desk)
    lines = book(desk)
    assert [(line.kind, line.amount.minor) for line in lines] == [
        ("gift", 2500),
        ("fee", -55),
        ("gift", 2500),
        ("fee", -55),
        ("gift", 2500),
        ("fee", -55),
        ("refund", -1000),
        ("refund", -500),
        ("dispute", -2500),
        ("fee", -2000),
        ("reversal", 2500),
        ("fee", 2000),
        ("payout", -(7500 - 165 - 1500)),
    ]
    assert [line.happened_at for line in lines] == sorted(line.happened_at for line in lines)
    assert sum(line.amount.minor for line in lines) == 0


def test_what_a_line_would_enter_is_what_the_messages_told(desk):
    told = a_life(desk)
    adopted = [fact for line in book(desk) for fact in line.facts]
    for kind in (Paid, Refunded, DisputeOpened, PaidOut):
        by_message = {fact for fact in told if isinstance(fact, kind)}
        assert {fact for fact in adopted if isinstance(fact, kind)} == by_message
        assert by_message
    assert {(fact.payment, fact.key) for fact in adopted if isinstance(fact, FeeTaken)} == {
        (fact.payment, fact.key) for fact in told if isinstance(fact, FeeTaken)
    }
    assert [fact.won for fact in adopted if isinstance(fact, DisputeClosed)] == [True]


def test_a_movement_is_named_as_the_ledger_names_it(desk):
    a_life(desk)
    names = {(line.kind, line.id.split("_")[0]) for line in book(desk)}
    assert names == {
        ("gift", "pi"),
        ("fee", "pi"),
        ("refund", "re"),
        ("dispute", "dp"),
        ("fee", "dp"),
        ("reversal", "dp"),
        ("payout", "po"),
        ("fee", "txn"),
    }


def test_a_gift_in_another_currency_is_told_in_its_own_and_its_fee_in_the_accounts(desk):
    desk.give(total=Money(3000, "USD"))
    gift, fee = book(desk)
    assert gift.amount == Money(3000, "USD")
    assert fee.amount == Money(-31, "GBP")
    assert gift.facts[0].fee == Money(31, "GBP")


def test_hundreds_of_lines_come_page_by_page_each_once(desk):
    for number in range(130):
        desk.fake.pay(desk.fake.open_checkout(_asked(number))["id"])
        desk.fake.move(seconds=60)
    lines = [line for line in book(desk) if line.kind == "gift"]
    assert len({line.id for line in lines}) == len(lines) == 130
    asked = [asked for _m, path, asked in desk.fake.requests if path == "/v1/balance_transactions"]
    assert len(asked) == 2


def _asked(number):
    price = {"currency": "gbp", "unit_amount": "500", "product_data": {"name": "A gift"}}
    return {
        "mode": "payment",
        "success_url": "https://hope.example.org/",
        "client_reference_id": f"G{number}",
        "payment_intent_data": {"metadata": {"reference": f"G{number}"}},
        "line_items": {"0": {"price_data": price, "quantity": "1"}},
    }


def test_only_the_time_asked_for_is_told(desk):
    desk.give()
    desk.fake.move(days=1)
    desk.give(key="attempt-2", reference="GIFT2026")
    assert [line.facts[0].reference for line in book(desk, BEGUN + timedelta(hours=1)) if line.kind == "gift"] == ["GIFT2026"]
    assert [line.facts[0].reference for line in book(desk, BEGUN, desk.at()) if line.kind == "gift"] == ["GIFT2025"]


def test_money_that_has_nothing_to_do_with_gifts_is_shown_as_a_fee_of_stripes(desk):
    source = desk.fake.make("payout", "fee", currency="gbp")
    entry = desk.fake.line("stripe_fee", source, -250, 0)
    entry["source"] = None
    [line] = book(desk)
    assert (line.kind, line.id, line.amount, line.facts) == ("fee", entry["id"], Money(-250, "GBP"), ())


def test_a_refund_that_bounced_is_money_that_came_back(desk):
    desk.give()
    refund = desk.provider.refund(desk.fake.of("payment_intent")[-1]["id"], Money(2500, "GBP"), "refund-1")
    desk.fake.bounce(refund.id)
    last = book(desk)[-1]
    assert (last.kind, last.id, last.amount.minor) == ("reversal", refund.id, 2500)
    assert [type(fact) for fact in last.facts] == [RefundFailed]


def test_a_payout_that_came_back_is_a_line_of_its_own(desk):
    desk.give()
    payout = desk.fake.pay_out()["id"]
    desk.fake.return_payout(payout)
    sent, back = book(desk)[-2:]
    assert (sent.kind, sent.id, sent.amount.minor) == ("payout", payout, -2445)
    assert (back.kind, back.id, back.amount.minor) == ("payout", f"failed:{payout}", 2445)
    assert [type(fact) for fact in back.facts] == [PayoutFailed]
