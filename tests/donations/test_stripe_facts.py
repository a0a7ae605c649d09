"""What each of Stripe's messages tells, word for word."""

from datetime import UTC, date, datetime, timedelta

import pytest

from donations.money import Money
from donations.providers.base import (
    Abandoned,
    CardEnding,
    DisputeClosed,
    DisputeOpened,
    Failed,
    FeeTaken,
    Method,
    Notice,
    OnItsWay,
    Paid,
    PaidOut,
    PayoutFailed,
    PledgeChanged,
    PledgeEnded,
    PledgeStarted,
    Refunded,
    RefundFailed,
    Skipped,
    Upcoming,
)
from tests.donations.stripe_stand_in import Desk, asking

BEGUN = datetime(2026, 1, 22, 10, 30, tzinfo=UTC)
VISA = Method(kind="card", label="Visa ending 4242", ends_on=date(2030, 8, 31))
POUNDS = Money(2500, "GBP")
FEE = Money(55, "GBP")


@pytest.fixture
def desk():
    desk = Desk(BEGUN)
    yield desk
    desk.fake.stop()
    assert desk.fake.wrong == []


def facts_of(desk, kind):
    return desk.tell([desk.last(kind)])


def intent(desk):
    return desk.fake.of("payment_intent")[-1]["id"]


# --- single gifts -----------------------------------------------------------------------------------
def test_a_completed_checkout_is_money_that_came_with_its_fee_and_card(desk):
    desk.give()
    paid = Paid(happened_at=BEGUN, reference="GIFT2025", payment=intent(desk), amount=POUNDS, fee=FEE, method=VISA)
    assert facts_of(desk, "checkout.session.completed") == [paid]
    assert facts_of(desk, "charge.updated") == [FeeTaken(happened_at=BEGUN, payment=intent(desk), amount=FEE, key=intent(desk))]


def test_a_bank_debit_is_first_on_its_way_and_then_came(desk):
    checkout = desk.give("processing")
    assert facts_of(desk, "checkout.session.completed") == [
        OnItsWay(happened_at=BEGUN, reference="GIFT2025", payment=intent(desk), amount=POUNDS)
    ]
    desk.fake.move(days=4)
    desk.fake.settle(checkout)
    [paid] = facts_of(desk, "checkout.session.async_payment_succeeded")
    assert paid.happened_at == BEGUN + timedelta(days=4)
    assert paid.method == Method(kind="bank_debit", label="Bank account ending 2345")


def test_a_bank_debit_that_the_bank_refuses_failed(desk):
    checkout = desk.give("processing")
    desk.fake.settle(checkout, "refused")
    charge = desk.fake.of("charge")[-1]["id"]
    assert facts_of(desk, "checkout.session.async_payment_failed") == [
        Failed(happened_at=BEGUN, reference="GIFT2025", attempt=charge, reason="bank_refused")
    ]


@pytest.mark.parametrize(
    ("how", "reason"),
    [("declined", "declined"), ("insufficient_funds", "insufficient_funds"), ("expired_card", "expired_card")],
)
def test_a_decline_on_the_page_is_told_with_its_reason_and_the_page_stays_open(desk, how, reason):
    checkout = desk.give(how)
    attempt = desk.fake.of("charge")[-1]["id"]
    assert desk.news() == [Failed(happened_at=BEGUN, reference="GIFT2025", attempt=attempt, reason=reason)]
    desk.fake.pay(checkout)
    assert [fact for fact in desk.news() if isinstance(fact, Paid)]


def test_a_page_that_nobody_paid_on_was_left(desk):
    desk.provider.start(asking())
    desk.fake.move(days=1)
    assert desk.news() == [Abandoned(happened_at=BEGUN + timedelta(days=1), reference="GIFT2025")]


@pytest.mark.parametrize(
    ("card", "method"),
    [
        ({"wallet": {"type": "apple_pay"}}, Method(kind="wallet", label="Visa ending 4242")),
        (
            {"display_brand": "mastercard", "last4": "0007"},
            Method(kind="card", label="Mastercard ending 0007", ends_on=VISA.ends_on),
        ),
        ({"exp_month": 2, "exp_year": 2028}, Method(kind="card", label="Visa ending 4242", ends_on=date(2028, 2, 29))),
    ],
)
def test_how_somebody_paid_is_told_as_they_may_read_it(desk, card, method):

    desk.fake.pay(desk.provider.start(asking()).id, card=card)
    assert facts_of(desk, "checkout.session.completed")[0].method == method


