"""Each verb, through Stripe's own library, against the stand-in."""

from datetime import UTC, date, datetime, timedelta

import pytest

from donations.money import Money
from donations.providers.base import (
    Abandoned,
    Failed,
    Method,
    OnItsWay,
    Paid,
    PledgeChanged,
    PledgeEnded,
    PledgeStarted,
    Refunded,
    Refused,
    Skipped,
)
from tests.donations.stripe_stand_in import Desk, asking

BEGUN = datetime(2026, 1, 22, 10, 30, tzinfo=UTC)
VISA = Method(kind="card", label="Visa ending 4242", ends_on=date(2030, 8, 31))


@pytest.fixture
def desk():
    desk = Desk(BEGUN)
    yield desk
    desk.fake.stop()
    assert desk.fake.wrong == []


def of(facts, kind):
    return [fact for fact in facts if isinstance(fact, kind)]


# --- start ------------------------------------------------------------------------------------------
def test_a_single_gift_opens_a_page_that_carries_our_reference_everywhere(desk):
    checkout = desk.provider.start(asking())
    _method, _path, asked = desk.fake.requests[-1]
    assert checkout.url == f"{desk.fake.url}/pay/{checkout.id}"
    assert checkout.expires_at == BEGUN + timedelta(days=1)
    assert asked["client_reference_id"] == asked["metadata"]["reference"] == "GIFT2025"
    assert asked["payment_intent_data"]["metadata"]["reference"] == "GIFT2025"
    assert asked["mode"] == "payment" and asked["submit_type"] == "donate"
    assert asked["adaptive_pricing"] == {"enabled": "false"}
    assert "Ama" not in str(asked)


def test_a_monthly_gift_is_charged_today_and_renews_on_the_same_day(desk):
    pledge = desk.pledge()
    asked = desk.fake.requests[0][2]
    assert asked["mode"] == "subscription" and "trial_end" not in asked["subscription_data"]
    desk.fake.move_to(datetime(2026, 4, 25, tzinfo=UTC))
    days = [fact.due_on for fact in of(desk.news(), Paid)]
    assert days == [date(2026, 2, 22), date(2026, 3, 22), date(2026, 4, 22)]
    assert desk.fake.things[pledge]["metadata"] == {"reference": "GIFT2025", "anchor_day": "22"}


def test_the_same_key_opens_the_same_page_and_another_sum_under_it_is_refused(desk):
    first = desk.provider.start(asking())
    desk.fake.move(hours=3)
    assert desk.provider.start(asking()) == first
    with pytest.raises(Refused, match="IdempotencyError"):
        desk.provider.start(asking(total=Money(2600, "GBP")))
    assert len(desk.fake.of("checkout.session")) == 1


def test_an_answer_lost_on_its_way_is_asked_for_again_and_opens_one_page(desk):
    desk.fake.fault("cut_after")
    desk.provider.start(asking())
    assert len(desk.fake.of("checkout.session")) == 1
    assert len([path for _m, path, _a in desk.fake.requests if path == "/v1/checkout/sessions"]) == 1


@pytest.mark.parametrize(
    ("money", "asked"),
    [
        (Money(500, "JPY"), "500"),
        (Money(5120, "KWD"), "5120"),
        (Money(5000, "UGX"), "500000"),
        (Money(2500, "GBP"), "2500"),
        (Money(100_00, "ISK"), "10000"),
    ],
)
def test_sums_reach_stripe_as_its_currencies_want_them_and_come_back_the_same(desk, money, asked):
    desk.give(total=money)
    assert desk.fake.requests[0][2]["line_items"]["0"]["price_data"]["unit_amount"] == asked
    assert [fact.amount for fact in of(desk.news(), Paid)] == [money]


@pytest.mark.parametrize("money", [Money(5124, "KWD"), Money(10_050, "ISK")])
def test_a_sum_that_cards_cannot_move_is_refused_before_anything_is_asked(desk, money):
    with pytest.raises(Refused, match="steps of"):
        desk.provider.start(asking(total=money))
    assert desk.fake.requests == []


# --- looking up -------------------------------------------------------------------------------------
def test_looking_up_tells_what_the_messages_told(desk):
    checkout = desk.give()
    assert desk.provider.look_up(checkout) == of(desk.news(), Paid)


def test_looking_up_an_open_page_tells_nothing_even_after_a_decline(desk):
    assert desk.provider.look_up(desk.give("declined")) == []


def test_looking_up_a_page_that_is_over_tells_it_was_left(desk):
    checkout = desk.provider.start(asking())
    desk.fake.move(days=2)
    ended = BEGUN + timedelta(days=1)
    assert desk.provider.look_up(checkout.id) == [Abandoned(happened_at=ended, reference="GIFT2025")]


