"""What a gift's or a pledge's messages end in does not depend on their order or on how often they come."""

import datetime
import itertools
import math
import random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from donations import notices, providers
from donations.models import ProviderNotice
from donations.money import Money
from donations.providers import base
from tests import giving
from tests.donations import proving
from tests.donations.proving import at, bill, changed, failed, paid, renewal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def teller(monkeypatch):
    provider = proving.Teller()
    monkeypatch.setattr(providers, "named", lambda name: provider)
    return provider


def pounds(minor):
    return Money(minor, "GBP")


# --- lives ------------------------------------------------------------------------------------------
def tries_of(gift):
    """The giver's first try was declined on the page, the second went by bank debit."""
    about = {"reference": gift.reference}
    return {
        "declined": base.Failed(happened_at=at(0), attempt="one", reason="declined", **about),
        "on its way": base.OnItsWay(happened_at=at(1), payment=f"pay_{gift.reference}", amount=gift.total, **about),
        "bank refused": base.Failed(happened_at=at(48), attempt="two", reason="bank_refused", **about),
    }


def money_of(gift):
    payment = f"pay_{gift.reference}"
    return {
        "paid": paid(gift, 50),
        "fee": base.FeeTaken(happened_at=at(50), payment=payment, amount=pounds(55), key="fee"),
        "refund": base.Refunded(happened_at=at(60), payment=payment, refund="re_1", amount=pounds(700)),
        "second refund": base.Refunded(happened_at=at(61), payment=payment, refund="re_2", amount=pounds(300)),
        "rest refunded": base.Refunded(happened_at=at(62), payment=payment, refund="re_3", amount=pounds(1500)),
        "refund came back": base.RefundFailed(
            happened_at=at(75), payment=payment, refund="re_1", amount=pounds(700), refunded_at=at(60)
        ),
        "rest came back": base.RefundFailed(
            happened_at=at(90), payment=payment, refund="re_3", amount=pounds(1500), refunded_at=at(62)
        ),
        "paid out": base.PaidOut(happened_at=at(64), payout="po_1", amount=pounds(2445), arrives_on=proving.day(4)),
        "payout came back": base.PayoutFailed(happened_at=at(100), payout="po_1", amount=pounds(2445), paid_at=at(64)),
        "disputed": base.DisputeOpened(
            happened_at=at(70), payment=payment, dispute="dp_1", amount=pounds(2500), reason="fraudulent"
        ),
        "won": base.DisputeClosed(happened_at=at(90), payment=payment, dispute="dp_1", amount=pounds(2500), won=True),
        "lost": base.DisputeClosed(happened_at=at(90), payment=payment, dispute="dp_1", amount=pounds(2500), won=False),
        "disputed again": base.DisputeOpened(
            happened_at=at(95), payment=payment, dispute="dp_2", amount=pounds(900), reason="general"
        ),
        "lost again": base.DisputeClosed(happened_at=at(99), payment=payment, dispute="dp_2", amount=pounds(900), won=False),
    }


SINGLE = {
    "refunded twice, dispute won": ["on its way", "paid", "fee", "refund", "second refund", "disputed", "won"],
    "declined first, dispute lost": ["declined", "on its way", "paid", "fee", "refund", "disputed", "lost"],
    "refunded whole": ["declined", "on its way", "paid", "fee", "refund", "second refund", "rest refunded"],
    "a refund and a payout come back": ["paid", "refund", "second refund", "refund came back", "paid out", "payout came back"],
    "refunded whole, the last came back": ["paid", "fee", "refund", "second refund", "rest refunded", "rest came back"],
    "two disputes": ["paid", "fee", "refund", "disputed", "won", "disputed again", "lost again"],
    "refused by the bank, then paid": ["declined", "on its way", "bank refused", "paid", "fee", "disputed", "lost"],
    "never paid": ["declined", "on its way", "bank refused"],
}


def single_life(name):
    gift = giving.pending_gift(details=giving.details(email="ada@example.org"))
    facts = tries_of(gift) | money_of(gift)
    return [facts[step] for step in SINGLE[name]]


def card(label, month):
    return base.Method(kind="card", label=label, ends_on=datetime.date(2026, month, 28))


OLD, NEW = card("Visa ending 1111", 6), card("Visa ending 2222", 12)
MONTHLY = {
    "changed, failed twice, paid": "started first changed failed failed-again second card-ending",
    "changed twice between two charges": "started first changed second-new changed-again third refunded",
    "skipped and ended": "started first failed skipped third ended changed",
    "refunded and paused": "started first second refunded paused resumed ended",
    "a card ends after the pledge": "first started card-ending new-card failed ended second",
    "confirmed with the bank": "started first on-its-way confirm second ended fee",
    "skipped though on its way": "started first on-its-way skipped changed third ended",
}


