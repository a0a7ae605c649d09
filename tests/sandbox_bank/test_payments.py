"""Money back, fees and starts at the bank: never more than was paid, and each once."""

import datetime
import itertools

import pytest

from sandbox_bank import api, clock, payments
from sandbox_bank.errors import Refused
from sandbox_bank.models import Checkout, Clock
from tests.sandbox_bank import bank

pytestmark = pytest.mark.django_db
D = datetime.date.fromisoformat


@pytest.fixture(autouse=True)
def _away(no_door):
    """No test here needs the shop."""


@pytest.mark.parametrize("parts", list(itertools.permutations([1000, 1500, 1])))
def test_refunds_never_exceed_what_was_paid(parts):
    payment = bank.paid()
    done = 0
    for number, minor in enumerate(parts):
        if done + minor <= 2500:
            api.refund(payment.ref, minor, "GBP", f"k{number}")
            done += minor
        else:
            with pytest.raises(Refused, match="is left"):
                api.refund(payment.ref, minor, "GBP", f"k{number}")
    assert sum(body["data"]["minor"] for body in bank.told("payment.refunded")) == done <= 2500


def test_a_refund_asked_twice_is_made_once():
    payment = bank.paid()
    assert api.refund(payment.ref, 2500, "GBP", "k") == api.refund(payment.ref, 2500, "GBP", "k")
    assert len(bank.told("payment.refunded")) == 1


def test_only_money_that_came_can_be_refunded():
    with pytest.raises(Refused):
        api.refund(bank.paid(debit=True).ref, 100, "GBP", "k1")
    with pytest.raises(Refused, match="no payment"):
        api.refund(bank.paid().ref, 100, "USD", "k2")


@pytest.mark.parametrize("won", [True, False])
def test_a_dispute_takes_the_money_and_winning_returns_it(won):
    payment = bank.paid()
    api.refund(payment.ref, 500, "GBP", "k1")
    with clock.at_work() as now:
        dispute = payments.open_dispute(payment, now)
    assert payments.balances() == {"GBP": -58}
    with pytest.raises(Refused):
        api.refund(payment.ref, 100, "GBP", "k2")
    with clock.at_work() as now:
        payments.close_dispute(dispute, won, now)
    assert payments.balances() == {"GBP": 1942 if won else -58}
    assert bank.told("dispute.closed")[0]["data"]["won"] is won


def test_a_payout_empties_what_is_held_currency_by_currency():
    bank.paid()
    bank.paid(minor=1000, currency="JPY")
    with clock.at_work() as now:
        made = payments.pay_out(now)
        assert payments.pay_out(now) == []
    assert {(payout.currency, payout.minor) for payout in made} == {("GBP", 2442), ("JPY", 965)}
    assert set(payments.balances().values()) == {0}


@pytest.mark.parametrize(("minor", "fee"), [(1, 1), (20, 20), (100, 22), (2500, 58), (100_000, 1520)])
def test_the_fee_is_one_and_a_half_per_cent_and_twenty(minor, fee):
    assert payments.fee_of(minor) == fee


def test_a_start_asked_twice_is_one_checkout_and_another_request_is_refused():
    asked = bank.request()
    assert api.start("k", asked) == api.start("k", asked)
    with pytest.raises(Refused, match="another checkout"):
        api.start("k", asked | {"minor": 2600})
    assert Checkout.objects.count() == 1
    assert Clock.objects.count() == 1


@pytest.mark.parametrize(
    "ill", [{"minor": 0}, {"minor": True}, {"minor": 25.0}, {"anchor_day": 32}, {"email": None}, {"more": 1}]
)
def test_an_ill_start_is_refused(ill):
    with pytest.raises(Refused):
        api.start("k", bank.request(**ill))