def test_looking_up_a_bank_debit_under_way_says_it_is_on_its_way(desk):
    checkout = desk.give("processing")
    [fact] = desk.provider.look_up(checkout)
    assert isinstance(fact, OnItsWay) and fact.amount == Money(2500, "GBP")
    desk.fake.settle(checkout)
    [fact] = desk.provider.look_up(checkout)
    assert isinstance(fact, Paid) and fact.method == Method(kind="bank_debit", label="Bank account ending 2345")


def test_looking_up_a_monthly_checkout_tells_the_pledge_and_its_first_gift(desk):
    checkout = desk.give(monthly=True)
    session = desk.fake.things[checkout]
    started, paid = desk.provider.look_up(checkout)
    assert started == PledgeStarted(
        happened_at=BEGUN,
        reference="GIFT2025",
        pledge=session["subscription"],
        customer=session["customer"],
        method=VISA,
        next_on=date(2026, 2, 22),
    )
    assert (paid.reference, paid.pledge, paid.bill) == ("GIFT2025", session["subscription"], session["invoice"])


# --- refunds ----------------------------------------------------------------------------------------
def test_refunds_in_parts_are_told_one_by_one_and_the_same_key_refunds_once(desk):
    desk.give()
    [paid] = of(desk.news(), Paid)
    first = desk.provider.refund(paid.payment, Money(1000, "GBP"), "refund-1")
    second = desk.provider.refund(paid.payment, Money(500, "GBP"), "refund-2")
    desk.fake.move(days=3)  # Stripe has forgotten the key by now
    assert desk.provider.refund(paid.payment, Money(1000, "GBP"), "refund-1") == first
    told = {(fact.refund, fact.amount.minor, fact.payment) for fact in of(desk.news(), Refunded)}
    assert told == {(first.id, 1000, paid.payment), (second.id, 500, paid.payment)}


def test_more_than_is_left_is_refused(desk):
    desk.give()
    [paid] = of(desk.news(), Paid)
    desk.provider.refund(paid.payment, Money(2000, "GBP"), "refund-1")
    with pytest.raises(Refused, match="charge_already_refunded"):
        desk.provider.refund(paid.payment, Money(501, "GBP"), "refund-2")


# --- promises ---------------------------------------------------------------------------------------
def test_another_amount_is_charged_from_the_next_gift_on_and_nothing_now(desk):
    pledge = desk.pledge()
    changed = desk.provider.change(pledge, Money(4000, "GBP"), 22, "change-1")
    assert changed == PledgeChanged(
        happened_at=BEGUN, pledge=pledge, amount=Money(4000, "GBP"), anchor_day=22, next_on=date(2026, 2, 22), method=VISA
    )
    assert of(desk.news(), Paid) == []
    desk.fake.move(days=32)
    assert [(fact.amount.minor, fact.due_on) for fact in of(desk.news(), Paid)] == [(4000, date(2026, 2, 22))]


@pytest.mark.parametrize(
    ("day", "next_days"),
    [
        (5, [date(2026, 2, 5), date(2026, 3, 5), date(2026, 4, 5)]),
        (28, [date(2026, 2, 28), date(2026, 3, 28), date(2026, 4, 28)]),
        (31, [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]),
    ],
)
def test_another_day_moves_every_later_gift_and_charges_nothing_now(desk, day, next_days):
    pledge = desk.pledge()
    changed = desk.provider.change(pledge, Money(2500, "GBP"), day, "change-1")
    assert (changed.anchor_day, changed.next_on) == (day, next_days[0])
    paid = of(desk.news(), Paid)
    for _ in range(5 * len(next_days)):
        desk.fake.move(days=7)
        paid += of(desk.news(), Paid)
    assert [fact.due_on for fact in paid][: len(next_days)] == next_days


def test_a_day_that_is_past_in_the_month_of_the_next_gift_is_taken_in_the_month_after(desk):
    pledge = desk.pledge()
    desk.fake.move_to(datetime(2026, 2, 10, tzinfo=UTC))
    assert desk.provider.change(pledge, Money(2500, "GBP"), 5, "change-1").next_on == date(2026, 3, 5)


def test_a_pause_charges_nothing_before_its_day_and_the_gift_of_that_day_again(desk):
    pledge = desk.pledge()
    paused = desk.provider.pause(pledge, date(2026, 4, 22), "pause-1")
    assert (paused.paused_until, paused.next_on) == (date(2026, 4, 22), date(2026, 4, 22))
    assert desk.fake.things[pledge]["status"] == "active"
    desk.fake.move_to(datetime(2026, 5, 23, tzinfo=UTC))
    news = desk.news()
    assert [fact.due_on for fact in of(news, Skipped)] == [date(2026, 2, 22), date(2026, 3, 22)]
    assert [fact.due_on for fact in of(news, Paid)] == [date(2026, 4, 22), date(2026, 5, 22)]
    assert of(news, PledgeChanged)[-1].paused_until is None


