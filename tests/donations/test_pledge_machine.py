"""Whatever is done with a pledge and told of it, in whatever order: what must hold, holds after every step."""

import contextlib

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from donations import bookkeeping, instalments, notices, promises, providers
from donations.models import Gift, LedgerEntry, Pledge, ProviderNotice
from donations.models.steps import NotAllowed
from donations.money import Money
from donations.providers import base
from tests import giving
from tests.donations import proving
from tests.donations.proving import at, bill

pytestmark = [pytest.mark.django_db, pytest.mark.drill]
MONTHS = st.integers(2, 6)
MOMENTS = st.integers(1, 4000)
SUMS = st.sampled_from([1500, 2500, 4000])


class Undone(Exception):
    """Ends a run's transaction."""


class PledgeLife(RuleBasedStateMachine):
    """One pledge: verbs of its giver, and facts about it that come early, late, twice and out of order."""

    book = None  # set by the test: where the provider keeps what it was asked

    def __init__(self):
        super().__init__()
        self.stack = contextlib.ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.book.unlink(missing_ok=True)
        self.ended = False
        self.told = []
        self.paid = set()

    def teardown(self):
        with contextlib.suppress(Undone):
            self.stack.__exit__(Undone, Undone(), None)

    @initialize()
    def begin(self):
        self.first = giving.pending_gift(frequency="monthly")

    def tell(self, fact):
        body = proving.message(fact)
        self.told.append(body)
        return proving.deliver(body)

    def pledge(self):
        return Pledge.objects.filter(name_there="promise").first()

    # --- facts ---
    @rule()
    def first_came(self):
        self.tell(proving.paid(self.first))
        self.paid.add("first")

    @rule()
    def started(self):
        self.tell(base.PledgeStarted(happened_at=at(0), reference=self.first.reference, pledge="promise", customer="cus"))

    @rule(month=MONTHS, minor=SUMS)
    def month_came(self, month, minor):
        self.tell(proving.renewal(month, month * 700, minor))

    @rule(month=MONTHS, other=st.integers(10, 12))
    def month_came_under_another_bill(self, month, other):
        self.tell(proving.renewal(other, month * 700, due_on=bill(month)["due_on"]))

    @rule(month=MONTHS, when=MOMENTS, attempt=st.sampled_from("abc"))
    def month_failed(self, month, when, attempt):
        self.tell(proving.failed(month, when, attempt))

    @rule(month=MONTHS, when=MOMENTS)
    def month_skipped(self, month, when):
        self.tell(base.Skipped(happened_at=at(when), **bill(month)))

    @rule(month=MONTHS, when=MOMENTS)
    def month_on_its_way(self, month, when):
        self.tell(base.OnItsWay(happened_at=at(when), payment=f"pay_bill_{month}", amount=Money(2500, "GBP"), **bill(month)))

    @rule(month=MONTHS, number=st.integers(1, 3), minor=st.sampled_from([500, 1000, 2500]))
    def refunded(self, month, number, minor):
        amount = Money(minor, "GBP")
        self.tell(base.Refunded(happened_at=at(4500), payment=f"pay_bill_{month}", refund=f"re_{month}_{number}", amount=amount))

    @rule(month=MONTHS)
    def disputed(self, month):
        about = {"payment": f"pay_bill_{month}", "dispute": f"dp_{month}", "amount": Money(1500, "GBP")}
        self.tell(base.DisputeOpened(happened_at=at(4600), reason="general", **about))

    @rule(month=MONTHS, won=st.booleans())
    def decided(self, month, won):
        about = {"payment": f"pay_bill_{month}", "dispute": f"dp_{month}", "amount": Money(1500, "GBP")}
        self.tell(base.DisputeClosed(happened_at=at(4700), won=won, **about))

    @rule(minor=SUMS, when=MOMENTS, paused=st.booleans())
    def changed(self, minor, when, paused):
        self.tell(proving.changed("promise", minor, when, paused_until=proving.day(90) if paused else None))

    @rule()
    def ended_there(self):
        self.tell(base.PledgeEnded(happened_at=at(3000), pledge="promise", reason="payments_failed"))
        self.ended = self.ended or self.pledge() is not None

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def told_again(self, data):
        proving.deliver(data.draw(st.sampled_from(self.told)))

    @precondition(lambda self: self.told)
    @rule()
    def replayed(self):
        row = ProviderNotice.objects.order_by("-pk").first()
        notices._step(row, "new", "replayed by a test")
        notices.work(row.pk)

    # --- verbs ---
    @precondition(lambda self: self.pledge() is not None)
    @rule(minor=SUMS)
    def change(self, minor):
        self.act(lambda pledge: promises.change(pledge, Money(minor, "GBP")))

    @precondition(lambda self: self.pledge() is not None)
    @rule()
    def skip(self):
        self.act(promises.skip)

    @precondition(lambda self: self.pledge() is not None)
    @rule()
    def cancel(self):
        promises.cancel(self.pledge())
        self.ended = True

    def act(self, verb):
        asked = len(self.provider.asked())
        if self.ended:
            with pytest.raises(NotAllowed):
                verb(self.pledge())
            assert len(self.provider.asked()) == asked, "the provider was asked about a pledge that has ended"
        else:
            verb(self.pledge())
            assert len(self.provider.asked()) == asked + 1

    # --- what must hold ---
    @invariant()
    def the_books_hold(self):
        assert not list(proving.faults_of_the_books())

    @invariant()
    def ended_is_final(self):
        if self.ended:
            pledge = self.pledge()
            assert (pledge.status, pledge.next_on, pledge.paused_until) == ("cancelled", None, None)

    @invariant()
    def all_that_came_is_in_the_ledger_once(self):
        payments = LedgerEntry.objects.filter(kind="gift").values_list("key", flat=True)
        assert set(payments) == {
            f"sandbox:gift:{payment}" for payment in Gift.objects.received().values_list("payment", flat=True)
        }
        assert ("first" in self.paid) == Gift.objects.received().filter(pk=self.first.pk).exists()

    @invariant()
    def the_status_follows_the_months(self):
        pledge = self.pledge()
        if pledge is not None and not self.ended:
            failing = pledge.gifts.filter(status="failed", due_on__isnull=False).exists()
            assert (pledge.status == "past_due") == failing


