"""Monthly schedules: what payers and the charity may ask of one, and what it does by itself. All inside `clock.at_work`.

What falls due of a schedule, each on its day at the bank's opening: the end of a pause, a new try of an unpaid bill,
the month's bill, the announcement of the next one (7 days ahead), the warnings that a card ends (30 and 7 days ahead).
An unpaid bill is tried again 3, 5 and 7 days after it first failed; then the schedule ends with "payments_failed".
"""

import datetime
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.urls import reverse

from sandbox_bank import days, messages, payments
from sandbox_bank.errors import Refused
from sandbox_bank.models import Bill, Checkout, Payment, Schedule, new_ref

TRIES_AFTER = (3, 5, 7)  # days after the first failure
ANNOUNCED = 7  # days before an instalment
CARD_WARNINGS = (30, 7)  # days before a card's last
Failing = Schedule.Failing


def begin(checkout: Checkout, method: dict[str, Any], at: datetime.datetime) -> tuple[Schedule, Bill]:
    """Make the schedule of a paid checkout and its first month's bill; the caller charges and tells it."""
    asked, today = checkout.request, days.day_of(at)
    month = today.replace(day=1)
    next_on = days.next_due(month, asked["anchor_day"], today + days.ONE_DAY)
    schedule = Schedule(
        ref=new_ref("sch"),
        customer=new_ref("cus"),
        checkout=checkout,
        payer=asked["name"],
        minor=asked["minor"],
        currency=asked["currency"],
        anchor_day=asked["anchor_day"],
        billed_month=month,
        created_at=at,
        told_at=at,
        **method,
    )
    _due_next(schedule, next_on, today)
    schedule.acts_at = _acts_at(schedule)
    schedule.save()
    return schedule, _bill(schedule, today, Bill.State.OPEN)


def _bill(schedule: Schedule, due_on: datetime.date, state: str) -> Bill:
    return Bill.objects.create(
        ref=new_ref("bill"),
        schedule=schedule,
        month=due_on.replace(day=1),
        due_on=due_on,
        minor=schedule.minor,
        currency=schedule.currency,
        state=state,
    )


def _due_next(schedule: Schedule, next_on: datetime.date, today: datetime.date) -> None:
    """Set the next instalment; one nearer than its announcement would be needs none."""
    schedule.next_on = next_on
    near = (next_on - today).days <= ANNOUNCED
    schedule.announced_for = next_on if near else None


def _reckon(schedule: Schedule, today: datetime.date) -> None:
    not_before = max(today + days.ONE_DAY, schedule.paused_until or datetime.date.min)
    _due_next(schedule, days.next_due(schedule.billed_month, schedule.anchor_day, not_before), today)


def _moment(schedule: Schedule, at: datetime.datetime) -> datetime.datetime:
    """Return when something new of a schedule happens: later than all before it, so that the latest is plain to see."""
    schedule.told_at = max(at, schedule.told_at + datetime.timedelta(microseconds=1))
    return schedule.told_at


def _keep(schedule: Schedule, at: datetime.datetime) -> messages.Event:
    """Save a changed schedule and tell how it stands; returns what was told."""
    _moment(schedule, at)
    schedule.acts_at = _acts_at(schedule)
    schedule.save()
    told = messages.standing(schedule)
    messages.tell(told)
    return told


def _tell(schedule: Schedule, kind: str, at: datetime.datetime, **data: Any) -> None:
    messages.tell(messages.event(kind, _moment(schedule, at), schedule=schedule.ref, **data))


# --- what is asked ------------------------------------------------------------------------------
def of(ref: str, *, ended: bool = False) -> Schedule:
    """Return a schedule to work on; raises Refused for one there is not, or that has ended."""
    schedule = Schedule.objects.select_related("checkout").filter(ref=ref).first()
    if schedule is None:
        raise Refused(f"There is no schedule {ref}")
    if schedule.state == Schedule.State.ENDED and not ended:
        raise Refused(f"Schedule {ref} has ended")
    return schedule


def change(schedule: Schedule, minor: int, currency: str, anchor_day: int, at: datetime.datetime) -> messages.Event:
    """Bill another amount or on another day from the next instalment on; nothing is charged now."""
    if minor <= 0 or currency != schedule.currency or not 1 <= anchor_day <= 31:
        raise Refused(f"{schedule.ref} cannot be changed to {minor} {currency} on day {anchor_day}")
    schedule.minor, schedule.anchor_day = minor, anchor_day
    _reckon(schedule, days.day_of(at))
    return _keep(schedule, at)


def pause(schedule: Schedule, until: datetime.date, at: datetime.datetime) -> messages.Event:
    """Charge nothing before a day: unpaid bills are set aside, the next instalment is the first from that day on."""
    today = days.day_of(at)
    if until <= today:
        raise Refused(f"{schedule.ref} cannot be paused until {until}: today is {today}")
    for bill in schedule.bills.filter(state=Bill.State.OPEN):
        _set_aside(schedule, bill, at)
    schedule.paused_until = until
    _reckon(schedule, today)
    return _keep(schedule, at)


