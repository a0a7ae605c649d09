"""Refunds: four eyes above a sum, once at the provider whatever fails, never more than is left."""

import datetime
import os
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from donations import bookkeeping, providers, refunds
from donations.models import Gift, LedgerEntry, RefundRequest
from donations.models.refunds import REFUND_MOVES, RefundState
from donations.models.steps import NotAllowed
from donations.money import Money
from donations.providers import base
from tests import factories as make
from tests import giving

pytestmark = pytest.mark.django_db


class Provider:
    """A provider that keeps to the rule of keys: the same key, the same refund."""

    def __init__(self) -> None:
        self.refunds: dict[str, base.Refund] = {}
        self.calls: list[tuple[str, Money, str]] = []
        self.trouble: Exception | None = None
        self.lost_answer = False
        self.book: list[base.Movement] = []
        self.in_transaction: list[bool] = []

    def refund(self, payment: str, amount: Money, key: str) -> base.Refund:
        self.in_transaction.append(connection.in_atomic_block)
        self.calls.append((payment, amount, key))
        if self.trouble:
            raise self.trouble
        made = self.refunds.setdefault(key, base.Refund(f"re_{len(self.refunds) + 1}", amount))
        if self.lost_answer:
            raise base.ProviderUnavailable("the answer was lost")
        return made

    def movements(self, since: datetime.datetime, until: datetime.datetime) -> list[base.Movement]:
        return [line for line in self.book if since <= line.happened_at <= until]


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Provider:
    made = Provider()
    monkeypatch.setattr(providers, "named", lambda name: made)
    return made


@pytest.fixture
def people(db: None) -> tuple[Any, Any]:
    return make.staff("Fundraising"), make.staff("Finance")


def told(gift: Gift, request: RefundRequest) -> None:
    """Let the provider's message of a refund come."""
    giving.enter(
        base.Refunded(happened_at=timezone.now(), payment=gift.payment, refund=request.there, amount=request.total),
        provider=gift.provider,
    )


def test_a_small_refund_goes_to_the_provider_at_once_and_the_ledger_waits_for_its_word(provider: Provider, people: Any):
    gift = giving.received_gift(2500)
    request = refunds.ask(gift, Money(1000, "GBP"), "Gave twice by mistake", people[0])
    assert (request.state, request.there) == (RefundState.SENT, "re_1")
    assert provider.calls == [(gift.payment, Money(1000, "GBP"), request.key)]
    assert not LedgerEntry.objects.filter(kind="refund").exists()
    told(gift, request)
    assert refunds.send_due() == 1
    request.refresh_from_db()
    assert request.state == RefundState.DONE
    assert bookkeeping.remaining(gift) == Money(1500, "GBP")


def test_a_large_refund_waits_for_a_second_person_who_is_another(provider: Provider, people: Any):
    gift = giving.received_gift(10_001)
    asked, finance = people
    request = refunds.ask(gift, Money(10_001, "GBP"), "Gave twice", asked)
    assert request.state == RefundState.ASKED
    assert refunds.send_due() == 0
    assert not provider.calls
    with pytest.raises(NotAllowed):
        refunds.approve(request, asked)
    assert not provider.calls
    assert refunds.approve(request, finance).state == RefundState.SENT
    assert len(provider.calls) == 1
    with pytest.raises(NotAllowed):
        refunds.approve(request, finance)


@pytest.mark.parametrize("amount,state", [(10_000, RefundState.SENT), (10_001, RefundState.ASKED)])
def test_the_limit_itself_needs_no_second_person(provider: Provider, people: Any, amount: int, state: str):
    assert refunds.ask(giving.received_gift(20_000), Money(amount, "GBP"), "Asked", people[0]).state == state


def test_several_small_refunds_of_a_gift_count_as_one_large(provider: Provider, people: Any):
    gift = giving.received_gift(20_000)
    first = refunds.ask(gift, Money(6000, "GBP"), "One", people[0])
    assert refunds.ask(gift, Money(4000, "GBP"), "Two", people[0]).state == RefundState.SENT
    assert refunds.ask(gift, Money(1, "GBP"), "Three", people[0]).state == RefundState.ASKED
    told(gift, first)
    assert refunds.ask(gift, Money(1, "GBP"), "Four", people[0]).state == RefundState.ASKED