@pytest.fixture
def machine(monkeypatch, tmp_path):
    provider = proving.Teller(tmp_path / "asked")
    monkeypatch.setattr(providers, "named", lambda name: provider)
    monkeypatch.setattr(PledgeLife, "book", tmp_path / "asked")
    monkeypatch.setattr(PledgeLife, "provider", provider, raising=False)
    return PledgeLife


def run(machine, examples, steps):
    checks = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
    small = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=checks, derandomize=True,
        database=None, phases=[Phase.generate],
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=small)


def test_a_pledge_keeps_its_rules_whatever_happens(machine, drill_size):
    run(machine, drill_size(8, 10_000), drill_size(20, 50))


def unbounded(fact, cause):
    gift = bookkeeping._gift_of_payment(fact.payment, cause)
    bookkeeping.book(cause, "refund", fact.refund, fact.amount, fact.happened_at, gift)
    return bookkeeping._follow_ledger(gift)


def goes_through(machine):
    """Take a life that breaks each rule where its guard is missing; raises AssertionError then."""
    life = machine()
    try:
        life.begin()
        life.first_came()
        life.month_came(2, 2500)
        life.refunded(2, 1, 2500)
        life.refunded(2, 2, 1000)
        life.month_came_under_another_bill(2, 10)
        life.cancel()
        life.changed(4000, 3500, paused=False)
        life.the_books_hold()
        life.ended_is_final()
        life.all_that_came_is_in_the_ledger_once()
    finally:
        life.teardown()
    return True


def test_control_refunds_without_a_bound_are_noticed(machine, monkeypatch):
    assert goes_through(machine)
    monkeypatch.setitem(bookkeeping._HOW, base.Refunded, unbounded)
    with pytest.raises(AssertionError, match="refunded of"):
        goes_through(machine)


def test_control_a_receipt_that_outlives_the_refund_is_noticed(machine, monkeypatch):
    monkeypatch.setattr(bookkeeping.receipts, "void", lambda gift, because: None)
    with pytest.raises(AssertionError, match="receipt in force"):
        goes_through(machine)


def test_control_a_payment_that_is_not_booked_is_noticed(machine, monkeypatch):
    monkeypatch.setattr(bookkeeping, "book", lambda *said: True)
    with pytest.raises(AssertionError, match="in the ledger"):
        goes_through(machine)


def test_control_a_pledge_that_goes_on_after_its_end_is_noticed(machine, monkeypatch):
    end = instalments.ended

    def forgetful(fact, provider):
        outcome = end(fact, provider)
        Pledge.objects.update(status="active", next_on=proving.day(1))
        return outcome

    monkeypatch.setitem(bookkeeping._HOW, base.PledgeEnded, lambda fact, cause: forgetful(fact, cause.provider))
    with pytest.raises(AssertionError):
        goes_through(machine)
