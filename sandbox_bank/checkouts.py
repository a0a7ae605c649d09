"""Checkouts: opened by the shop, decided by whoever sits at the page. All inside `clock.at_work`."""

import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from sandbox_bank import days, messages, payments, schedules
from sandbox_bank.errors import Refused
from sandbox_bank.models import Checkout, Message, new_ref

LASTS = datetime.timedelta(hours=24)
# What a shop says of an attempt, and the type of each.
FIELDS: dict[str, type] = {
    "reference": str,
    "minor": int,
    "currency": str,
    "monthly": bool,
    "anchor_day": int,
    "email": str,
    "name": str,
    "description": str,
    "language": str,
    "return_url": str,
    "cancel_url": str,
}
CARD = "Visa ending 4242"
DEBIT = "Bank account ending 0042"


def start(key: str, request: dict[str, Any], at: datetime.datetime) -> Checkout:
    """Open a checkout, or return the one that the key opened; raises Refused for that key with another request."""
    checkout = Checkout.objects.filter(key=key).first()
    if checkout is None:
        _check(request)
        return Checkout.objects.create(ref=new_ref("co"), key=key, request=request, created_at=at, expires_at=at + LASTS)
    if checkout.request != request:
        raise Refused("This key was used for another checkout")
    return checkout


def _check(request: dict[str, Any]) -> None:
    wrong = [name for name, kind in FIELDS.items() if type(request.get(name)) is not kind]
    if wrong or request.keys() != FIELDS.keys():
        raise Refused(f"A checkout needs {', '.join(FIELDS)}; ill: {', '.join(wrong)}")
    if request["minor"] <= 0 or not 1 <= request["anchor_day"] <= 31:
        raise Refused("A checkout needs an amount above nothing and a day from 1 to 31")


def url(checkout: Checkout) -> str:
    """Return the absolute address of a checkout's page."""
    return settings.SITE_URL + reverse("sandbox:checkout", args=[checkout.ref])


def pay(checkout: Checkout, at: datetime.datetime, *, manner: str = "", debit: bool = False) -> None:
    """Take the money of an open checkout and begin its schedule; `manner` is how its messages come (see rearrange)."""
    method = _method(debit, at)
    told: list[Message] = []
    schedule = bill = None
    if checkout.request["monthly"]:
        schedule, bill = schedules.begin(checkout, method, at)
        told.append(messages.tell(messages.started(schedule)))
    payment = payments.take(checkout, method, at, schedule=schedule, bill=bill)
    if bill:
        schedules.pay(bill, payment)
    shuffled = manner == "shuffled"
    if shuffled or not payment.paid_at:
        told.append(messages.tell(messages.on_its_way(payment)))
    if payment.paid_at:
        told.append(messages.tell(messages.paid(payment, with_fee=not shuffled)))
    if shuffled:
        told.append(messages.tell(messages.fee(payment)))
    messages.rearrange(told, manner)
    checkout.state = Checkout.State.PAID if payment.paid_at else Checkout.State.ON_ITS_WAY
    checkout.save(update_fields=["state"])


def _method(debit: bool, at: datetime.datetime) -> dict[str, Any]:
    if debit:
        return {"method_kind": "bank_debit", "method_label": DEBIT, "card_ends_on": None}
    return {"method_kind": "card", "method_label": CARD, "card_ends_on": days.card_end(days.day_of(at))}


def decline(checkout: Checkout, reason: str, at: datetime.datetime) -> None:
    """Refuse a charge; the page stays open for another try."""
    checkout.state = Checkout.State.OPEN
    checkout.tries += 1
    checkout.save(update_fields=["state", "tries"])
    payments.failed(messages.about(checkout, None, None, first=True), at, reason)


def ask_bank(checkout: Checkout) -> None:
    """Let the payer's bank ask for a confirmation."""
    checkout.state = Checkout.State.CONFIRMING
    checkout.save(update_fields=["state"])


def abandon(checkout: Checkout, at: datetime.datetime) -> None:
    """End a checkout without payment."""
    checkout.state, checkout.ended_at = Checkout.State.ABANDONED, at
    checkout.save(update_fields=["state", "ended_at"])
    messages.tell(abandoned(checkout, at))


def abandoned(checkout: Checkout, at: datetime.datetime) -> messages.Event:
    """Return what is told of a checkout that ended without payment."""
    return messages.event("checkout.expired", at, reference=checkout.reference)


def known(checkout: Checkout) -> list[messages.Event]:
    """Return what has come of a checkout; nothing while it is open."""
    match checkout.state:
        case Checkout.State.OPEN | Checkout.State.CONFIRMING:
            return []
        case Checkout.State.ABANDONED:
            return [abandoned(checkout, checkout.ended_at or checkout.expires_at)]
    payment = checkout.payments.select_related("checkout", "schedule", "bill").get(first=True)
    events = [messages.started(payment.schedule)] if payment.schedule else []
    match payment.state:
        case payment.State.PAID:
            events.append(messages.paid(payment))
        case payment.State.ON_ITS_WAY:
            events.append(messages.on_its_way(payment))
        case payment.State.FAILED:
            whose = messages.about(checkout, payment.schedule, payment.bill, first=True)
            data = {"attempt": f"try_{payment.ref}", "reason": "bank_refused", "next_try_on": None, "confirm_url": ""}
            events.append(messages.event("payment.failed", payment.created_at + payments.DEBIT_TAKES, **whose, **data))
    if payment.schedule and payment.schedule.state == payment.schedule.State.ENDED:
        events.append(messages.ended(payment.schedule))
    return events