def test_the_limit_is_in_each_currencys_own_units_and_can_be_nothing(settings: Any):
    assert refunds.four_eyes_above("GBP") == Money(10_000, "GBP")
    assert refunds.four_eyes_above("JPY") == Money(100, "JPY")
    assert refunds.four_eyes_above("KWD") == Money(100_000, "KWD")
    settings.REFUND_FOUR_EYES_ABOVE = Decimal(0)
    assert refunds.four_eyes_above("GBP") == Money(0, "GBP")


@pytest.mark.parametrize(
    "typed,starts", [("50", True), ("0", True), ("99.5", True), ("lots", False), ("-1", False), ("1e3", False)]
)
def test_a_limit_that_is_no_sum_keeps_the_site_from_starting(typed: str, starts: bool):
    started = subprocess.run(
        [sys.executable, "-c", "import hope_site.settings"],
        env={**os.environ, "REFUND_FOUR_EYES_ABOVE": typed},
        capture_output=True,
        check=False,
    )
    assert (started.returncode == 0) is starts
    assert (b"REFUND_FOUR_EYES_ABOVE is a sum" in started.stderr) is not starts


def test_refunds_under_way_count_against_what_is_left(provider: Provider, people: Any):
    gift = giving.received_gift(20_000)
    first = refunds.ask(gift, Money(15_000, "GBP"), "Asked for", people[0])
    assert refunds.left(gift) == Money(5000, "GBP")
    with pytest.raises(NotAllowed, match=r"more than the 50\.00 GBP"):
        refunds.ask(gift, Money(5001, "GBP"), "Too much", people[0])
    refunds.refuse(first, "Not theirs")
    assert refunds.left(gift) == Money(20_000, "GBP")


def test_a_refund_in_the_ledger_is_not_counted_twice_while_its_row_is_behind(provider: Provider, people: Any):
    gift = giving.received_gift(2500)
    request = refunds.ask(gift, Money(1000, "GBP"), "Half", people[0])
    told(gift, request)
    assert RefundRequest.objects.get().state == RefundState.SENT
    assert refunds.left(gift) == Money(1500, "GBP")


@pytest.mark.parametrize(
    "amount,currency,reason", [(2501, "GBP", "x"), (0, "GBP", "x"), (-1, "GBP", "x"), (5, "USD", "x"), (5, "GBP", " ")]
)
def test_impossible_refunds_are_refused_and_leave_no_row(
    provider: Provider, people: Any, amount: int, currency: str, reason: str
):
    gift = giving.received_gift(2500)
    with pytest.raises(NotAllowed):
        refunds.ask(gift, Money(amount, currency), reason, people[0])
    assert not RefundRequest.objects.exists()
    assert not provider.calls


def test_nothing_goes_back_of_a_gift_that_never_came(provider: Provider, people: Any):
    with pytest.raises(NotAllowed, match="nothing has come"):
        refunds.ask(giving.pending_gift(), Money(100, "GBP"), "Please", people[0])


def test_a_provider_that_is_away_is_asked_again_with_the_same_key(provider: Provider, people: Any):
    provider.trouble = base.ProviderUnavailable("no answer")
    request = refunds.ask(giving.received_gift(), Money(2500, "GBP"), "Asked", people[0])
    assert request.state == RefundState.APPROVED
    assert "no answer" in request.said
    assert refunds.send_due() == 0  # not due yet: it was tried a moment ago
    assert len(provider.calls) == 1
    provider.trouble = None
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=3), tick=False):
        assert refunds.send_due() == 1
    assert {key for _payment, _amount, key in provider.calls} == {request.key}
    assert RefundRequest.objects.get().state == RefundState.SENT


def test_a_lost_answer_does_not_send_the_money_twice(provider: Provider, people: Any):
    provider.lost_answer = True
    refunds.ask(giving.received_gift(), Money(2500, "GBP"), "Asked", people[0])
    provider.lost_answer = False
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=3), tick=False):
        refunds.send_due()
    assert len(provider.calls) == 2
    assert len(provider.refunds) == 1
    assert RefundRequest.objects.get().there == "re_1"


