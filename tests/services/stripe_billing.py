"""What Stripe does with money: checkouts that are paid, subscriptions that renew by a clock of their own, bills that fail.

All under one lock and at the fake's own time (`now`, seconds), which Clock.move_to alone moves. Objects begin as Stripe's samples.
"""

import copy
import itertools
import json
import threading
from calendar import monthrange
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SAMPLES = json.loads((Path(__file__).parent / "stripe_samples.json").read_text())["resources"]
Thing = dict[str, Any]
DAY = 86400
RETRIES = (3, 5, 7)  # days after the first failure
DECLINES = {  # how a card behaves: error code, decline code
    "declined": ("card_declined", "generic_decline"),
    "insufficient_funds": ("card_declined", "insufficient_funds"),
    "expired_card": ("expired_card", "expired_card"),
    "confirm": ("authentication_required", "authentication_required"),
    "bank_refused": ("payment_intent_payment_attempt_failed", None),
}


class Refusal(Exception):
    """An answer of Stripe's that is an error: status, type, code, and the field it is about."""

    def __init__(self, code: str, message: str, *, status: int = 400, kind: str = "invalid_request_error", param: str = ""):
        super().__init__(message)
        self.code, self.status, self.kind, self.param = code, status, kind, param


def month_after(anchor: int, months: int) -> int:
    """Return the second so many months after an anchor, in UTC, on the last day of shorter months: Stripe's rule."""
    first = datetime.fromtimestamp(anchor, UTC)
    years, month = divmod(first.month - 1 + months, 12)
    year, month = first.year + years, month + 1
    return int(first.replace(year=year, month=month, day=min(first.day, monthrange(year, month)[1])).timestamp())