def resume(schedule: Schedule, at: datetime.datetime) -> messages.Event:
    """End a pause: the next instalment falls on its usual day."""
    schedule.paused_until = None
    _reckon(schedule, days.day_of(at))
    return _keep(schedule, at)


def skip(schedule: Schedule, at: datetime.datetime) -> messages.Event:
    """Leave out the next instalment alone: its bill is made now and set aside."""
    assert schedule.next_on
    schedule.billed_month = schedule.next_on.replace(day=1)
    _set_aside(schedule, _bill(schedule, schedule.next_on, Bill.State.OPEN), at)
    _reckon(schedule, days.day_of(at))
    return _keep(schedule, at)


def _set_aside(schedule: Schedule, bill: Bill, at: datetime.datetime) -> None:
    bill.state, bill.next_try_on = Bill.State.SKIPPED, None
    bill.save(update_fields=["state", "next_try_on"])
    _tell(schedule, "schedule.skipped", at, bill=bill.ref, due_on=bill.due_on)


def end(schedule: Schedule, reason: str, at: datetime.datetime) -> messages.Event:
    """End a schedule for good; a second time tells the same."""
    if schedule.state == Schedule.State.ACTIVE:
        schedule.bills.filter(state=Bill.State.OPEN).update(state=Bill.State.GIVEN_UP, next_try_on=None)
        schedule.state, schedule.end_reason = Schedule.State.ENDED, reason
        schedule.next_on = schedule.paused_until = schedule.acts_at = None
        _moment(schedule, at)
        schedule.save()
        messages.tell(messages.ended(schedule))
    return messages.ended(schedule)


def put_card(schedule: Schedule, label: str, ends_on: datetime.date, at: datetime.datetime) -> None:
    """Put another card to a schedule and try its unpaid bills with it at once."""
    schedule.method_kind, schedule.method_label, schedule.card_ends_on = "card", label, ends_on
    schedule.failing, schedule.card_end_told = Failing.NO, 0
    _keep(schedule, at)
    for bill in schedule.bills.filter(state=Bill.State.OPEN).order_by("due_on"):
        charge(schedule, bill, _moment(schedule, at))
    schedule.acts_at = _acts_at(schedule)
    schedule.save()


def shorten_card(schedule: Schedule, ends_on: datetime.date, at: datetime.datetime) -> None:
    """Let a schedule's card end on a day; its warnings begin anew."""
    schedule.card_ends_on, schedule.card_end_told = ends_on, 0
    _keep(schedule, at)


# --- charging -----------------------------------------------------------------------------------
def charge(schedule: Schedule, bill: Bill, at: datetime.datetime) -> None:
    """Try to charge a bill, and tell how it went."""
    reason = _why_not(schedule, days.day_of(at))
    if reason:
        bill_failed(schedule, bill, reason, at)
        return
    paying = {
        "method_kind": schedule.method_kind,
        "method_label": schedule.method_label,
        "card_ends_on": schedule.card_ends_on,
    }
    payment = payments.take(schedule.checkout, paying, at, schedule=schedule, bill=bill)
    pay(bill, payment)
    messages.tell(messages.paid(payment) if payment.paid_at else messages.on_its_way(payment))


def pay(bill: Bill, payment: Payment) -> None:
    """Note on a bill that its money came, or is on its way."""
    bill.state = Bill.State.PAID if payment.paid_at else Bill.State.ON_ITS_WAY
    bill.next_try_on = None
    bill.save(update_fields=["state", "next_try_on"])


def confirmed(schedule: Schedule, bill: Bill, at: datetime.datetime) -> None:
    """Charge a bill that the payer has confirmed with their bank."""
    if bill.state != Bill.State.OPEN or schedule.state == Schedule.State.ENDED:
        raise Refused("Nothing is to be confirmed any more")
    schedule.failing = Failing.NO
    charge(schedule, bill, _moment(schedule, at))
    schedule.acts_at = _acts_at(schedule)
    schedule.save()


def _why_not(schedule: Schedule, today: datetime.date) -> str:
    if schedule.card_ends_on and schedule.card_ends_on < today:
        return "expired_card"
    reason = {Failing.ONCE: "declined", Failing.ALWAYS: "insufficient_funds", Failing.CONFIRM: "confirmation_needed"}
    failing = Failing(schedule.failing)
    if failing == Failing.ONCE:
        schedule.failing = Failing.NO
    return reason.get(failing, "")


def bill_failed(schedule: Schedule, bill: Bill, reason: str, at: datetime.datetime) -> None:
    """Note a failed try, and when the next one is; after the last, end the schedule."""
    today = days.day_of(at)
    bill.first_failed_on = bill.first_failed_on or today
    ladder = [bill.first_failed_on + days.ONE_DAY * after for after in TRIES_AFTER]
    bill.tries += 1
    bill.state, bill.next_try_on = Bill.State.OPEN, next((day for day in ladder if day > today), None)
    bill.save()
    confirm = reason == "confirmation_needed"
    payments.failed(
        messages.about(schedule.checkout, schedule, bill, first=False),
        at,
        reason,
        next_try_on=bill.next_try_on,
        confirm_url=settings.SITE_URL + reverse("sandbox:bank-confirm", args=[bill.ref]) if confirm else "",
    )
    if bill.next_try_on is None:
        bill.state = Bill.State.GIVEN_UP
        bill.save(update_fields=["state"])
        end(schedule, "payments_failed", at)


