"""The bank's own page: for staff alone, and every button does what it says."""

import datetime

import pytest
from django.test import Client

from sandbox_bank import days
from sandbox_bank.models import Dispute, Payment, Payout, Refund, Schedule
from sandbox_bank.pages.bank import DO, MOVES
from tests import factories
from tests.pages import html_valid, max_queries
from tests.sandbox_bank import bank
from tests.staff import said, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("door")]
BANK = "/sandbox/bank/"


@pytest.fixture
def staff():
    """Give the browser of a member of staff."""
    return signed_in(factories.staff("Finance"))


def press(browser, action, thing=None):
    return browser.post(BANK, {"action": action, "ref": thing.ref if thing else ""}, follow=True)


def buttons(response):
    tree = html_valid(response.content)
    return {button.get("value") for button in tree.iter("button") if button.get("name") == "action"}


def test_strangers_sign_in_first_and_donors_are_turned_away():
    for method in ("get", "post"):
        response = getattr(Client(), method)(BANK)
        assert response.status_code == 302 and response["Location"].startswith("/account/login/?next=")
        assert getattr(signed_in(factories.account()), method)(BANK).status_code == 403


def test_an_empty_bank_says_so(staff):
    response = staff.get(BANK)
    assert response.content.decode().count("None yet.") == 2
    assert "no-store" in response["Cache-Control"]
    html_valid(response.content)


def test_a_full_page_asks_few_questions_however_much_it_shows(staff):
    for number in range(12):
        payment = bank.paid(monthly=True, anchor_day=number + 1)
        if number % 3 == 0:
            press(staff, "dispute", payment)
    with max_queries(16):
        response = staff.get(BANK)
    html_valid(response.content)
    assert len(response.context["schedules"]) == len(response.context["payments"]) == 12


def test_every_button_there_can_be_is_known(staff):
    bank.paid(monthly=True)
    bank.paid(debit=True)
    press(staff, "dispute", bank.paid())
    press(staff, "refund", bank.paid())
    bank.paid()
    press(staff, "pay-out")
    bank.paid()
    shown = buttons(staff.get(BANK))
    assert shown == DO.keys() | MOVES.keys()


def test_moving_the_clock_by_a_month_shows_the_renewal(staff, door):
    bank.set_clock(2027, 1, 22)
    schedule = bank.monthly()
    response = press(staff, "move-month")
    assert "It is now 22 February 2027 at the bank." in said(response)
    assert bank.days_charged(schedule) == ["2027-01-22", "2027-02-22"]
    assert door.kinds == [
        "schedule.started", "payment.paid", "schedule.upcoming", "payment.paid", "schedule.changed",
    ]  # fmt: skip
    assert "Next on 22 March 2027" in response.content.decode()


@pytest.mark.parametrize(
    ("action", "failing"), [("fail", "declined"), ("fail-always", "insufficient_funds"), ("ask", "confirmation_needed")]
)
def test_the_next_charge_fails_as_the_button_says(staff, action, failing):
    bank.set_clock(2027, 1, 22)
    press(staff, action, bank.monthly())
    press(staff, "move-month")
    assert bank.told("payment.failed")[0]["data"]["reason"] == failing


def test_a_card_that_ends_soon_is_warned_about_as_the_clock_moves(staff, door):
    bank.set_clock(2027, 1, 22)
    schedule = bank.monthly()
    assert "card ends on 28 February 2027" in said(press(staff, "end-card", schedule))
    press(staff, "move-month")
    assert door.kinds.count("card.ending") == 2


def test_a_debit_has_no_card_to_end(staff):
    schedule = bank.paid(debit=True, monthly=True).schedule
    assert "does not end" in said(press(staff, "end-card", schedule))


def test_refund_dispute_and_payout(staff, door):
    first, second, third = bank.paid(), bank.paid(), bank.paid()
    assert "Refunded £25.00." in said(press(staff, "refund", first))
    assert "cannot be refunded" in said(press(staff, "refund", first))
    press(staff, "dispute", second)
    press(staff, "dispute-won", second)
    press(staff, "dispute", third)
    press(staff, "dispute-lost", third)
    assert "is closed" in said(press(staff, "dispute-won", third))
    assert "cannot be disputed" in said(press(staff, "dispute", third))
    assert [dispute.won for dispute in Dispute.objects.order_by("pk")] == [True, False]
    # 3 x 58 of fees, one gift kept.
    assert "Sent £23.26" in said(press(staff, "pay-out"))
    assert "nothing to pay out" in said(press(staff, "pay-out"))
    assert Refund.objects.count() == Payout.objects.count() == 1
    assert door.kinds[3:] == [
        "payment.refunded", "dispute.opened", "dispute.closed", "dispute.opened", "dispute.closed", "payout.paid",
    ]  # fmt: skip


def test_a_debit_arrives_or_comes_back_at_a_button(staff):
    here, back = bank.paid(debit=True), bank.paid(debit=True)
    press(staff, "arrive", here)
    press(staff, "bounce", back)
    assert [payment.state for payment in Payment.objects.order_by("pk")] == ["paid", "failed"]
    assert "not on its way" in said(press(staff, "arrive", back))
    assert "not on its way" in said(press(staff, "bounce", here))


def test_an_ended_schedule_has_no_buttons_and_a_press_from_an_old_page_is_refused(staff):
    schedule = bank.monthly()
    Schedule.objects.update(state="ended", acts_at=None, next_on=None, end_reason="asked")
    assert "Ended: asked" in staff.get(BANK).content.decode()
    assert "has ended" in said(press(staff, "fail", schedule))


def test_an_unknown_button_or_payment_is_not_found(staff):
    assert press(staff, "print-money").status_code == 404
    assert staff.post(BANK, {"action": "refund", "ref": "pay_nobody"}).status_code == 404


def test_another_site_cannot_move_the_clock():
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(factories.staff(), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert browser.post(BANK, {"action": "move-month"}).status_code == 403


def test_the_calendar_of_a_soon_ending_card_leaves_room_for_both_warnings():
    for number in range(800):
        day = datetime.date(2027, 1, 1) + number * days.ONE_DAY
        end = days.soon_ending(day)
        assert 30 < (end - day).days <= 62
        assert (end + days.ONE_DAY).day == 1