class Billing:
    """The state of one account and all that moves it."""

    def __init__(self, now: datetime | None = None) -> None:
        self.lock = threading.RLock()
        self.now = int((now or datetime.now(UTC)).timestamp())
        self.things: dict[str, Thing] = {}
        self.events: list[Thing] = []
        self.behaviour: dict[str, str] = {}  # of a subscription's card: "succeeds", "processing" or one of DECLINES
        self.retries: dict[str, list[int]] = {}  # open bill: the seconds at which it is tried again
        self.announced: set[tuple[str, int]] = set()
        self.drafts: dict[str, int] = {}  # bill: the second at which it is finalised and charged
        self.lines: list[str] = []  # balance transactions, oldest first
        self._numbers = itertools.count(1)

    # --- making things ------------------------------------------------------------------------------
    def make(self, resource: str, prefix: str, **fields: Any) -> Thing:
        """Return a new object from Stripe's sample, with these fields instead of the sample's."""
        name = f"{prefix}_{next(self._numbers):014d}"
        thing = copy.deepcopy(SAMPLES[resource]) | {"id": name, "created": self.now, "livemode": False, "metadata": {}} | fields
        self.things[name] = thing
        return thing

    def of(self, kind: str) -> list[Thing]:
        """Return all objects of a kind, oldest first."""
        return [thing for thing in self.things.values() if thing["object"] == kind]

    def get(self, name: str, kind: str) -> Thing:
        """Return an object. Raises the refusal that Stripe gives for an unknown one."""
        thing = self.things.get(name)
        if thing is None or thing["object"] != kind:
            raise Refusal("resource_missing", f"No such {kind}", status=404, param="id")
        return thing

    def tell(self, kind: str, thing: Thing) -> Thing:
        """Write a message about an object as it is now."""
        plain = {name: value for name, value in copy.deepcopy(thing).items() if name != "_"}
        event = copy.deepcopy(SAMPLES["event"]) | {
            "id": f"evt_{next(self._numbers):014d}",
            "created": self.now,
            "type": kind,
            "api_version": "2026-10-28.endive",
            "data": {"object": plain},
        }
        self.events.append(event)
        return event

    def line(self, kind: str, source: Thing, amount: int, fee: int) -> Thing:
        """Write a line of the account's book, which is kept in pounds: other money comes in at half its number."""
        if source["currency"] != "gbp":
            amount, fee = amount // 2, fee // 2
        entry = self.make("balance_transaction", "txn", type=kind, source=source["id"], amount=amount, fee=fee, net=amount - fee)
        entry["currency"] = "gbp"
        self.lines.append(entry["id"])
        return entry

    # --- checkouts ----------------------------------------------------------------------------------
    def pay(self, session: str, how: str = "succeeds", *, card: Thing | None = None) -> Thing:
        """Do what a giver does on Stripe's page: pay, be declined, confirm with the bank, or pay by a slow bank debit."""
        with self.lock:
            checkout = self.get(session, "checkout.session")
            if checkout["status"] != "open":
                raise Refusal("checkout_not_open", "This page is over.")
            if how in DECLINES and how != "confirm":
                self._declined_on_page(checkout, how)
                return checkout
            method = self._method(checkout, "bacs_debit" if how == "processing" else "card", card)
            checkout["status"] = "complete"
            checkout["payment_status"] = "unpaid" if how == "processing" else "paid"
            if checkout["mode"] == "setup":
                checkout["payment_status"] = "no_payment_required"
                intent = self.make("setup_intent", "seti", status="succeeded", payment_method=method["id"])
                intent["metadata"] = checkout["_"]["setup_intent_data"]["metadata"]
                checkout["setup_intent"] = intent["id"]
            elif checkout["mode"] == "payment":
                intent = self._intent(checkout["amount_total"], checkout["currency"], method)
                intent["metadata"] = dict(checkout["_"]["payment_intent_data"].get("metadata", {}))
                checkout["payment_intent"] = intent["id"]
                self._charge(intent, "processing" if how == "processing" else "succeeds")
            else:
                self._subscribe(checkout, method, "processing" if how == "processing" else "succeeds")
            self.tell("checkout.session.completed", checkout)
            return checkout

    def settle(self, session: str, how: str = "succeeds") -> None:
        """Let the bank decide about a debit that was on its way."""
        with self.lock:
            checkout = self.get(session, "checkout.session")
            bill = self.things.get(checkout["invoice"] or "")
            intent = self.things[checkout["payment_intent"] or self._intent_of(bill)["id"]]
            if how == "succeeds":
                checkout["payment_status"] = "paid"
                self._charge(intent, how)
                if bill:
                    self._bill_paid(bill)
                self.tell("checkout.session.async_payment_succeeded", checkout)
            else:
                self._charge(intent, "bank_refused")
                if bill:
                    bill["attempt_count"] += 1
                    self.tell("invoice.payment_failed", bill)
                self.tell("checkout.session.async_payment_failed", checkout)

    def expire(self, session: str) -> None:
        """End a page that nobody paid on."""
        with self.lock:
            checkout = self.get(session, "checkout.session")
            if checkout["status"] == "open":
                checkout |= {"status": "expired", "url": None}
                self.tell("checkout.session.expired", checkout)

    def _declined_on_page(self, checkout: Thing, how: str) -> None:
        intent = self.things.get(checkout["payment_intent"] or "")
        if intent is None:
            intent = self._intent(checkout["amount_total"], checkout["currency"], self._method(checkout, "card", None))
            intent["metadata"] = dict(checkout["_"].get("payment_intent_data", {}).get("metadata", {}))
            if checkout["mode"] == "payment":
                checkout["payment_intent"] = intent["id"]
        self._charge(intent, how)

    def _method(self, checkout: Thing, kind: str, card: Thing | None) -> Thing:
        method = self.make("payment_method", "pm", type=kind, customer=checkout["customer"])
        if kind == "card":
            method["card"] |= {"wallet": None} | (card or {})
        else:
            del method["card"]
            method[kind] = {"last4": "2345", "sort_code": "108800", "fingerprint": "x"}
        return method

    def _intent(self, amount: int, currency: str, method: Thing) -> Thing:
        return self.make(
            "payment_intent", "pi", amount=amount, currency=currency, payment_method=method["id"], last_payment_error=None,
            next_action=None, latest_charge=None,
        )  # fmt: skip

    def _charge(self, intent: Thing, how: str) -> None:
        """Try an intent: the charge, its line in the book, the messages."""
        method = self.things[intent["payment_method"]]
        if how == "processing":
            intent["status"] = "processing"
            return
        good = how == "succeeds"
        code, decline = DECLINES.get(how, ("", None))
        charge = self.make(
            "charge", "ch", amount=intent["amount"], amount_captured=intent["amount"] if good else 0, amount_refunded=0,
            currency=intent["currency"], payment_intent=intent["id"], payment_method=method["id"], refunded=False, refunds=None,
            payment_method_details={"type": method["type"], method["type"]: method[method["type"]]}, paid=good,
            status="succeeded" if good else "failed", balance_transaction=None, failure_code=code or None, disputed=False,
        )  # fmt: skip
        charge["metadata"] = dict(intent["metadata"])
        intent["latest_charge"] = charge["id"]
        if not good:
            kind = "card_error" if method["type"] == "card" else "invalid_request_error"
            error = {"type": kind, "code": code, "decline_code": decline, "charge": charge["id"], "payment_method": method}
            intent |= {"status": "requires_payment_method", "last_payment_error": error}
            self.tell("payment_intent.payment_failed", intent)
            return
        intent |= {"status": "succeeded", "amount_received": intent["amount"], "last_payment_error": None}
        charge["balance_transaction"] = self.line("charge", charge, charge["amount"], charge["amount"] * 14 // 1000 + 20)["id"]
        self.tell("payment_intent.succeeded", intent)
        self.tell("charge.succeeded", charge)
        self.tell("charge.updated", charge)

    # --- subscriptions ------------------------------------------------------------------------------
    def _subscribe(self, checkout: Thing, method: Thing, how: str) -> None:
        customer = self.make("customer", "cus", email=checkout["customer_email"])
        method["customer"] = checkout["customer"] = customer["id"]
        asked = checkout["_"]
        item = asked["line_items"]["0"]
        subscription = self.make(
            "subscription", "sub", customer=customer["id"], currency=checkout["currency"], status="active", ended_at=None,
            billing_cycle_anchor=self.now, billing_cycle_anchor_config=None, start_date=self.now, canceled_at=None, cancel_at=None,
            cancel_at_period_end=False, pause_collection=None, pending_update=None, trial_end=None, trial_start=None,
            default_payment_method=method["id"], latest_invoice=None, billing_schedules=[],
        )  # fmt: skip
        subscription["metadata"] = dict(asked["subscription_data"].get("metadata", {}))
        entry = subscription["items"]["data"][0]
        entry |= {"id": f"si_{subscription['id']}", "subscription": subscription["id"], "price": self.price(item["price_data"])}
        entry |= {"current_period_start": self.now, "current_period_end": month_after(self.now, 1), "quantity": 1}
        checkout["subscription"] = subscription["id"]
        self.behaviour[subscription["id"]] = "succeeds"
        self.tell("customer.subscription.created", subscription)
        bill = self.bill(subscription, "subscription_create", entry["price"]["unit_amount"])
        checkout["invoice"] = bill["id"]
        self.collect(bill, how)

    def price(self, data: Thing) -> Thing:
        """Return a price made from inline data."""
        product = data.get("product") or self.make("product", "prod", name=data["product_data"]["name"])["id"]
        amount = int(data["unit_amount"])
        price = self.make("price", "price", currency=data["currency"], product=product, unit_amount=amount)
        return price | {"unit_amount_decimal": str(amount)}

    def bill(self, subscription: Thing, reason: str, amount: int) -> Thing:
        """Write a bill for the period that begins with the subscription's current one."""
        item = subscription["items"]["data"][0]
        invoice = self.make(
            "invoice", "in", customer=subscription["customer"], currency=subscription["currency"], amount_due=amount,
            amount_paid=0, auto_advance=True, amount_remaining=amount, total=amount, billing_reason=reason, status="draft", attempt_count=0,
            next_payment_attempt=None, period_start=self.now, period_end=self.now, due_date=None,
        )  # fmt: skip
        invoice["hosted_invoice_url"] = f"https://invoice.stripe.com/i/{invoice['id']}"
        name, metadata = subscription["id"], dict(subscription["metadata"])
        invoice["parent"] = {
            "type": "subscription_details",
            "quote_details": None,
            "subscription_details": {"subscription": name, "metadata": metadata},
        }
        line = invoice["lines"]["data"][0]
        line |= {"amount": amount, "currency": invoice["currency"], "invoice": invoice["id"], "id": f"il_{invoice['id']}"}
        line["period"] = {"start": item["current_period_start"], "end": item["current_period_end"]}
        details = {"subscription": name, "subscription_item": item["id"], "proration": False, "invoice_item": None}
        line["parent"] = {
            "type": "subscription_item_details",
            "invoice_item_details": None,
            "subscription_item_details": details,
        }
        subscription["latest_invoice"] = invoice["id"]
        self.tell("invoice.created", invoice)
        return invoice

    def collect(self, invoice: Thing, how: str) -> None:
        """Finalise a bill and try to charge it."""
        subscription = self.things[invoice["parent"]["subscription_details"]["subscription"]]
        invoice["status"] = "open"
        if not invoice["amount_due"]:
            invoice["status"] = "paid"
            self.tell("invoice.paid", invoice)
            return
        intent = self._intent_of(invoice)
        if intent is None:
            method = self.things[subscription["default_payment_method"]]
            intent = self._intent(invoice["amount_due"], invoice["currency"], method)
            payment = self.make("invoice_payment", "inpay", invoice=invoice["id"], status="open", currency=invoice["currency"])
            payment |= {
                "payment": {"type": "payment_intent", "payment_intent": intent["id"]},
                "amount_requested": invoice["total"],
            }
        intent["payment_method"] = subscription["default_payment_method"]
        self._charge(intent, how)
        if how == "succeeds":
            self._bill_paid(invoice)
        elif how in DECLINES:
            self._bill_failed(invoice, intent, subscription, how)

    def _intent_of(self, invoice: Thing | None) -> Thing | None:
        for payment in self.of("invoice_payment"):
            if invoice and payment["invoice"] == invoice["id"]:
                return self.things[payment["payment"]["payment_intent"]]
        return None

    def _bill_paid(self, invoice: Thing) -> None:
        for payment in self.of("invoice_payment"):
            if payment["invoice"] == invoice["id"]:
                payment |= {"status": "paid", "amount_paid": invoice["amount_due"]}
        invoice |= {"status": "paid", "amount_paid": invoice["amount_due"], "amount_remaining": 0, "attempted": True}
        invoice |= {"next_payment_attempt": None, "attempt_count": invoice["attempt_count"] + 1}
        self.retries.pop(invoice["id"], None)
        subscription = self.things[invoice["parent"]["subscription_details"]["subscription"]]
        if subscription["status"] == "past_due":
            subscription["status"] = "active"
            self.tell("customer.subscription.updated", subscription)
        self.tell("invoice.paid", invoice)

    def _bill_failed(self, invoice: Thing, intent: Thing, subscription: Thing, how: str) -> None:
        invoice["attempt_count"] += 1
        left = self.retries.setdefault(invoice["id"], [self.now + days * DAY for days in RETRIES])
        if how == "confirm":
            intent["status"] = "requires_action"
        invoice["next_payment_attempt"] = left[0] if left else None
        subscription["status"] = "past_due"
        self.tell("invoice.payment_failed", invoice)
        if how == "confirm":
            self.tell("invoice.payment_action_required", invoice)
        self.tell("customer.subscription.updated", subscription)
        if not left:
            self.end(subscription, "payment_failed")

    def confirm(self, invoice: str) -> None:
        """Let the giver confirm an open bill with their bank, or pay it by another card."""
        with self.lock:
            self.collect(self.get(invoice, "invoice"), "succeeds")

    def end(self, subscription: Thing, reason: str) -> None:
        """End a subscription for good; its open bills are no longer tried."""
        subscription |= {"status": "canceled", "canceled_at": self.now, "ended_at": self.now}
        subscription["cancellation_details"] = {"comment": None, "feedback": None, "reason": reason}
        self.retries.pop(subscription["latest_invoice"], None)
        self.tell("customer.subscription.deleted", subscription)