def bounce(payment: Payment, at: datetime.datetime) -> None:
    """Book that a payer's bank refused a debit: a renewal is tried again, a first payment ends what it began."""
    if payment.state != Payment.State.ON_ITS_WAY:
        raise Refused("This payment is not on its way")
    payment.state, payment.settles_at = Payment.State.FAILED, None
    payment.save(update_fields=["state", "settles_at"])
    schedule, bill = payment.schedule, payment.bill
    if schedule and bill and not payment.first and schedule.state == Schedule.State.ACTIVE and not schedule.paused_until:
        bill_failed(schedule, bill, "bank_refused", _moment(schedule, at))
        schedule.acts_at = _acts_at(schedule)
        schedule.save()
        return
    payments.failed(messages.about(payment.checkout, schedule, bill, payment.first), at, "bank_refused")
    if bill:
        bill.state = Bill.State.GIVEN_UP
        bill.save(update_fields=["state"])
    if payment.first:
        Checkout.objects.filter(pk=payment.checkout_id).update(state=Checkout.State.FAILED)
        if schedule:
            end(schedule, "payments_failed", at)


# --- what falls due by itself -------------------------------------------------------------------
def _agenda(schedule: Schedule) -> list[tuple[datetime.date, int, Callable[[datetime.datetime], object]]]:
    """Return what is to come of an active schedule: the day, the order within it, and what to do."""
    assert schedule.next_on
    to_do: list[tuple[datetime.date, int, Callable[[datetime.datetime], object]]] = []
    if schedule.paused_until:
        to_do.append((schedule.paused_until, 0, lambda at: resume_by_itself(schedule, at)))
    unpaid = schedule.bills.filter(next_try_on__isnull=False).order_by("next_try_on").first() if schedule.pk else None
    if unpaid and unpaid.next_try_on:
        to_do.append((unpaid.next_try_on, 1, lambda at: _try_again(schedule, unpaid, at)))
    to_do.append((schedule.next_on, 2, lambda at: _bill_month(schedule, at)))
    if schedule.announced_for != schedule.next_on:
        to_do.append((schedule.next_on - ANNOUNCED * days.ONE_DAY, 3, lambda at: _announce(schedule, at)))
    if schedule.card_ends_on and schedule.card_end_told != CARD_WARNINGS[-1]:
        ahead = CARD_WARNINGS[0] if not schedule.card_end_told else CARD_WARNINGS[1]
        to_do.append((schedule.card_ends_on - ahead * days.ONE_DAY, 4, lambda at: _warn_of_card(schedule, at)))
    return to_do


def _acts_at(schedule: Schedule) -> datetime.datetime | None:
    if schedule.state == Schedule.State.ENDED:
        return None
    return days.opening(min(day for day, *_ in _agenda(schedule)))


def act(schedule: Schedule) -> None:
    """Do the next thing that falls due of a schedule, at its own moment."""
    day, _, do = min(_agenda(schedule), key=lambda item: item[:2])
    do(_moment(schedule, days.opening(day)))
    schedule.acts_at = _acts_at(schedule)
    schedule.save()


def resume_by_itself(schedule: Schedule, at: datetime.datetime) -> None:
    """End a pause on its day; an instalment of that very day is still charged."""
    schedule.paused_until = None
    _keep(schedule, at)


def _try_again(schedule: Schedule, bill: Bill, at: datetime.datetime) -> None:
    charge(schedule, bill, at)


def _bill_month(schedule: Schedule, at: datetime.datetime) -> None:
    due_on = schedule.next_on
    assert due_on
    schedule.billed_month = due_on.replace(day=1)
    _due_next(schedule, days.months_on(due_on, 1, schedule.anchor_day), due_on)
    charge(schedule, _bill(schedule, due_on, Bill.State.OPEN), at)
    if schedule.state == Schedule.State.ACTIVE:
        _keep(schedule, at)


def _announce(schedule: Schedule, at: datetime.datetime) -> None:
    schedule.announced_for = schedule.next_on
    _tell(schedule, "schedule.upcoming", at, due_on=schedule.next_on, minor=schedule.minor, currency=schedule.currency)


def _warn_of_card(schedule: Schedule, at: datetime.datetime) -> None:
    assert schedule.card_ends_on
    left = (schedule.card_ends_on - days.day_of(at)).days
    schedule.card_end_told = CARD_WARNINGS[1] if left <= CARD_WARNINGS[1] else CARD_WARNINGS[0]
    _tell(schedule, "card.ending", at, method=messages.method_of(schedule))