def test_a_checkout_of_the_charitys_other_uses_of_stripe_tells_nothing(desk):
    desk.give()
    event = desk.last("checkout.session.completed")
    desk.fake.things[event["data"]["object"]["id"]]["client_reference_id"] = None
    assert desk.tell([event]) == []


# --- promises ---------------------------------------------------------------------------------------
def test_a_monthly_checkout_tells_the_pledge_and_its_first_gift_and_the_bill_tells_the_same_gift(desk):
    checkout = desk.give(monthly=True)
    session = desk.fake.things[checkout]
    pledge, bill = session["subscription"], session["invoice"]
    paid = Paid(
        happened_at=BEGUN,
        reference="GIFT2025",
        pledge=pledge,
        bill=bill,
        due_on=date(2026, 1, 22),
        payment=intent(desk),
        amount=POUNDS,
        fee=FEE,
        method=VISA,
    )
    started = PledgeStarted(
        happened_at=BEGUN,
        reference="GIFT2025",
        pledge=pledge,
        customer=session["customer"],
        method=VISA,
        next_on=date(2026, 2, 22),
    )
    assert facts_of(desk, "checkout.session.completed") == [started, paid]
    assert facts_of(desk, "invoice.paid") == [paid]


def test_a_monthly_gift_by_bank_debit_is_on_its_way_and_then_the_bank_decides(desk):
    checkout = desk.give("processing", monthly=True)
    started, coming = facts_of(desk, "checkout.session.completed")
    assert isinstance(started, PledgeStarted)
    assert isinstance(coming, OnItsWay) and (coming.reference, coming.due_on) == ("GIFT2025", date(2026, 1, 22))
    desk.fake.move(days=4)
    desk.fake.settle(checkout)
    paid = facts_of(desk, "invoice.paid")
    assert facts_of(desk, "checkout.session.async_payment_succeeded")[1:] == paid
    assert (paid[0].bill, paid[0].payment) == (coming.bill, coming.payment)


def test_a_monthly_gift_whose_bank_debit_is_refused_failed_once_by_either_message(desk):
    checkout = desk.give("processing", monthly=True)
    desk.fake.settle(checkout, "refused")
    by_bill, by_page = facts_of(desk, "invoice.payment_failed"), facts_of(desk, "checkout.session.async_payment_failed")
    assert by_bill == by_page
    assert (by_bill[0].reference, by_bill[0].reason, by_bill[0].attempt[-2:]) == ("GIFT2025", "bank_refused", ":1")


def test_a_renewal_is_known_by_pledge_and_bill_not_by_reference(desk):
    pledge = desk.pledge()
    desk.fake.move(days=31, hours=2)
    [paid] = facts_of(desk, "invoice.paid")
    assert (paid.reference, paid.pledge, paid.due_on) == ("", pledge, date(2026, 2, 22))
    assert paid.bill == desk.fake.things[pledge]["latest_invoice"]


def test_a_renewal_is_announced_a_week_before(desk):
    pledge = desk.pledge()
    desk.fake.move_to(datetime(2026, 2, 16, tzinfo=UTC))
    at = BEGUN + timedelta(days=24)
    assert desk.news() == [Upcoming(happened_at=at, pledge=pledge, due_on=date(2026, 2, 22), amount=POUNDS)]


@pytest.mark.parametrize(("month", "told"), [(1, True), (2, True), (3, False)])
def test_a_card_that_ends_before_the_gift_after_next_is_told(desk, month, told):
    pledge = desk.pledge()
    method = desk.fake.things[desk.fake.things[pledge]["default_payment_method"]]
    method["card"] |= {"exp_year": 2026, "exp_month": month}
    desk.fake.move_to(datetime(2026, 2, 16, tzinfo=UTC))
    assert any(isinstance(fact, CardEnding) and fact.pledge == pledge for fact in desk.news()) is told


def test_an_expiring_card_source_is_told_for_each_promise_of_its_payer(desk):
    pledge = desk.pledge()
    customer = desk.fake.things[pledge]["customer"]
    desk.fake.tell("customer.source.expiring", desk.fake.make("card", "card", customer=customer, exp_month=1, exp_year=2026))
    ending = Method(kind="card", label="Visa ending 4242", ends_on=date(2026, 1, 31))
    assert desk.news() == [CardEnding(happened_at=BEGUN, pledge=pledge, method=ending)]


