"""Money in and out: charges, bank debits, refunds, disputes, payouts. All inside `clock.at_work`."""

import datetime
from typing import Any

from django.db.models import Sum

from sandbox_bank import days, messages
from sandbox_bank.errors import Refused
from sandbox_bank.models import Bill, Checkout, Dispute, Message, Payment, Payout, Refund, Schedule, new_ref

DEBIT_TAKES = datetime.timedelta(days=3)


def fee_of(minor: int) -> int:
    """Return what the bank keeps: 1.5 % rounded half up, and 20 minor units; never more than there is."""
    return min(minor, (minor * 15 + 500) // 1000 + 20)


def take(
    checkout: Checkout,
    method: dict[str, Any],
    at: datetime.datetime,
    *,
    schedule: Schedule | None = None,
    bill: Bill | None = None,
) -> Payment:
    """Book a charge: paid, or on its way when it is a bank debit. The caller tells it."""
    minor = bill.minor if bill else int(checkout.request["minor"])
    debit = method["method_kind"] == "bank_debit"
    return Payment.objects.create(
        ref=new_ref("pay"),
        checkout=checkout,
        schedule=schedule,
        bill=bill,
        first=not checkout.payments.exclude(state=Payment.State.FAILED).exists(),
        minor=minor,
        currency=checkout.request["currency"],
        fee=fee_of(minor),
        state=Payment.State.ON_ITS_WAY if debit else Payment.State.PAID,
        created_at=at,
        settles_at=at + DEBIT_TAKES if debit else None,
        paid_at=None if debit else at,
        **method,
    )


def arrive(payment: Payment, at: datetime.datetime) -> None:
    """Book the arrival of a bank debit; raises Refused for a payment that is not on its way."""
    if payment.state != Payment.State.ON_ITS_WAY:
        raise Refused("This payment is not on its way")
    payment.state, payment.settles_at, payment.paid_at = Payment.State.PAID, None, at
    payment.save(update_fields=["state", "settles_at", "paid_at"])
    if payment.bill:
        payment.bill.state = Bill.State.PAID
        payment.bill.save(update_fields=["state"])
    if payment.first:
        Checkout.objects.filter(pk=payment.checkout_id).update(state=Checkout.State.PAID)
    messages.tell(messages.paid(payment))


# --- refunds and disputes -----------------------------------------------------------------------
def refundable(payment: Payment) -> int:
    """Return what is left of a payment, in minor units: nothing once its money is disputed or lost."""
    if payment.state != Payment.State.PAID or Dispute.objects.filter(payment=payment).exclude(won=True).exists():
        return 0
    return payment.minor - (payment.refunds.filter(failed_at=None).aggregate(all=Sum("minor"))["all"] or 0)


def refund(payment: Payment, minor: int, at: datetime.datetime) -> Refund:
    """Send money back; raises Refused for more than is left of the payment."""
    left = refundable(payment)
    if not 0 < minor <= left:
        raise Refused(f"{minor} cannot be refunded of {payment.ref}: {left} is left")
    made = Refund.objects.create(ref=new_ref("ref"), payment=payment, minor=minor, made_at=at)
    messages.tell(refunded(made))
    return made


def refunded(made: Refund) -> messages.Event:
    """Return what is told of a refund."""
    data = {"payment": made.payment.ref, "refund": made.ref, "minor": made.minor, "currency": made.payment.currency}
    return messages.event("payment.refunded", made.made_at, **data)


def fail_refund(made: Refund, at: datetime.datetime) -> None:
    """Let a refund come back: the payer's bank could not take it."""
    if made.failed_at:
        raise Refused(f"{made.ref} came back already")
    made.failed_at = at
    made.save(update_fields=["failed_at"])
    messages.tell(refund_failed(made))


def refund_failed(made: Refund) -> messages.Event:
    """Return what is told of a refund that came back."""
    assert made.failed_at
    data = {"payment": made.payment.ref, "refund": made.ref, "minor": made.minor, "currency": made.payment.currency}
    return messages.event("refund.failed", made.failed_at, **data, made_at=made.made_at.isoformat())


def open_dispute(payment: Payment, at: datetime.datetime, reason: str = "unrecognised") -> Dispute:
    """Take what is left of a payment back; raises Refused when there is nothing or it was disputed before."""
    left = refundable(payment)
    if not left or Dispute.objects.filter(payment=payment).exists():
        raise Refused(f"{payment.ref} cannot be disputed")
    made = Dispute.objects.create(ref=new_ref("dis"), payment=payment, minor=left, reason=reason, opened_at=at)
    messages.tell(dispute_opened(made))
    return made


def close_dispute(dispute: Dispute, won: bool, at: datetime.datetime) -> None:
    """Decide a dispute; won: the money is the charity's again."""
    if dispute.closed_at:
        raise Refused(f"{dispute.ref} is closed")
    dispute.closed_at, dispute.won = at, won
    dispute.save(update_fields=["closed_at", "won"])
    messages.tell(dispute_closed(dispute))


def _disputed(made: Dispute) -> dict[str, Any]:
    return {"payment": made.payment.ref, "dispute": made.ref, "minor": made.minor, "currency": made.payment.currency}


def dispute_opened(made: Dispute) -> messages.Event:
    """Return what is told of a dispute's beginning."""
    return messages.event("dispute.opened", made.opened_at, **_disputed(made), reason=made.reason)


def dispute_closed(made: Dispute) -> messages.Event:
    """Return what is told of a dispute's end."""
    assert made.closed_at
    return messages.event("dispute.closed", made.closed_at, **_disputed(made), won=made.won)


# --- payouts ------------------------------------------------------------------------------------
def balances() -> dict[str, int]:
    """Return what the bank holds for the charity, by currency, in minor units; may be negative."""
    held: dict[str, int] = {}

    def add(rows: Any, sign: int) -> None:
        for currency, total in rows:
            held[currency] = held.get(currency, 0) + sign * total

    paid = Payment.objects.filter(state=Payment.State.PAID).values_list("currency")
    add(paid.annotate(Sum("minor")), 1)
    add(paid.annotate(Sum("fee")), -1)
    add(Refund.objects.filter(failed_at=None).values_list("payment__currency").annotate(Sum("minor")), -1)
    add(Dispute.objects.exclude(won=True).values_list("payment__currency").annotate(Sum("minor")), -1)
    add(Payout.objects.filter(failed_at=None).values_list("currency").annotate(Sum("minor")), -1)
    return held


def pay_out(at: datetime.datetime) -> list[Payout]:
    """Send all that is held to the charity's account, a payout for each currency; it arrives in two days."""
    made = []
    for currency, held in sorted(balances().items()):
        if held > 0:
            arrives_on = days.day_of(at) + 2 * days.ONE_DAY
            payout = Payout.objects.create(ref=new_ref("po"), minor=held, currency=currency, made_at=at, arrives_on=arrives_on)
            messages.tell(paid_out(payout))
            made.append(payout)
    return made


def fail_payout(payout: Payout, at: datetime.datetime) -> None:
    """Let a payout come back: the charity's bank could not take it."""
    if payout.failed_at:
        raise Refused(f"{payout.ref} came back already")
    payout.failed_at = at
    payout.save(update_fields=["failed_at"])
    messages.tell(payout_failed(payout))


def payout_failed(payout: Payout) -> messages.Event:
    """Return what is told of a payout that came back."""
    assert payout.failed_at
    data = {"payout": payout.ref, "minor": payout.minor, "currency": payout.currency}
    return messages.event("payout.failed", payout.failed_at, **data, made_at=payout.made_at.isoformat())


def paid_out(payout: Payout) -> messages.Event:
    """Return what is told of a payout."""
    data = {"payout": payout.ref, "minor": payout.minor, "currency": payout.currency, "arrives_on": payout.arrives_on}
    return messages.event("payout.paid", payout.made_at, **data)


def failed(
    whose: dict[str, Any], at: datetime.datetime, reason: str, *, next_try_on: datetime.date | None = None, confirm_url: str = ""
) -> Message:
    """Tell that a try to charge did not go through."""
    data = {"attempt": new_ref("try"), "reason": reason, "next_try_on": next_try_on, "confirm_url": confirm_url}
    return messages.tell(messages.event("payment.failed", at, **whose, **data))
