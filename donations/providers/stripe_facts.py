"""What a message of Stripe's tells, in facts.

Stripe delivers messages in any order and more than once, each with the object as it was when the message was made.
Where that matters (a payment, a bill, a promise) the object is fetched anew, so that an old message tells what is true
now. What cannot change any more (an expired checkout, a payout that arrived) is read from the message itself.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from donations.calendar import charity_day, next_instalment
from donations.providers.base import (
    Abandoned,
    CardEnding,
    DisputeClosed,
    DisputeOpened,
    Fact,
    Failed,
    FeeTaken,
    Notice,
    OnItsWay,
    Paid,
    PledgeStarted,
    Skipped,
    Upcoming,
)
from donations.providers.stripe_read import (
    OVER,
    Data,
    charge_second,
    chosen_day,
    due_at,
    falls_on,
    fee_of,
    id_of,
    item_of,
    method_of,
    next_day,
    paid_out,
    payout_failed,
    reason_of,
    refund_failed,
    refunded,
    standing,
    subscription_of,
    whole,
)
from donations.providers.stripe_wire import Answer, Wire, from_stripe, moment

PAYMENT = ["latest_charge.balance_transaction", "payment_method"]
PROMISE = ["default_payment_method"]
QUIET = "warning_"  # a dispute that begins so is a question of the bank's: no money has moved


class Teller:
    """Turns messages and objects into facts; asks Stripe back over a wire."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        # Each type: who reads it, and whether that needs the network.
        self._readers: dict[str, tuple[Callable[[Data, datetime], list[Fact]], bool]] = {
            "checkout.session.completed": (self._session, True),
            "checkout.session.async_payment_succeeded": (self._session, True),
            "checkout.session.async_payment_failed": (self._session_failed, True),
            "checkout.session.expired": (self._session_expired, False),
            "payment_intent.payment_failed": (self._try_failed, False),
            "invoice.paid": (self._invoice, True),
            "invoice.payment_failed": (self._invoice_failed, True),
            "invoice.payment_action_required": (self._invoice_failed, True),
            "invoice.upcoming": (self._upcoming, True),
            "invoice.voided": (self._voided, True),
            "customer.subscription.updated": (self._subscription, True),
            "customer.subscription.deleted": (self._subscription_over, False),
            "customer.source.expiring": (self._source_expiring, True),
            "charge.updated": (self._charge, True),
            "charge.refunded": (self._charge_refunded, True),
            "refund.created": (self._refund, False),
            "refund.updated": (self._refund, False),
            "refund.failed": (self._refund, False),
            "charge.dispute.created": (self._dispute_opened, False),
            "charge.dispute.funds_withdrawn": (self._dispute_opened, False),
            "charge.dispute.closed": (self._dispute_closed, False),
            "payout.paid": (lambda told, _at: [paid_out(told)], False),
            "payout.failed": (lambda told, at: [payout_failed(told, at)], False),
        }

    @property
    def kinds(self) -> frozenset[str]:
        """The types that tell something: a webhook endpoint is made with exactly these."""
        return frozenset(self._readers)

    def asks_back(self, notice: Notice) -> bool:
        """Return whether reading this message needs the network."""
        return notice.kind in self._readers and self._readers[notice.kind][1]

    def facts(self, notice: Notice) -> list[Fact] | None:
        """Return what a message tells; None for a type that tells nothing."""
        if notice.kind not in self._readers:
            return None
        read, _asks = self._readers[notice.kind]
        return read(notice.payload["data"]["object"], moment(notice.payload["created"]))

    # --- fetching -----------------------------------------------------------------------------------
    def subscription(self, name: str) -> Answer:
        """Return a subscription as it stands."""
        return self.wire.ask(lambda stripe: stripe.v1.subscriptions.retrieve(name, {"expand": PROMISE}))

    def _payment(self, name: str) -> Data:
        return self.wire.ask(lambda stripe: stripe.v1.payment_intents.retrieve(name, {"expand": PAYMENT})).data

    def _bill(self, name: str) -> Data:
        return self.wire.ask(lambda stripe: stripe.v1.invoices.retrieve(name, {"expand": ["payments"]})).data

    def bill_of_payment(self, payment: str) -> Data | None:
        """Return the bill that a payment was for; None for a single gift."""
        found = self.wire.ask(
            lambda stripe: stripe.v1.invoice_payments.list(
                {"payment": {"type": "payment_intent", "payment_intent": payment}, "expand": ["data.invoice"], "limit": 1}
            )
        ).data["data"]
        return whole(found[0]["invoice"]) if found else None

    # --- checkouts ----------------------------------------------------------------------------------
    def look_up(self, checkout: str) -> list[Fact]:
        """Return what is known now about a checkout; empty while it is open."""
        found = self.wire.ask(lambda stripe: stripe.v1.checkout.sessions.retrieve(checkout))
        if found.data["status"] == "expired":
            return self._session_expired(found.data, moment(found.data["expires_at"]))
        return self._session(found.data, found.at) if found.data["status"] == "complete" else []

    def _session(self, told: Data, at: datetime) -> list[Fact]:
        session = self.wire.ask(lambda stripe: stripe.v1.checkout.sessions.retrieve(told["id"])).data
        if session["mode"] == "setup":
            return self._card_given(session)
        reference = session.get("client_reference_id") or ""
        if not reference:
            return []  # not of our making: a payment link of the charity's, perhaps
        if session["mode"] == "subscription":
            return self._subscribed(session, reference, at)
        payment = self._payment(id_of(session["payment_intent"]))
        return _payment_facts(payment, at, reference=reference)

    def _subscribed(self, session: Data, reference: str, at: datetime) -> list[Fact]:
        facts: list[Fact] = list(self._month(self._bill(id_of(session["invoice"])), at, reference))
        found = self.keep_day(self.subscription(id_of(session["subscription"])))
        subscription = found.data
        started = PledgeStarted(
            happened_at=moment(subscription["created"]),
            reference=reference,
            pledge=subscription["id"],
            customer=id_of(subscription["customer"]),
            method=method_of(whole(subscription.get("default_payment_method"))),
            next_on=None if subscription["status"] in OVER else next_day(subscription),
        )
        return [started, *facts]

    def _session_failed(self, told: Data, at: datetime) -> list[Fact]:
        reference = told.get("client_reference_id") or ""
        if not reference:
            return []
        if told["mode"] == "subscription":
            bill = self._bill(id_of(told["invoice"]))
            return self._tried(bill, told_count=bill["attempt_count"], at=at)
        payment = self._payment(id_of(told["payment_intent"]))
        if payment["status"] == "succeeded":
            return _payment_facts(payment, at, reference=reference)
        return [_failed_try(payment, at, reference)]

    def _session_expired(self, told: Data, at: datetime) -> list[Fact]:
        reference = told.get("client_reference_id") or ""
        return [Abandoned(happened_at=at, reference=reference)] if reference and told["mode"] != "setup" else []

    def _card_given(self, session: Data) -> list[Fact]:
        """Let a promise be paid by the card its giver has just put: Stripe leaves that step to us."""
        pledge = (session.get("metadata") or {}).get("subscription")
        if not pledge or session["status"] != "complete":
            return []
        name = id_of(session["setup_intent"])
        intent = self.wire.ask(lambda stripe: stripe.v1.setup_intents.retrieve(name)).data
        found = self.subscription(pledge)
        method = id_of(intent.get("payment_method"))
        # Only the newest card counts, whatever the order of two messages.
        newest = int((found.data.get("metadata") or {}).get("card_at") or 0)
        if method and found.data["status"] not in OVER and session["created"] >= newest:
            found = self.wire.ask(
                lambda stripe: stripe.v1.subscriptions.update(
                    pledge,
                    {"default_payment_method": method, "metadata": {"card_at": str(session["created"])}, "expand": PROMISE},
                    {"idempotency_key": f"card:{session['id']}"},
                )
            )
        return _some(standing(found.data, found.at))

    def _try_failed(self, told: Data, at: datetime) -> list[Fact]:
        """Tell a decline on Stripe's page: the giver may try again there, so the checkout stays open."""
        reference = (told.get("metadata") or {}).get("reference") or ""
        return [_failed_try(told, at, reference)] if reference else []

    # --- bills --------------------------------------------------------------------------------------
    def _invoice(self, told: Data, at: datetime) -> list[Fact]:
        pledge, _metadata = subscription_of(told)
        if not pledge:
            return []
        bill = self._bill(told["id"])
        facts = self._month(bill, at)
        self._keep_day_after(bill, pledge)
        return facts

    def _month(self, bill: Data, at: datetime, reference: str = "") -> list[Fact]:
        """Tell of one month's money; a bill of nothing (Stripe writes one when a day is moved) tells nothing."""
        payment = _payment_of(bill)
        if not payment or not bill["amount_due"]:
            return []
        return _payment_facts(self._payment(payment), at, **about_bill(bill) | ({"reference": reference} if reference else {}))

    def _invoice_failed(self, told: Data, at: datetime) -> list[Fact]:
        pledge, _metadata = subscription_of(told)
        if not pledge:
            return []
        bill = self._bill(told["id"])
        self._keep_day_after(bill, pledge)
        return self._tried(bill, told["attempt_count"], at, told.get("next_payment_attempt"))

    def _tried(self, bill: Data, told_count: int, at: datetime, next_try: int | None = None) -> list[Fact]:
        """Tell of one try for a bill; Stripe's two messages about the same try tell the same."""
        name = _payment_of(bill)
        payment: Data = self._payment(name) if name else {}
        reason = reason_of(payment.get("last_payment_error"), payment.get("status", ""))
        confirm = bill["status"] == "open" and reason == "confirmation_needed"
        return [
            Failed(
                happened_at=at,
                **about_bill(bill),
                attempt=f"{bill['id']}:{told_count}",
                reason=reason,
                next_try_on=charity_day(moment(next_try)) if next_try else None,
                confirm_url=(bill.get("hosted_invoice_url") or "") if confirm else "",
            )
        ]

    def _voided(self, told: Data, at: datetime) -> list[Fact]:
        pledge, _metadata = subscription_of(told)
        if not pledge:
            return []
        self._keep_day_after(told, pledge)
        due = charity_day(moment(due_at(told)))
        return [Skipped(happened_at=at, pledge=pledge, bill=told["id"], due_on=due)] if told["amount_due"] else []

    def _upcoming(self, told: Data, at: datetime) -> list[Fact]:
        pledge, _metadata = subscription_of(told)
        if not pledge or not told["amount_due"]:
            return []
        due = charity_day(moment(due_at(told)))
        facts: list[Fact] = [
            Upcoming(happened_at=at, pledge=pledge, due_on=due, amount=from_stripe(told["amount_due"], told["currency"]))
        ]
        found = self.subscription(pledge).data
        method = method_of(whole(found.get("default_payment_method")))
        if method and method.ends_on and method.ends_on < next_instalment(due, chosen_day(found)):
            facts.append(CardEnding(happened_at=at, pledge=pledge, method=method))
        return facts

    # --- promises -----------------------------------------------------------------------------------
    def _subscription(self, told: Data, _at: datetime) -> list[Fact]:
        found = self.subscription(told["id"])
        return _some(standing(found.data, found.at))

    def _subscription_over(self, told: Data, at: datetime) -> list[Fact]:
        return _some(standing({**told, "status": "canceled"}, at))

    def _source_expiring(self, told: Data, at: datetime) -> list[Fact]:
        customer = id_of(told.get("customer"))
        card = method_of({"type": "card", "card": told})
        if not customer or not card or told.get("object") != "card":
            return []
        found = self.wire.ask(lambda stripe: stripe.v1.subscriptions.list({"customer": customer, "limit": 100})).data
        return [CardEnding(happened_at=at, pledge=each["id"], method=card) for each in found["data"]]

    def _keep_day_after(self, bill: Data, pledge: str) -> None:
        """Mend the day after the bill of the running month; an older bill says nothing about the coming one."""
        found = self.subscription(pledge)
        if found.data["status"] not in OVER and due_at(bill) == item_of(found.data)["current_period_start"]:
            self.keep_day(found)

    def keep_day(self, found: Answer) -> Answer:
        """Move the coming instalment to the giver's own day if Stripe's calendar would miss it; nothing is charged now.

        Stripe renews on the UTC day of the first payment. That misses the promise when the payment came on another day
        than the checkout began on, when the hour lies near midnight (another date in UTC, or once the bill is charged), or
        when the 31st was chosen in a shorter month. Asked again it finds nothing left to move.
        """
        subscription = found.data
        if subscription["status"] in OVER | {"incomplete", "trialing"}:
            return found
        begun = charity_day(moment(item_of(subscription)["current_period_start"]))
        wanted = next_instalment(begun, chosen_day(subscription))
        if falls_on(subscription, wanted):
            return found
        name, second = subscription["id"], charge_second(wanted)
        return self.wire.ask(
            lambda stripe: stripe.v1.subscriptions.update(
                name,
                {"trial_end": second, "proration_behavior": "none", "expand": PROMISE},
                {"idempotency_key": f"day:{name}:{second}"},
            )
        )

    # --- money that goes ----------------------------------------------------------------------------
    def _charge(self, told: Data, at: datetime) -> list[Fact]:
        if not told.get("balance_transaction") or not told.get("payment_intent"):
            return []
        name = told["id"]
        charge = self.wire.ask(lambda stripe: stripe.v1.charges.retrieve(name, {"expand": ["balance_transaction"]})).data
        fee, payment = fee_of(charge), id_of(charge["payment_intent"])
        return [FeeTaken(happened_at=at, payment=payment, amount=fee, key=payment)] if fee else []

    def _charge_refunded(self, told: Data, _at: datetime) -> list[Fact]:
        charge = told["id"]
        found = self.wire.ask(lambda stripe: stripe.v1.refunds.list({"charge": charge, "limit": 100})).data
        return [fact for each in sorted(found["data"], key=lambda one: one["created"]) for fact in refunded(each)]

    def _refund(self, told: Data, at: datetime) -> list[Fact]:
        return [*refunded(told), *refund_failed(told, at)]

    def _dispute_opened(self, told: Data, _at: datetime) -> list[Fact]:
        if told["status"].startswith(QUIET) or not told.get("payment_intent"):
            return []
        return opened(told)

    def _dispute_closed(self, told: Data, at: datetime) -> list[Fact]:
        if told["status"] not in {"won", "lost"} or not told.get("payment_intent"):
            return []
        amount, payment = from_stripe(told["amount"], told["currency"]), id_of(told["payment_intent"])
        won = told["status"] == "won"
        return [DisputeClosed(happened_at=at, payment=payment, dispute=told["id"], amount=amount, won=won)]