def test_a_key_that_may_be_forgotten_is_looked_for_in_the_providers_book_first(provider: Provider, people: Any):
    gift = giving.received_gift()
    provider.lost_answer = True
    request = refunds.ask(gift, Money(2500, "GBP"), "Asked", people[0])
    now = timezone.now()
    fact = base.Refunded(happened_at=now, payment=gift.payment, refund="re_1", amount=request.total)
    provider.book = [base.Movement(kind="refund", id="re_1", amount=-request.total, happened_at=now, facts=(fact,))]
    provider.refunds.clear()  # a day later the provider has forgotten the key
    with time_machine.travel(now + datetime.timedelta(hours=30), tick=False):
        assert refunds.send_due() == 1
    assert len(provider.calls) == 1  # the control: asked again it would have paid a second time
    assert RefundRequest.objects.get().there == "re_1"


def test_a_providers_refusal_ends_the_refund_and_frees_the_sum(provider: Provider, people: Any):
    provider.trouble = base.Refused("charge already refunded")
    gift = giving.received_gift()
    request = refunds.ask(gift, Money(2500, "GBP"), "Asked", people[0])
    assert request.state == RefundState.REFUSED
    assert "already refunded" in request.said
    assert refunds.left(gift) == Money(2500, "GBP")


def test_a_sent_refund_can_be_given_up_only_while_the_ledger_has_no_line_of_it(provider: Provider, people: Any):
    gift = giving.received_gift()
    request = refunds.ask(gift, Money(2500, "GBP"), "Asked", people[0])
    told(gift, request)
    with pytest.raises(NotAllowed, match="the ledger says so"):
        refunds.refuse(request, "The bank says no")


def test_an_offline_gift_is_refunded_by_hand_through_the_one_handler(people: Any):
    gift = giving.received_gift(2500)
    Gift.objects.filter(pk=gift.pk).update(provider="offline", payment="offline-1")
    gift.refresh_from_db()
    request = refunds.ask(gift, Money(2500, "GBP"), "Cheque bounced", people[0])
    assert request.state == RefundState.DONE
    line = LedgerEntry.objects.get(kind="refund")
    assert (line.amount, line.by, line.reason) == (-2500, people[0], "Cheque bounced")
    gift.refresh_from_db()
    assert gift.status == "refunded"


def test_the_database_itself_refuses_one_person_in_both_parts(people: Any):
    fields = {"gift": giving.received_gift(), "amount": 1, "currency": "GBP", "reason": "x", "asked_by": people[0]}
    with pytest.raises(IntegrityError, match=r"refund_approved_by_another|CHECK"), transaction.atomic():
        RefundRequest.objects.create(**fields, state="approved", approved_by=people[0])
    with pytest.raises(IntegrityError, match=r"refund_seen_by_four_eyes|CHECK"), transaction.atomic():
        RefundRequest.objects.create(**fields, state="approved", four_eyes=True)
    RefundRequest.objects.create(**fields, state="approved", approved_by=people[1])  # the control


def test_the_moves_are_those_of_the_table_and_ends_are_final():
    assert set(REFUND_MOVES) == set(RefundState)
    assert not REFUND_MOVES[RefundState.REFUSED]
    assert REFUND_MOVES[RefundState.DONE] == {RefundState.REFUSED}, "money may come back"
    request = RefundRequest(state=RefundState.REFUSED)
    with pytest.raises(NotAllowed):
        request.step(RefundState.APPROVED)


@pytest.mark.django_db(transaction=True)
def test_the_provider_is_asked_outside_any_transaction(provider: Provider):
    asked, finance = make.staff("Fundraising"), make.staff("Finance")
    refunds.ask(giving.received_gift(), Money(2500, "GBP"), "Asked", asked)
    refunds.approve(refunds.ask(giving.received_gift(20_000), Money(20_000, "GBP"), "Asked", asked), finance)
    assert provider.in_transaction == [False, False]
