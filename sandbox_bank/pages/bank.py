"""The bank's own page, for staff: its clock, its schedules and payments, and what may go wrong with each.

Written in English alone, as the other demo pages are.
"""

import datetime
from collections.abc import Callable
from typing import Any

from django.contrib import messages as notes
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from sandbox_bank import clock, days, delivery, payments, running, schedules
from sandbox_bank.errors import Refused
from sandbox_bank.models import Message, Payment, Payout, Schedule
from sandbox_bank.pages import words
from sandbox_bank.pages.checkout import see_other

SHOWN = 30
Do = Callable[[str, datetime.datetime], str]


# --- what the buttons do ------------------------------------------------------------------------
def _schedule(ref: str) -> Schedule:
    return schedules.of(ref)


def _payment(ref: str) -> Payment:
    found = Payment.objects.select_related("checkout", "schedule__checkout", "bill").filter(ref=ref).first()
    if found is None:
        raise Http404
    return found


def _fail(how: str, said: str) -> Do:
    def do(ref: str, _now: datetime.datetime) -> str:
        schedule = _schedule(ref)
        schedule.failing = how
        schedule.save(update_fields=["failing"])
        return f"{schedule.payer}: {said}"

    return do


def _end_card(ref: str, now: datetime.datetime) -> str:
    schedule = _schedule(ref)
    if schedule.card_ends_on is None:
        raise Refused(f"{schedule.payer} pays by bank debit, which does not end")
    ends_on = days.soon_ending(days.day_of(now))
    schedules.shorten_card(schedule, ends_on, now)
    return f"{schedule.payer}'s card ends on {words.day(ends_on)}. Move the clock to see the warnings."


def _refund(ref: str, now: datetime.datetime) -> str:
    payment = _payment(ref)
    made = payments.refund(payment, payments.refundable(payment), now)
    return f"Refunded {words.amount(made.minor, payment.currency)}."


def _fail_refund(ref: str, now: datetime.datetime) -> str:
    made = _payment(ref).refunds.filter(failed_at=None).order_by("-pk").first()
    if made is None:
        raise Refused("Nothing of this payment was refunded")
    payments.fail_refund(made, now)
    return f"The refund of {words.amount(made.minor, made.payment.currency)} came back."


def _fail_payout(_ref: str, now: datetime.datetime) -> str:
    payout = Payout.objects.filter(failed_at=None).order_by("-pk").first()
    if payout is None:
        raise Refused("Nothing was paid out")
    payments.fail_payout(payout, now)
    return f"The payout of {words.amount(payout.minor, payout.currency)} came back."


def _dispute(ref: str, now: datetime.datetime) -> str:
    made = payments.open_dispute(_payment(ref), now)
    return f"The payer's bank took back {words.amount(made.minor, made.payment.currency)}."


def _close(won: bool) -> Do:
    def do(ref: str, now: datetime.datetime) -> str:
        dispute = getattr(_payment(ref), "dispute", None)
        if dispute is None:
            raise Refused("This payment is not disputed")
        payments.close_dispute(dispute, won, now)
        return "The dispute is won: the money is back." if won else "The dispute is lost: the money is gone."

    return do


def _arrive(ref: str, now: datetime.datetime) -> str:
    payments.arrive(_payment(ref), now)
    return "The money has arrived."


def _bounce(ref: str, now: datetime.datetime) -> str:
    schedules.bounce(_payment(ref), now)
    return "The payer's bank refused the debit."


def _pay_out(_ref: str, now: datetime.datetime) -> str:
    made = payments.pay_out(now)
    sums = " and ".join(words.amount(payout.minor, payout.currency) for payout in made)
    return f"Sent {sums} to the charity's account." if made else "There is nothing to pay out."


DO: dict[str, Do] = {
    "fail": _fail(Schedule.Failing.ONCE, "the next charge is declined."),
    "fail-always": _fail(Schedule.Failing.ALWAYS, "every charge fails until there is another card."),
    "ask": _fail(Schedule.Failing.CONFIRM, "the bank asks about the next charge."),
    "end-card": _end_card,
    "refund": _refund,
    "fail-refund": _fail_refund,
    "dispute": _dispute,
    "dispute-won": _close(won=True),
    "dispute-lost": _close(won=False),
    "arrive": _arrive,
    "bounce": _bounce,
    "pay-out": _pay_out,
    "fail-payout": _fail_payout,
}
MOVES = {"move-day": "day", "move-week": "week", "move-month": "month"}