def opened(dispute: Data) -> list[Fact]:
    """Return a dispute's beginning and what Stripe charges for it."""
    payment, name, at = id_of(dispute["payment_intent"]), dispute["id"], moment(dispute["created"])
    amount = from_stripe(dispute["amount"], dispute["currency"])
    facts: list[Fact] = [DisputeOpened(happened_at=at, payment=payment, dispute=name, amount=amount, reason=dispute["reason"])]
    for entry in dispute.get("balance_transactions") or ():
        if entry["fee"] > 0:
            fee = from_stripe(entry["fee"], entry["currency"])
            facts.append(FeeTaken(happened_at=at, payment=payment, amount=fee, key=name))
    return facts


def paid(payment: Data, charge: Data, **about: Any) -> Paid:
    """Return the coming of a payment's money, by its charge."""
    return Paid(
        happened_at=moment(charge["created"]),
        payment=payment["id"],
        amount=from_stripe(charge["amount_captured"], charge["currency"]),
        fee=fee_of(charge),
        method=method_of(charge.get("payment_method_details")),
        **about,
    )


def _payment_facts(payment: Data, at: datetime, **about: Any) -> list[Fact]:
    charge = whole(payment.get("latest_charge"))
    if payment["status"] == "succeeded" and charge:
        return [paid(payment, charge, **about)]
    if payment["status"] == "processing":
        amount = from_stripe(payment["amount"], payment["currency"])
        return [OnItsWay(happened_at=at, payment=payment["id"], amount=amount, **about)]
    return []  # what failed is told by its own message


def _failed_try(payment: Data, at: datetime, reference: str) -> Failed:
    error = payment.get("last_payment_error") or {}
    attempt = error.get("charge") or id_of(payment.get("latest_charge")) or payment["id"]
    return Failed(happened_at=at, reference=reference, attempt=attempt, reason=reason_of(error))


def _payment_of(bill: Data) -> str:
    """Return the payment intent of a bill: the one that paid it, or else the one that tries to."""
    payments = sorted((bill.get("payments") or {}).get("data") or (), key=lambda each: each["status"] != "paid")
    return next((id_of(each["payment"]["payment_intent"]) for each in payments if each["payment"].get("payment_intent")), "")


def about_bill(bill: Data) -> dict[str, Any]:
    """Return by what a fact about a bill is known."""
    pledge, metadata = subscription_of(bill)
    first = bill["billing_reason"] == "subscription_create"
    return {
        "reference": metadata.get("reference", "") if first else "",
        "pledge": pledge,
        "bill": bill["id"],
        "due_on": charity_day(moment(due_at(bill))),
    }


def _some(fact: Fact | None) -> list[Fact]:
    return [fact] if fact else []
