"""Stripe's own book, line by line, for the nightly comparison with our ledger."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from donations.providers.base import DisputeClosed, Fact, FeeTaken, Movement, Notice, Paid
from donations.providers.stripe_facts import Teller, about_bill, opened, paid
from donations.providers.stripe_read import Data, id_of, paid_out, payout_failed, refund_failed, refunded, whole
from donations.providers.stripe_wire import Wire, from_stripe, moment

PAGE = 100
PAYMENTS = frozenset({"charge", "payment"})
REFUNDS = frozenset({"refund", "payment_refund"})
RETURNED = frozenset({"refund_failure", "payment_failure_refund", "payment_reversal"})
PAYOUTS = frozenset({"payout", "payout_cancel", "payout_failure"})
# Money that Stripe sets aside and gives back within its own books.
INSIDE = ("reserve", "payment_network_reserve", "payout_minimum_balance")


def movements(wire: Wire, teller: Teller, since: datetime, until: datetime) -> Iterator[Movement]:
    """Give every line between two moments, oldest first."""
    lines = _pages(lambda stripe: stripe.v1.balance_transactions, wire, since, until, expand=["data.source"])
    for line in sorted(lines, key=lambda each: (each["created"], each["id"])):
        yield from _movements_of(teller, line)


def notices(wire: Wire, kinds: frozenset[str], since: datetime, until: datetime) -> list[Notice]:
    """Return the messages of a time, oldest first, as they were delivered or ought to have been (30 days back at most)."""
    found = [
        Notice(id=event["id"], kind=event["type"], payload=event)
        for event in _pages(lambda stripe: stripe.v1.events, wire, since, until)
        if event["type"] in kinds
    ]
    return sorted(found, key=lambda notice: (notice.payload["created"], notice.id))


def _pages(service: Callable[[Any], Any], wire: Wire, since: datetime, until: datetime, **more: Any) -> Iterator[Data]:
    params = {"created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())}, "limit": PAGE} | more
    while True:
        page = wire.ask(lambda stripe: service(stripe).list(params)).data
        yield from page["data"]
        if not page["has_more"]:
            return
        params["starting_after"] = page["data"][-1]["id"]


def _movements_of(teller: Teller, line: Data) -> Iterator[Movement]:
    kind, at, source = line["type"], moment(line["created"]), whole(line["source"])
    if kind.startswith(INSIDE):
        return
    fee_name = line["id"]
    fee_facts: tuple[Fact, ...] = ()
    if source and kind in PAYMENTS and source.get("payment_intent"):
        payment = fee_name = id_of(source["payment_intent"])
        amount = from_stripe(source["amount_captured"], source["currency"])
        yield Movement(kind="gift", id=payment, amount=amount, happened_at=at, facts=_came(teller, source, line))
    elif source and kind in REFUNDS:
        fee_name, amount = source["id"], from_stripe(-source["amount"], source["currency"])
        yield Movement(kind="refund", id=source["id"], amount=amount, happened_at=at, facts=tuple(refunded(source)))
    elif source and kind in RETURNED:
        amount = from_stripe(source["amount"], source["currency"])
        yield Movement(kind="reversal", id=source["id"], amount=amount, happened_at=at, facts=tuple(refund_failed(source, at)))
    elif source and source.get("object") == "dispute":
        fee_name = source["id"]
        yield _dispute(source, at, back=line["amount"] > 0)
    elif source and kind in PAYOUTS:
        amount = from_stripe(line["amount"], line["currency"])
        back = line["type"] != "payout"  # a line of its own, under a name of its own
        name, facts = (f"failed:{source['id']}" if back else source["id"]), _payout(source, at, back=back)
        yield Movement(kind="payout", id=name, amount=amount, happened_at=at, facts=facts)
    elif line["amount"]:  # Stripe's own charges (and whatever it invents): shown, for staff to judge
        amount = from_stripe(line["amount"], line["currency"])
        yield Movement(kind="fee", id=line["id"], amount=amount, happened_at=at)
    if line["fee"]:
        fee = from_stripe(line["fee"], line["currency"])
        back = fee.minor < 0  # a dispute's fee that Stripe gives back: a line of its own, for staff to judge
        if source and source.get("payment_intent") and not back:
            fee_facts = (FeeTaken(happened_at=at, payment=id_of(source["payment_intent"]), amount=fee, key=fee_name),)
        yield Movement(kind="fee", id=line["id"] if back else fee_name, amount=-fee, happened_at=at, facts=fee_facts)


def _came(teller: Teller, charge: Data, line: Data) -> tuple[Paid, ...]:
    """Return the payment as a fact: by our reference where the charge carries it, else by its bill."""
    reference = (charge.get("metadata") or {}).get("reference") or ""
    payment = {"id": id_of(charge["payment_intent"])}
    known: Data = {**charge, "balance_transaction": line}
    if reference:
        return (paid(payment, known, reference=reference),)
    bill = teller.bill_of_payment(payment["id"])
    return (paid(payment, known, **about_bill(bill)),) if bill else ()


def _dispute(dispute: Data, at: datetime, *, back: bool) -> Movement:
    amount = from_stripe(dispute["amount"], dispute["currency"])
    name, payment = dispute["id"], id_of(dispute["payment_intent"])
    if not back:
        return Movement(kind="dispute", id=name, amount=-amount, happened_at=at, facts=tuple(opened(dispute)))
    won = DisputeClosed(happened_at=at, payment=payment, dispute=name, amount=amount, won=True)
    return Movement(kind="reversal", id=name, amount=amount, happened_at=at, facts=(won,))


def _payout(payout: Data, at: datetime, *, back: bool) -> tuple[Fact, ...]:
    if back:
        return (payout_failed(payout, at),)
    return (paid_out(payout),) if payout["status"] == "paid" else ()  # on its way: the notice tells the rest
