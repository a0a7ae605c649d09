"""Signed messages: written in the transaction of what they tell, sent later (delivery).

A body is JSON: id, type, mode ("test"), happened_at (the pretend moment), data. The header says
`Sandbox-Signature: t=<unix time of sending>,v1=<hex HMAC-SHA256 of "<t>." and the body>`.
"""

import datetime
import json
from collections.abc import Sequence
from typing import Any, TypedDict

from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from sandbox_bank.models import Bill, Checkout, Message, Method, Payment, Schedule, new_ref

HEADER = "Sandbox-Signature"
LATE = datetime.timedelta(minutes=2)
_SALT = "sandbox_bank.messages"  # the key is derived from SECRET_KEY under this name


class Event(TypedDict):
    """What a message tells: its type, the moment (ISO 8601), and the facts by name."""

    type: str
    happened_at: str
    data: dict[str, Any]


def event(kind: str, at: datetime.datetime, **data: Any) -> Event:
    """Return an event; days in it become ISO text."""
    plain = {name: value.isoformat() if isinstance(value, datetime.date) else value for name, value in data.items()}
    return {"type": kind, "happened_at": at.isoformat(), "data": plain}


def tell(told: Event) -> Message:
    """Write a message to be sent at once."""
    now, ref = timezone.now(), new_ref("msg")
    body = json.dumps({"id": ref, "mode": "test", **told}, ensure_ascii=False, sort_keys=True)
    return Message.objects.create(ref=ref, kind=told["type"], body=body, created_at=now, due_at=now)


def rearrange(messages: Sequence[Message], manner: str) -> None:
    """Make messages come "late", "twice" or "shuffled" (the last one first); any other manner leaves them."""
    dues = [message.due_at for message in messages]
    for message, due in zip(messages, reversed(dues), strict=True):
        match manner:
            case "late":
                message.due_at += LATE
            case "twice":
                message.wanted = 2
            case "shuffled":
                message.due_at = due
    Message.objects.bulk_update(messages, ["due_at", "wanted"])


# --- signatures ---------------------------------------------------------------------------------
def _hmac(body: bytes, at: int) -> str:
    return salted_hmac(_SALT, f"{at}.".encode() + body, algorithm="sha256").hexdigest()


def signature(body: bytes, at: datetime.datetime) -> str:
    """Return the header's value for a body sent at a real moment."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_hmac(body, seconds)}"


def signed_by_us(body: bytes, at: int, given: str) -> bool:
    """Return whether a signature is the bank's; takes as long whatever is wrong."""
    return constant_time_compare(_hmac(body, at), given)


# --- what is told of each thing -----------------------------------------------------------------
def method_of(paying: Method) -> dict[str, Any]:
    """Return how somebody pays, as they may read it."""
    ends_on = paying.card_ends_on.isoformat() if paying.card_ends_on else None
    return {"kind": paying.method_kind, "label": paying.method_label, "ends_on": ends_on}


def about(checkout: Checkout, schedule: Schedule | None, bill: Bill | None, first: bool) -> dict[str, Any]:
    """Return whose money it is: a first payment by the shop's reference, a renewal by schedule and bill."""
    return {
        "reference": checkout.reference if first else "",
        "schedule": schedule.ref if schedule else "",
        "bill": bill.ref if bill else "",
        "due_on": bill.due_on if bill else None,
    }


def about_payment(payment: Payment) -> dict[str, Any]:
    """Return whose money a payment is, and how much."""
    whose = about(payment.checkout, payment.schedule, payment.bill, payment.first)
    return whose | {"payment": payment.ref, "minor": payment.minor, "currency": payment.currency}


def paid(payment: Payment, *, with_fee: bool = True) -> Event:
    """Return the coming of a payment's money; without the fee a `fee` of its own follows."""
    assert payment.paid_at
    fee = payment.fee if with_fee else None
    return event("payment.paid", payment.paid_at, **about_payment(payment), fee=fee, method=method_of(payment))


def on_its_way(payment: Payment) -> Event:
    """Return that a payer has done their part."""
    return event("payment.on_its_way", payment.created_at, **about_payment(payment))


def fee(payment: Payment) -> Event:
    """Return what the bank kept of a payment."""
    assert payment.paid_at
    data = {"payment": payment.ref, "minor": payment.fee, "currency": payment.currency, "key": f"fee_{payment.ref}"}
    return event("fee.taken", payment.paid_at, **data)


def started(schedule: Schedule) -> Event:
    """Return that a schedule exists."""
    return event(
        "schedule.started",
        schedule.created_at,
        reference=schedule.checkout.reference,
        schedule=schedule.ref,
        customer=schedule.customer,
        method=method_of(schedule),
        next_on=schedule.next_on,
    )


def standing(schedule: Schedule) -> Event:
    """Return how a schedule stands, as of its last moment."""
    return event(
        "schedule.changed",
        schedule.told_at,
        schedule=schedule.ref,
        minor=schedule.minor,
        currency=schedule.currency,
        anchor_day=schedule.anchor_day,
        next_on=schedule.next_on,
        paused_until=schedule.paused_until,
        method=method_of(schedule),
    )


def ended(schedule: Schedule) -> Event:
    """Return that a schedule is over."""
    return event("schedule.ended", schedule.told_at, schedule=schedule.ref, reason=schedule.end_reason)