def monthly_life(name):
    gift = giving.pending_gift(frequency="monthly", fee_cover=100, details=giving.details(email="ada@example.org"))
    month = 28 * 24
    facts = {
        "started": base.PledgeStarted(
            happened_at=at(0), reference=gift.reference, pledge="promise", customer="cus", method=OLD, next_on=proving.day(28)
        ),
        "first": paid(gift, 0.1, method=OLD),
        "changed": changed("promise", 3000, 100, method=OLD, next_on=proving.day(30), anchor_day=4),
        "changed-again": changed("promise", 1500, 2 * month - 5, next_on=proving.day(56)),
        "failed": failed(2, month, next_try_on=proving.day(30)),
        "failed-again": failed(2, month + 72, attempt="b"),
        "second": renewal(2, month + 90, fee=pounds(30)),
        "second-new": renewal(2, month + 90, 3000),
        "third": renewal(3, 2 * month + 1, 1500 if "twice" in name else 2500),
        "card-ending": base.CardEnding(happened_at=at(month + 100), pledge="promise", method=OLD),
        "new-card": changed("promise", 2500, month + 101, method=NEW),
        "skipped": base.Skipped(happened_at=at(month + 1), **bill(2)),
        "on-its-way": base.OnItsWay(happened_at=at(month), payment="pay_bill_2", amount=pounds(2500), **bill(2)),
        "confirm": failed(2, month - 1, reason="confirmation_needed", confirm_url="https://bank.example/c"),
        "refunded": base.Refunded(happened_at=at(month + 95), payment="pay_bill_2", refund="re", amount=pounds(1000)),
        "paused": changed("promise", 2500, month + 96, paused_until=proving.day(120), next_on=proving.day(120)),
        "resumed": changed("promise", 2500, month + 97, next_on=proving.day(56)),
        "fee": base.FeeTaken(happened_at=at(month + 91), payment="pay_bill_2", amount=pounds(5), key="late fee"),
        "ended": base.PledgeEnded(happened_at=at(3 * month), pledge="promise", reason="asked"),
    }
    return [facts[step] for step in MONTHLY[name].split()]


LIVES = [*((single_life, name) for name in SINGLE), *((monthly_life, name) for name in MONTHLY)]
named = pytest.mark.parametrize(("life", "name"), LIVES, ids=[name for _make, name in LIVES])


# --- orders -----------------------------------------------------------------------------------------
class Differs(AssertionError):
    pass


def end_after(bodies):
    """Deliver messages and return what they end in; nothing of it stays."""
    with transaction.atomic():
        for body in bodies:
            proving.deliver(body)
        end = proving.ending()
        transaction.set_rollback(True)
    return end


def check(end, expected, order, facts):
    if end != expected:
        raise Differs(f"{[proving.plain(facts[i]) for i in order]}: {proving.differences(expected, end)}")


def standing():
    """Return all that what comes next can depend on: the rows, and what became of each message."""
    inbox = ProviderNotice.objects.order_by("notice").values_list("notice", "state", "waits_for")
    return repr((proving.ending(), list(inbox)))


def all_orders(facts, expected, counted, *, merge=True):
    """Go through all orders as a tree: what orders have in common at their beginning is delivered once.

    With `merge`, two beginnings that hold the same messages and left the very same rows go on as one.
    """
    bodies = [proving.message(fact) for fact in facts]
    seen = {}

    def go(order):
        if len(order) == len(bodies):
            check(proving.ending(), expected, order, facts)
            counted.append(1)
            return
        if merge:
            key = (frozenset(order), standing())
            if key in seen:
                counted.extend([1] * math.factorial(len(bodies) - len(order)))
                return
            seen[key] = True
        for number, body in enumerate(bodies):
            if number not in order:
                with transaction.atomic():
                    proving.deliver(body)
                    go([*order, number])
                    transaction.set_rollback(True)

    go([])


def some_orders(facts, expected, count, chance):
    bodies = [proving.message(fact) for fact in facts]
    for _ in range(count):
        order = chance.sample(range(len(bodies)), len(bodies))
        check(end_after([bodies[i] for i in order]), expected, order, facts)


def in_order(facts):
    return end_after([proving.message(fact) for fact in facts])


def test_all_5040_orders_of_a_seven_notice_life_end_alike():
    facts = single_life("refunded twice, dispute won")
    counted = []
    all_orders(facts, in_order(facts), counted)
    assert len(counted) == 5040


@pytest.mark.drill
@named
def test_the_orders_of_every_life_end_alike(life, name, drill_size):
    facts = life(name)
    expected = in_order(facts)
    assert not expected["troubling"]
    if drill_size(0, 1) or len(facts) < 5:
        counted = []
        all_orders(facts, expected, counted)
        assert len(counted) == math.factorial(len(facts))
    else:
        backwards = tuple(reversed(range(len(facts))))
        check(end_after([proving.message(facts[i]) for i in backwards]), expected, backwards, facts)
        some_orders(facts, expected, 6, random.Random(name))


@pytest.mark.drill
def test_no_order_differs_when_each_is_gone_to_its_end(drill_size):
    facts = single_life("two disputes")[: drill_size(4, 7)]
    counted = []
    all_orders(facts, in_order(facts), counted, merge=False)
    assert len(counted) == drill_size(24, 5040)


@named
@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_repeats_and_interleavings_end_alike(life, name, data):
    """Each message comes one to three times, as itself or under another name, among those of another life."""
    with transaction.atomic():
        facts = life(name)
        expected = in_order(facts)
        bodies = [proving.message(fact) for fact in facts]
        again = [body for body in bodies for _ in range(data.draw(st.integers(0, 2)))]
        twins = [proving.message(fact) for fact in facts if data.draw(st.booleans())]
        check(end_after(data.draw(st.permutations(bodies + again + twins))), expected, [], facts)
        transaction.set_rollback(True)


def test_without_the_waiting_list_the_orders_end_differently(monkeypatch):
    monkeypatch.setattr(notices, "_waiting", lambda provider, waits_for: [])
    facts = single_life("refunded twice, dispute won")
    with pytest.raises(Differs):
        some_orders(facts, in_order(facts), 20, random.Random(1))


def test_one_message_that_tells_all_ends_as_many_do():
    facts = single_life("two disputes")
    end = end_after([proving.message(*facts)])
    check(end, in_order(facts), [], facts)


def test_what_is_told_together_and_too_early_is_entered_whole_once_it_can_be():
    facts = single_life("declined first, dispute lost")
    together, first, second = proving.message(*facts[3:]), proving.message(*facts[:2]), proving.message(facts[2])
    expected = in_order(facts)
    for order in itertools.permutations([together, first, second]):
        check(end_after(order), expected, [], facts)
    assert not ProviderNotice.objects.exists()