def test_a_failed_renewal_tells_reason_and_next_try_and_then_the_end(desk):
    pledge = desk.pledge()
    desk.fake.behaviour[pledge] = "insufficient_funds"
    desk.fake.move_to(datetime(2026, 3, 10, tzinfo=UTC))
    news = desk.news()
    bill = desk.fake.things[pledge]["latest_invoice"]
    due = BEGUN + timedelta(days=31, hours=1)  # the bill was a draft for an hour
    tries = [fact for fact in news if isinstance(fact, Failed)]
    assert [(fact.attempt, fact.next_try_on, fact.reason) for fact in tries] == [
        (f"{bill}:1", date(2026, 2, 25), "insufficient_funds"),
        (f"{bill}:2", date(2026, 2, 27), "insufficient_funds"),
        (f"{bill}:3", date(2026, 3, 1), "insufficient_funds"),
        (f"{bill}:4", None, "insufficient_funds"),
    ]
    assert tries[0].happened_at == due and tries[0].due_on == date(2026, 2, 22) and tries[0].confirm_url == ""
    ended = PledgeEnded(happened_at=due + timedelta(days=7), pledge=pledge, reason="payments_failed")
    assert news[-1] == ended


def test_a_renewal_that_the_bank_wants_confirmed_leads_to_the_page_for_it(desk):
    pledge = desk.pledge()
    desk.fake.behaviour[pledge] = "confirm"
    desk.fake.move_to(datetime(2026, 2, 23, tzinfo=UTC))
    bill = desk.fake.things[pledge]["latest_invoice"]
    failed, asked = facts_of(desk, "invoice.payment_failed"), facts_of(desk, "invoice.payment_action_required")
    assert failed == asked
    assert failed[0].reason == "confirmation_needed"
    assert failed[0].confirm_url == f"https://invoice.stripe.com/i/{bill}"
    desk.fake.confirm(bill)
    assert [fact.due_on for fact in desk.news() if isinstance(fact, Paid)] == [date(2026, 2, 22)]
    [late] = facts_of(desk, "invoice.payment_action_required")
    assert late.confirm_url == ""


def test_an_old_message_about_a_promise_tells_how_it_stands_now(desk):
    pledge = desk.pledge()
    desk.provider.change(pledge, Money(3000, "GBP"), 22, "change-1")
    old = desk.last("customer.subscription.updated")
    desk.fake.move(minutes=5)
    desk.provider.change(pledge, Money(4000, "GBP"), 22, "change-2")
    assert desk.tell([old]) == [
        PledgeChanged(
            happened_at=desk.at(), pledge=pledge, amount=Money(4000, "GBP"), anchor_day=22, next_on=date(2026, 2, 22), method=VISA
        )
    ]
    ended = desk.provider.cancel(pledge, "cancel-1")
    assert desk.tell([old]) == [ended]


def test_a_promise_paused_by_staff_without_an_end_has_no_next_gift(desk):
    pledge = desk.pledge()
    desk.fake.things[pledge]["pause_collection"] = {"behavior": "void", "resumes_at": None}
    desk.fake.tell("customer.subscription.updated", desk.fake.things[pledge])
    [fact] = desk.news()
    assert (fact.next_on, fact.paused_until) == (None, None)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("cancellation_requested", "asked"),
        ("payment_failed", "payments_failed"),
        ("payment_disputed", "dispute"),
        (None, "other"),
    ],
)
def test_why_a_promise_ended_is_told(desk, theirs, ours):
    pledge = desk.pledge()
    desk.fake.end(desk.fake.things[pledge], theirs)
    assert desk.news() == [PledgeEnded(happened_at=BEGUN, pledge=pledge, reason=ours)]


def test_a_bill_set_aside_is_a_skipped_month(desk):
    pledge = desk.pledge()
    desk.provider.skip(pledge, "skip-1")
    desk.fake.move_to(datetime(2026, 2, 22, 23, tzinfo=UTC))
    bill = desk.fake.things[pledge]["latest_invoice"]
    assert [fact for fact in desk.news() if not isinstance(fact, PledgeChanged)] == [
        Skipped(happened_at=BEGUN + timedelta(days=31), pledge=pledge, bill=bill, due_on=date(2026, 2, 22))
    ]


# --- money that goes --------------------------------------------------------------------------------
def test_refunds_are_told_by_either_message_and_all_of_them_by_the_charges(desk):
    desk.give()
    payment = intent(desk)
    names = [desk.provider.refund(payment, Money(minor, "GBP"), f"refund-{minor}").id for minor in (1000, 500)]
    first, second = (
        Refunded(happened_at=BEGUN, payment=payment, refund=name, amount=Money(minor, "GBP"))
        for name, minor in zip(names, (1000, 500), strict=True)
    )
    assert facts_of(desk, "refund.created") == [second]
    assert sorted(facts_of(desk, "charge.refunded"), key=lambda fact: fact.refund) == [first, second]