def test_a_skip_leaves_out_one_gift_however_often_it_is_asked_under_one_key(desk):
    pledge = desk.pledge()
    first = desk.provider.skip(pledge, "skip-1")
    assert first.next_on == date(2026, 3, 22)
    desk.fake.move(days=2)
    assert desk.provider.skip(pledge, "skip-1").next_on == date(2026, 3, 22)
    assert desk.provider.skip(pledge, "skip-2").next_on == date(2026, 4, 22)
    desk.fake.move_to(datetime(2026, 4, 23, tzinfo=UTC))
    assert [fact.due_on for fact in of(desk.news(), Paid)] == [date(2026, 4, 22)]


def test_resuming_ends_a_pause_and_keeps_the_usual_day(desk):
    pledge = desk.pledge()
    desk.provider.pause(pledge, date(2026, 9, 1), "pause-1")
    desk.fake.move_to(datetime(2026, 3, 1, tzinfo=UTC))
    resumed = desk.provider.resume(pledge, "resume-1")
    assert (resumed.paused_until, resumed.next_on) == (None, date(2026, 3, 22))
    desk.fake.move_to(datetime(2026, 3, 23, tzinfo=UTC))
    assert [fact.due_on for fact in of(desk.news(), Paid)] == [date(2026, 3, 22)]


def test_a_pause_sets_aside_a_gift_that_is_still_being_tried(desk):
    pledge = desk.pledge()
    desk.fake.behaviour[pledge] = "declined"
    desk.fake.move_to(datetime(2026, 2, 23, tzinfo=UTC))
    assert of(desk.news(), Failed)
    desk.provider.pause(pledge, date(2026, 6, 1), "pause-1")
    desk.fake.behaviour[pledge] = "succeeds"
    desk.fake.move_to(datetime(2026, 5, 31, tzinfo=UTC))
    news = desk.news()
    assert of(news, Paid) == []
    assert len(of(news, Skipped)) == 4


@pytest.mark.parametrize(
    "verb",
    [
        lambda desk, pledge: desk.provider.pause(pledge, date(2026, 3, 1), "pause-1"),
        lambda desk, pledge: desk.provider.cancel(pledge, "cancel-1"),
        None,
    ],
)
def test_a_bill_in_its_hour_as_a_draft_is_not_charged_after_a_pause_or_an_end(desk, verb):
    pledge = desk.pledge()
    desk.fake.move_to(datetime(2026, 2, 22, 11, 0, tzinfo=UTC))
    assert desk.fake.things[desk.fake.things[pledge]["latest_invoice"]]["status"] == "draft"
    if verb:
        verb(desk, pledge)
    desk.fake.move(days=2)
    assert len(of(desk.news(), Paid)) == (0 if verb else 1)  # None is the control


def test_ending_is_final_and_told_alike_a_second_time(desk):
    pledge = desk.pledge()
    ended = desk.provider.cancel(pledge, "cancel-1")
    assert ended == PledgeEnded(happened_at=BEGUN, pledge=pledge, reason="asked")
    desk.fake.move(days=70)
    assert desk.provider.cancel(pledge, "cancel-2") == ended
    assert desk.news() == [ended]
    for verb in (
        lambda: desk.provider.resume(pledge, "resume-1"),
        lambda: desk.provider.change(pledge, Money(100, "GBP"), 1, "change-1"),
        lambda: desk.provider.new_card(pledge, "https://hope.example.org/", "card-1"),
    ):
        with pytest.raises(Refused, match="has ended"):
            verb()


def test_a_new_card_pays_the_next_gift_and_the_newest_card_wins(desk):
    pledge = desk.pledge()
    addresses = []
    for step, last4 in enumerate(("1111", "5555")):
        addresses.append(desk.provider.new_card(pledge, "https://hope.example.org/gifts/", f"card-{step}"))
        desk.fake.pay(addresses[-1].rsplit("/", 1)[1], card={"last4": last4, "exp_year": 2031})
        desk.fake.move(minutes=5)
    assert addresses[0] != addresses[1] and desk.fake.things[pledge]["latest_invoice"]
    desk.told = len(desk.fake.events)
    older, newer = [event for event in desk.fake.events if event["type"] == "checkout.session.completed"][-2:]
    changed = desk.tell([newer, older])
    assert [fact.method.label for fact in changed] == ["Visa ending 5555", "Visa ending 5555"]
    assert changed[0].method.ends_on == date(2031, 8, 31)
    desk.fake.move_to(datetime(2026, 2, 23, tzinfo=UTC))
    assert [fact.method.label for fact in of(desk.news(), Paid)] == ["Visa ending 5555"]