# --- the page -----------------------------------------------------------------------------------
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def bank(request: HttpRequest) -> HttpResponse:
    """Show the bank to staff, or do what a button says."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    if not request.user.is_staff:
        raise PermissionDenied
    if request.method == "POST":
        _act(request, request.POST.get("action", ""), request.POST.get("ref", ""))
        delivery.send_due()
        return see_other(request.path)
    return render(request, "sandbox/bank.html", _context())


def _act(request: HttpRequest, action: str, ref: str) -> None:
    if action in MOVES:
        running.move(MOVES[action])
        notes.success(request, f"It is now {words.day(days.day_of(clock.now()))} at the bank.")
        return
    if action not in DO:
        raise Http404
    try:
        with clock.at_work() as now:
            said = DO[action](ref, now)
    except Refused as refusal:
        notes.error(request, str(refusal))
    else:
        notes.success(request, said)


def _context() -> dict[str, Any]:
    now = clock.now()
    ahead = now - timezone.now()
    promises = Schedule.objects.order_by("state", "next_on", "pk")  # "active" before "ended", the next first
    found = (
        Payment.objects.select_related("schedule", "dispute", "checkout")
        .annotate(sent_back=Sum("refunds__minor", filter=Q(refunds__failed_at=None)))
        .order_by("-pk")
    )
    waiting = Message.objects.filter(delivered_at__isnull=True, given_up_at__isnull=True)
    return {
        "today": words.day(days.day_of(now)),
        "days_ahead": round(ahead.total_seconds() / 86400),
        "schedules": [_schedule_row(schedule) for schedule in promises[:SHOWN]],
        "payments": [_payment_row(payment) for payment in found[:SHOWN]],
        "shown": SHOWN,
        "held": [words.amount(minor, currency) for currency, minor in sorted(payments.balances().items()) if minor],
        "paid_out": Payout.objects.filter(failed_at=None).exists(),
        "waiting": waiting.count(),
        "failing": waiting.filter(tries__gt=0).count(),
        "lost": Message.objects.filter(given_up_at__isnull=False).count(),
        "latest": Message.objects.order_by("-pk")[:8],
    }


def _schedule_row(schedule: Schedule) -> dict[str, Any]:
    active = schedule.state == Schedule.State.ACTIVE
    return {
        "schedule": schedule,
        "amount": words.amount(schedule.minor, schedule.currency),
        "active": active,
        "next_on": words.day(schedule.next_on) if schedule.next_on else "",
        "paused_until": words.day(schedule.paused_until) if schedule.paused_until else "",
        "card_ends_on": words.day(schedule.card_ends_on) if schedule.card_ends_on else "",
        "state": "Active" if active else f"Ended: {schedule.end_reason.replace('_', ' ')}",
        "failing": dict(zip(Schedule.Failing.values, _FAILING, strict=True))[schedule.failing],
    }


_FAILING = ("", "Next charge is declined", "Every charge fails", "Bank asks at the next charge")


def _payment_row(payment: Any) -> dict[str, Any]:
    dispute = getattr(payment, "dispute", None)
    paid = payment.state == Payment.State.PAID
    left = payment.minor - (payment.sent_back or 0) if paid and (dispute is None or dispute.won) else 0
    state = {"paid": "Paid", "on_its_way": "On its way", "failed": "Failed"}[payment.state]
    if payment.sent_back:
        state = "Refunded" if payment.sent_back == payment.minor else "Refunded in part"
    if dispute is not None:
        state = "Disputed" if dispute.closed_at is None else f"Dispute {'won' if dispute.won else 'lost'}"
    return {
        "payment": payment,
        "payer": payment.checkout.request["name"],
        "amount": words.amount(payment.minor, payment.currency),
        "fee": words.amount(payment.fee, payment.currency),
        "on": words.day(days.day_of(payment.paid_at or payment.created_at)),
        "state": state,
        "can_refund": left > 0,
        "can_fail_refund": bool(payment.sent_back),
        "can_dispute": left > 0 and dispute is None,
        "disputed": dispute is not None and dispute.closed_at is None,
        "on_its_way": payment.state == Payment.State.ON_ITS_WAY,
    }