def test_a_refund_that_came_back_is_told_with_the_day_it_had_been_sent(desk):
    desk.give()
    name = desk.provider.refund(intent(desk), Money(1000, "GBP"), "refund-1").id
    desk.fake.move(days=9)
    desk.fake.bounce(name)
    known = {"payment": intent(desk), "refund": name, "amount": Money(1000, "GBP"), "refunded_at": BEGUN}
    assert facts_of(desk, "refund.failed") == [RefundFailed(happened_at=desk.at(), **known)]


def test_a_payout_that_came_back_is_told_with_the_day_it_had_been_sent(desk):
    desk.give()
    payout = desk.fake.pay_out()["id"]
    desk.fake.move(days=3)
    desk.fake.return_payout(payout)
    told = PayoutFailed(happened_at=desk.at(), payout=payout, amount=Money(2445, "GBP"), paid_at=BEGUN)
    assert facts_of(desk, "payout.failed") == [told]


@pytest.mark.parametrize("status", ["pending", "requires_action"])
def test_a_refund_that_stripe_has_not_sent_tells_nothing_yet(desk, status):
    desk.give()
    desk.provider.refund(intent(desk), POUNDS, "refund-1")
    event = desk.last("refund.created")
    event["data"]["object"]["status"] = status
    assert desk.tell([event]) == []


@pytest.mark.parametrize("won", [True, False])
def test_a_dispute_takes_the_money_and_its_own_fee_and_is_decided(desk, won):
    desk.give()
    payment = intent(desk)
    dispute = desk.fake.dispute(payment)["id"]
    assert facts_of(desk, "charge.dispute.created") == [
        DisputeOpened(happened_at=BEGUN, payment=payment, dispute=dispute, amount=POUNDS, reason="fraudulent"),
        FeeTaken(happened_at=BEGUN, payment=payment, amount=Money(2000, "GBP"), key=dispute),
    ]
    desk.fake.move(days=40)
    desk.fake.decide(dispute, won=won)
    assert facts_of(desk, "charge.dispute.closed") == [
        DisputeClosed(happened_at=desk.at(), payment=payment, dispute=dispute, amount=POUNDS, won=won)
    ]


def test_a_banks_question_moves_no_money_until_it_becomes_a_dispute(desk):
    desk.give()
    dispute = desk.fake.dispute(intent(desk), question=True)["id"]
    assert facts_of(desk, "charge.dispute.created") == []
    desk.fake.escalate(dispute)
    assert [type(fact) for fact in facts_of(desk, "charge.dispute.funds_withdrawn")] == [DisputeOpened, FeeTaken]


def test_a_question_that_the_bank_drops_tells_nothing(desk):
    desk.give()
    dispute = desk.fake.dispute(intent(desk), question=True)["id"]
    desk.fake.decide(dispute, won=True)
    assert facts_of(desk, "charge.dispute.closed") == []


def test_a_payout_is_told_with_the_day_it_arrives(desk):
    desk.give()
    payout = desk.fake.pay_out()["id"]
    assert facts_of(desk, "payout.paid") == [
        PaidOut(happened_at=BEGUN, payout=payout, amount=Money(2445, "GBP"), arrives_on=date(2026, 1, 24))
    ]


# --- what tells nothing, what asks back -------------------------------------------------------------
def test_a_type_nobody_asked_for_tells_nothing(desk):
    desk.give()
    assert desk.provider.facts(Notice("evt_1", "product.created", {"data": {"object": {}}, "created": 1})) is None
    assert not desk.provider.asks_back(Notice("evt_1", "product.created", {}))


def test_messages_that_ask_back_say_so_and_the_others_are_read_without_the_network(desk):
    desk.pledge()
    desk.fake.behaviour[desk.fake.of("subscription")[0]["id"]] = "confirm"
    desk.fake.move(days=60)
    desk.give("declined", key="attempt-2")
    payment = next(thing["id"] for thing in desk.fake.of("payment_intent") if thing["status"] == "succeeded")
    desk.provider.refund(payment, Money(100, "GBP"), "refund-1")
    desk.fake.decide(desk.fake.dispute(payment)["id"], won=True)
    desk.fake.pay_out()
    read = set()
    for event in desk.fake.events:
        notice = Notice(event["id"], event["type"], event)
        before = len(desk.fake.requests)
        told = desk.provider.facts(notice)
        if not desk.provider.asks_back(notice):
            assert len(desk.fake.requests) == before, notice.kind
        elif told:
            assert len(desk.fake.requests) > before, notice.kind
        if told is not None:
            read.add(notice.kind)
    assert len(read) >= 14
    assert read <= desk.provider.kinds
