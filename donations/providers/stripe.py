"""Stripe as a provider: hosted Checkout by redirect, Billing for monthly gifts. Configured by environment alone.

Decisions that a reader may ask about:

- A monthly gift is a plain subscription without an anchor of ours: charged in full at once, then renewed by Stripe on
  the same day, on the last day of shorter months, never prorated. Stripe's own ways of naming the day were set aside:
  an anchor without proration makes the time before it free, so nothing would be charged today, and one before today's
  hour must lie within a month of a moment that is not known until the giver pays; a trial shows "free" on the page.
  Where Stripe's calendar would miss the giver's day, the next renewal is moved after the first payment and after each
  bill (Teller.keep_day): a trial end without proration, Stripe's documented way, which charges nothing and keeps all
  later renewals on the day.
- No time is computed into a checkout: the same idempotency key must come with the same parameters, so the end of a
  checkout is left at Stripe's 24 hours. That is also how long keys are kept at least: a key that is forgotten belongs to
  a checkout that is over, and one whose answer was lost was never shown to anybody.
- Verbs on a promise leave their key in its metadata and refunds in theirs, so that asking again finds the deed done,
  however old the key is.
- A pause voids bills until its end (pause_collection), which leaves the subscription active and its days as they are.
- A new card is put in a setup-mode Checkout rather than in the billing portal: the portal changes the customer's
  default, which a subscription made by Checkout does not follow, needs a configuration in the dashboard, and lives on
  another host than the one our policy lets forms lead to.
- Adaptive pricing is off: the giver's bank converts, not Stripe, so that what is charged is what was promised.
- The giver's name does not go to Stripe: their page asks for what the payment needs.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

import stripe
from django.conf import settings

from donations.calendar import charity_day, start_of_day
from donations.money import Money
from donations.providers import stripe_book
from donations.providers.base import (
    BadNotice,
    Checkout,
    CheckoutRequest,
    Fact,
    Movement,
    Notice,
    PledgeChanged,
    PledgeEnded,
    Refund,
    Refused,
)
from donations.providers.stripe_facts import PROMISE, Teller
from donations.providers.stripe_read import (
    OVER,
    charge_second,
    chosen_day,
    due_day,
    id_of,
    item_of,
    monthly_sum,
    moved_day,
    next_day,
    standing,
)
from donations.providers.stripe_wire import Answer, Wire, from_stripe, moment, to_stripe

FRESH = 300  # seconds either way
LARGEST = 1024 * 1024  # bytes of a message: Stripe's own are a few kilobytes
LANGUAGES = frozenset({"en", "es"})  # of the site, all of which Stripe's page speaks
LAST_KEY = "last_key"
LONGEST_NAME = 250  # characters of a product's name


def make() -> "StripeProvider":
    """Return the provider that the settings describe."""
    key, secret, base = (
        getattr(settings, name, "") for name in ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_BASE")
    )
    return StripeProvider(key, secret, base)


class StripeProvider:
    """The verbs of donations.providers.base.Provider, asked of one Stripe account."""

    name = "stripe"

    def __init__(self, key: str, webhook_secret: str, base: str = "") -> None:
        self._secret = webhook_secret
        self._wire = Wire(key, base)
        self._teller = Teller(self._wire)

    @property
    def kinds(self) -> frozenset[str]:
        """The types of message to ask Stripe for."""
        return self._teller.kinds

    # --- checkouts ----------------------------------------------------------------------------------
    def start(self, request: CheckoutRequest) -> Checkout:
        """Open Stripe's page for an attempt."""
        price: dict[str, Any] = {
            "currency": request.total.currency.lower(),
            "unit_amount": to_stripe(request.total),
            "product_data": {"name": request.description[:LONGEST_NAME]},
        }
        ours = {"reference": request.reference}
        params: dict[str, Any] = {
            "client_reference_id": request.reference,
            "metadata": ours,
            "customer_email": request.email,
            "locale": request.language if request.language in LANGUAGES else "auto",
            "success_url": request.return_url,
            "cancel_url": request.cancel_url,
            "adaptive_pricing": {"enabled": False},
            "line_items": [{"quantity": 1, "price_data": price}],
        }
        if request.monthly:
            price["recurring"] = {"interval": "month"}
            promise = {"metadata": ours | {"anchor_day": str(request.anchor_day)}, "description": request.description[:500]}
            params |= {"mode": "subscription", "subscription_data": promise}
        else:
            intent = {"metadata": ours, "description": request.description[:500]}
            params |= {"mode": "payment", "submit_type": "donate", "payment_intent_data": intent}
        return self._page(params, request.key)

    def _page(self, params: dict[str, Any], key: str) -> Checkout:
        session = self._wire.ask(
            lambda client: client.v1.checkout.sessions.create(params, {"idempotency_key": key})  # type: ignore[arg-type]
        ).data
        return Checkout(id=session["id"], url=session["url"] or "", expires_at=moment(session["expires_at"]))

    def look_up(self, checkout: str) -> list[Fact]:
        """Return what is known now about a checkout; empty while it is open."""
        with self._wire.verb():
            return self._teller.look_up(checkout)

    # --- messages -----------------------------------------------------------------------------------
    def verify(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Notice:
        """Return the message, or raise BadNotice: signature, time (300 s either way), mode, shape."""
        if len(body) > LARGEST:
            raise BadNotice("too large")
        signature = next((value for name, value in headers.items() if name.lower() == "stripe-signature"), "")
        _check_signature(body, signature, self._secret)
        if abs(now.timestamp() - _signed_at(signature)) > FRESH:
            raise BadNotice("not fresh")
        payload = _parsed(body)
        if payload.get("livemode") is not self._wire.live:
            raise BadNotice("of the other mode: test and live do not mix")
        return Notice(id=payload["id"], kind=payload["type"], payload=payload)

    def facts(self, notice: Notice) -> list[Fact] | None:
        """Return what a message tells; None for a type that tells nothing. May ask Stripe back, and may move a day."""
        with self._wire.verb():
            return self._teller.facts(notice)

    def asks_back(self, notice: Notice) -> bool:
        """Return whether `facts` needs the network for this message."""
        return self._teller.asks_back(notice)

    # --- money back ---------------------------------------------------------------------------------
    def refund(self, payment: str, amount: Money, key: str) -> Refund:
        """Send money back."""
        with self._wire.verb():
            found = self._wire.ask(lambda client: client.v1.refunds.list({"payment_intent": payment, "limit": 100})).data
            made = next((each for each in found["data"] if (each.get("metadata") or {}).get("key") == key), None)
            if made is None:
                made = self._wire.ask(
                    lambda client: client.v1.refunds.create(
                        {"payment_intent": payment, "amount": to_stripe(amount), "metadata": {"key": key}},
                        {"idempotency_key": key},
                    )
                ).data
        if made["status"] in {"failed", "canceled"}:
            raise Refused(f"Stripe: the refund {made['id']} is {made['status']}")
        return Refund(id=made["id"], amount=from_stripe(made["amount"], made["currency"]))

    # --- promises -----------------------------------------------------------------------------------
    def change(self, pledge: str, amount: Money, anchor_day: int, key: str) -> PledgeChanged:
        """Charge another amount or on another day from the next instalment on; nothing is charged or returned now.

        A new day is looked for in the month the next instalment was due in; if it is past there, in the month after.
        """

        def how(found: Answer) -> dict[str, Any]:
            return _changes(found, amount, anchor_day)

        return self._revised(pledge, key, how)

    def pause(self, pledge: str, until: date, key: str) -> PledgeChanged:
        """Charge nothing before a day; a bill that is still being tried is set aside too."""
        return self._revised(pledge, key, lambda _found: _pause(until), set_aside=True)

    def skip(self, pledge: str, key: str) -> PledgeChanged:
        """Leave out the next instalment alone."""

        def how(found: Answer) -> dict[str, Any]:
            day = next_day(found.data)
            if day is None:
                raise Refused("Stripe: no instalment is to come")
            return _pause(date.fromordinal(day.toordinal() + 1))

        return self._revised(pledge, key, how)

    def resume(self, pledge: str, key: str) -> PledgeChanged:
        """End a pause: the next instalment falls on its usual day."""
        return self._revised(pledge, key, lambda _found: {"pause_collection": ""})

    def cancel(self, pledge: str, key: str) -> PledgeEnded:
        """End a promise for good; a second time tells the same."""
        with self._wire.verb():
            found = self._teller.subscription(pledge)
            if found.data["status"] not in OVER:
                try:
                    found = self._wire.ask(lambda client: client.v1.subscriptions.cancel(pledge, {}, {"idempotency_key": key}))
                except Refused:  # somebody else ended it since we looked, or else the same answer is given again
                    found = self._teller.subscription(pledge)
        ended = standing(found.data, found.at)
        if not isinstance(ended, PledgeEnded):
            raise Refused(f"Stripe: the subscription is {found.data['status']} after its end was asked for")
        return ended

    def new_card(self, pledge: str, return_url: str, key: str) -> str:
        """Return the address of Stripe's page where the giver puts another card, by a checkout that charges nothing."""
        with self._wire.verb():
            subscription = self._teller.subscription(pledge).data
            if subscription["status"] in OVER:
                raise Refused("Stripe: the subscription has ended")
            params = {
                "mode": "setup",
                "customer": id_of(subscription["customer"]),
                "currency": subscription["currency"],
                "metadata": {"subscription": pledge},
                "setup_intent_data": {"metadata": {"subscription": pledge}},
                "success_url": return_url,
                "cancel_url": return_url,
            }
            return self._page(params, key).url

    def _revised(
        self, pledge: str, key: str, how: Callable[[Answer], dict[str, Any]], *, set_aside: bool = False
    ) -> PledgeChanged:
        """Return how a promise stands after one revision, made at most once for a key."""
        with self._wire.verb():
            found = self._teller.subscription(pledge)
            if found.data["status"] in OVER:
                raise Refused("Stripe: the subscription has ended")
            if (found.data.get("metadata") or {}).get(LAST_KEY) != key:
                params = how(found)
                params["metadata"] = params.get("metadata", {}) | {LAST_KEY: key}
                found = self._wire.ask(
                    lambda client: client.v1.subscriptions.update(
                        pledge,
                        params | {"expand": PROMISE},  # type: ignore[arg-type]
                        {"idempotency_key": key},
                    )
                )
            if set_aside:
                self._set_aside(id_of(found.data.get("latest_invoice")))
        stands = standing(found.data, found.at)
        if not isinstance(stands, PledgeChanged):
            raise Refused(f"Stripe: the subscription is {found.data['status']}")
        return stands

    def _set_aside(self, invoice: str) -> None:
        """Stop a bill made before a pause: Stripe would go on trying it."""
        if not invoice:
            return
        status = self._wire.ask(lambda client: client.v1.invoices.retrieve(invoice)).data["status"]
        options: Any = {"idempotency_key": f"aside:{invoice}"}
        if status == "open":
            self._wire.ask(lambda client: client.v1.invoices.void_invoice(invoice, {}, options))
        elif status == "draft":
            self._wire.ask(lambda client: client.v1.invoices.update(invoice, {"auto_advance": False}, options))

    # --- the book -----------------------------------------------------------------------------------
    def movements(self, since: datetime, until: datetime) -> Iterable[Movement]:
        """Return Stripe's book between two moments, oldest first; every question inside is bounded by itself."""
        return stripe_book.movements(self._wire, self._teller, since, until)

    def notices(self, since: datetime, until: datetime) -> list[Notice]:
        """Return the messages of a time (30 days back at most), oldest first: those that never reached the door, too."""
        return stripe_book.notices(self._wire, self._teller.kinds, since, until)


# --- what a revision says ---------------------------------------------------------------------------
def _changes(found: Answer, amount: Money, day: int) -> dict[str, Any]:
    """Return what to ask for another amount, another day, or both; neither prorates."""
    subscription, item = found.data, item_of(found.data)
    params: dict[str, Any] = {"proration_behavior": "none", "metadata": {"anchor_day": str(day)}}
    if amount != monthly_sum(subscription):
        price = {
            "currency": amount.currency.lower(),
            "product": id_of(item["price"]["product"]),
            "recurring": {"interval": "month"},
            "unit_amount": to_stripe(amount),
        }
        params["items"] = [{"id": item["id"], "quantity": 1, "price_data": price}]
    if day != chosen_day(subscription):
        params["trial_end"] = charge_second(moved_day(due_day(subscription), day, charity_day(found.at)))
    return params


def _pause(until: date) -> dict[str, Any]:
    return {"pause_collection": {"behavior": "void", "resumes_at": int(start_of_day(until).timestamp())}}


# --- what makes a message good ----------------------------------------------------------------------
def _check_signature(body: bytes, signature: str, secret: str) -> None:
    """Raise BadNotice unless the signature is Stripe's for this body; its time is looked at by the caller."""
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, tolerance=None)
    except (stripe.SignatureVerificationError, TypeError, ValueError):
        # TypeError: a signature beyond ASCII; ValueError: a body or header that is no UTF-8.
        good = False
    else:
        good = True
    if not good:
        raise BadNotice("not signed by Stripe for this site")


def _signed_at(signature: str) -> int:
    """Return the second that a verified header names: the first `t`, which is the one that was signed."""
    return next(int(part.split("=", 2)[1]) for part in signature.split(",") if part.split("=", 2)[0] == "t")


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        payload = None
    if not (
        isinstance(payload, dict)
        and payload.get("object") == "event"
        and all(isinstance(payload.get(name), str) and payload[name] for name in ("id", "type"))
        and type(payload.get("created")) is int
        and isinstance(payload.get("data"), dict)
        and isinstance(payload["data"].get("object"), dict)
    ):
        raise BadNotice("not a message of Stripe's")
    return payload
