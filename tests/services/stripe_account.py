"""What is asked of the account by the API and by its owner: pages, refunds, disputes, payouts, revised subscriptions."""

import copy
from typing import Any

from tests.services.stripe_billing import DAY, Refusal, Thing
from tests.services.stripe_clock import Clock

CURRENCY_STEPS = {"bhd": 10, "jod": 10, "kwd": 10, "omr": 10, "tnd": 10, "isk": 100, "ugx": 100}


def movable(amount: int, currency: str) -> int:
    """Return an amount, or refuse one that card networks cannot move."""
    if amount % CURRENCY_STEPS.get(currency, 1):
        raise Refusal("invalid_charge_amount", "Amounts of this currency must be rounded.", param="amount")
    return amount


class Account(Clock):
    """One account: Billing, its clock, and the verbs on it. Methods named by an endpoint take its parameters as nested dictionaries."""

    url = ""

    # --- checkouts ----------------------------------------------------------------------------------
    def open_checkout(self, asked: Thing) -> Thing:
        """Answer POST /v1/checkout/sessions."""
        mode = asked.get("mode", "payment")
        if "success_url" not in asked:
            raise Refusal("parameter_missing", "Missing success_url", param="success_url")
        amount, currency = 0, asked.get("currency", "")
        for item in asked.get("line_items", {}).values():
            price = item["price_data"]
            if ("recurring" in price) != (mode == "subscription"):
                raise Refusal("parameter_invalid", "Prices and mode do not fit.", param="mode")
            currency = price["currency"]
            amount += movable(int(price["unit_amount"]), currency) * int(item.get("quantity", 1))
        wrong = {"payment": "subscription_data", "subscription": "payment_intent_data", "setup": "line_items"}[mode]
        if wrong in asked or not currency:
            raise Refusal("parameter_unknown", f"{wrong} does not fit mode {mode}", param=wrong)
        until = int(asked.get("expires_at", self.now + DAY))
        if not self.now + 1800 <= until <= self.now + DAY:
            raise Refusal("parameter_invalid", "expires_at out of range", param="expires_at")
        session = self.make(
            "checkout.session", "cs_test", mode=mode, amount_total=amount or None, amount_subtotal=amount or None,
            currency=currency, status="open", payment_status="unpaid", expires_at=until, payment_intent=None,
            customer=asked.get("customer"), customer_email=asked.get("customer_email"), subscription=None, invoice=None,
            client_reference_id=asked.get("client_reference_id"), success_url=asked["success_url"], locale=asked.get("locale"),
            cancel_url=asked.get("cancel_url"), currency_conversion=None, submit_type=asked.get("submit_type"), _=asked,
        )  # fmt: skip
        session["metadata"] = dict(asked.get("metadata", {}))
        session["url"] = f"{self.url}/pay/{session['id']}"
        return session

    # --- subscriptions ------------------------------------------------------------------------------
    def revise(self, name: str, asked: Thing) -> Thing:
        """Answer POST /v1/subscriptions/<id>: everything without proration, which is all our site ever asks for."""
        subscription = self.get(name, "subscription")
        if subscription["status"] == "canceled":
            raise Refusal("resource_missing", "A canceled subscription can only update its metadata.", param="id")
        if {"items", "trial_end"} & set(asked) and asked.get("proration_behavior") != "none":
            raise Refusal("proration", "The stand-in does not prorate.", param="proration_behavior")
        item = subscription["items"]["data"][0]
        subscription["metadata"] |= asked.get("metadata", {})
        for wanted in asked.get("items", {}).values():
            self._reprice(item, wanted, subscription["currency"])
        if "default_payment_method" in asked:
            self.get(asked["default_payment_method"], "payment_method")
            subscription["default_payment_method"] = asked["default_payment_method"]
        if "pause_collection" in asked:
            pause = asked["pause_collection"] or None
            if pause and int(pause["resumes_at"]) <= self.now:
                raise Refusal("invalid_time", "resumes_at must be in the future", param="pause_collection[resumes_at]")
            subscription["pause_collection"] = {**pause, "resumes_at": int(pause["resumes_at"])} if pause else None
        if "trial_end" in asked:
            self._try_until(subscription, item, int(asked["trial_end"]))
        self.tell("customer.subscription.updated", subscription)
        return subscription

    def _reprice(self, item: Thing, wanted: Thing, currency: str) -> None:
        if wanted.get("id") != item["id"]:
            raise Refusal("parameter_invalid", "Another item would be added.", param="items")
        data = wanted["price_data"]
        if data["currency"] != currency or data["product"] not in self.things:
            raise Refusal("parameter_invalid", "Currency or product do not fit.", param="items")
        movable(int(data["unit_amount"]), currency)
        item["price"] = self.price(data)

    def _try_until(self, subscription: Thing, item: Thing, end: int) -> None:
        """Move the cycle by a trial: at once a bill of nothing, at the trial's end the whole sum on the new day."""
        if not self.now < end <= subscription["billing_cycle_anchor"] + 2 * 365 * DAY:
            raise Refusal("invalid_time", "trial_end out of range", param="trial_end")
        subscription |= {"status": "trialing", "trial_start": self.now, "trial_end": end, "billing_cycle_anchor": end}
        item |= {"current_period_start": self.now, "current_period_end": end}
        self.collect(self.bill(subscription, "subscription_update", 0), "succeeds")

    def cancel(self, name: str, _asked: Thing) -> Thing:
        """Answer DELETE /v1/subscriptions/<id>."""
        subscription = self.get(name, "subscription")
        if subscription["status"] == "canceled":
            raise Refusal("resource_missing", "No such subscription", status=404, param="id")
        self.end(subscription, "cancellation_requested")
        return subscription

    def void(self, name: str, _asked: Thing) -> Thing:
        """Answer POST /v1/invoices/<id>/void."""
        invoice = self.get(name, "invoice")
        if invoice["status"] != "open":
            raise Refusal("invoice_not_open", "Only open bills can be voided.")
        invoice |= {"status": "void", "next_payment_attempt": None}
        self.retries.pop(name, None)
        subscription = self.things[invoice["parent"]["subscription_details"]["subscription"]]
        if subscription["status"] == "past_due":
            subscription["status"] = "active"
        self.tell("invoice.voided", invoice)
        return invoice

    # --- money that goes ----------------------------------------------------------------------------
    def refund(self, asked: Thing) -> Thing:
        """Answer POST /v1/refunds."""
        intent = self.get(asked["payment_intent"], "payment_intent")
        charge = self.things[intent["latest_charge"] or ""] if intent["latest_charge"] else None
        amount = int(asked.get("amount") or intent["amount"])
        if charge is None or not charge["paid"] or amount > charge["amount"] - charge["amount_refunded"]:
            raise Refusal("charge_already_refunded", "More than is left.", param="amount")
        movable(amount, charge["currency"])
        refund = self.make(
            "refund", "re", amount=amount, currency=charge["currency"], charge=charge["id"], payment_intent=intent["id"]
        )
        refund |= {"status": "succeeded", "metadata": dict(asked.get("metadata", {}))}
        refund["balance_transaction"] = self.line("refund", refund, -amount, 0)["id"]
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self.tell("refund.created", refund)
        self.tell("charge.refunded", charge)
        return refund

    def bounce(self, refund: str) -> Thing:
        """Let a refund come back: the giver's bank could not take it."""
        with self.lock:
            thing = self.get(refund, "refund")
            thing |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
            thing["failure_balance_transaction"] = self.line("refund_failure", thing, thing["amount"], 0)["id"]
            self.tell("refund.failed", thing)
            return thing

    def return_payout(self, payout: str) -> Thing:
        """Let a payout come back: the charity's bank could not take it."""
        with self.lock:
            thing = self.get(payout, "payout")
            thing |= {"status": "failed", "failure_code": "account_closed"}
            thing["failure_balance_transaction"] = self.line("payout_failure", thing, thing["amount"], 0)["id"]
            self.tell("payout.failed", thing)
            return thing

    def dispute(self, intent: str, amount: int | None = None, *, question: bool = False) -> Thing:
        """Let the giver's bank take a payment back, or only ask about it."""
        with self.lock:
            charge = self.things[self.get(intent, "payment_intent")["latest_charge"]]
            dispute = self.make(
                "dispute", "dp", amount=amount or charge["amount"], currency=charge["currency"], charge=charge["id"],
                payment_intent=intent, reason="fraudulent", status="warning_needs_response" if question else "needs_response",
            )  # fmt: skip
            if not question:
                self._withdraw(dispute)
            self.tell("charge.dispute.created", dispute)
            return dispute

    def escalate(self, dispute: str) -> None:
        """Let a bank's question become a dispute."""
        with self.lock:
            thing = self.get(dispute, "dispute")
            thing["status"] = "needs_response"
            self._withdraw(thing)
            self.tell("charge.dispute.funds_withdrawn", thing)

    def _withdraw(self, dispute: Thing) -> None:
        dispute["balance_transactions"].append(copy.deepcopy(self.line("adjustment", dispute, -dispute["amount"], 2000)))

    def decide(self, dispute: str, *, won: bool) -> None:
        """Close a dispute."""
        with self.lock:
            thing = self.get(dispute, "dispute")
            thing["status"] = "won" if won else "lost"
            if thing["balance_transactions"] and won:
                thing["balance_transactions"].append(copy.deepcopy(self.line("adjustment", thing, thing["amount"], -2000)))
            if not thing["balance_transactions"]:
                thing["status"] = "warning_closed"
            self.tell("charge.dispute.closed", thing)

    def pay_out(self) -> Thing:
        """Send all that is left of the book to the charity's bank."""
        with self.lock:
            lines = [self.things[name] for name in self.lines]
            amount, currency = sum(line["net"] for line in lines), lines[-1]["currency"]
            payout = self.make("payout", "po", amount=amount, currency=currency, status="paid", arrival_date=self.now + 2 * DAY)
            payout["balance_transaction"] = self.line("payout", payout, -amount, 0)["id"]
            self.tell("payout.paid", payout)
            return payout

    # --- lists --------------------------------------------------------------------------------------
    def listed(self, found: list[Thing], asked: Thing, url: str) -> Thing:
        """Return a page of a list, newest first as Stripe's are, by cursor and time."""
        span: dict[str, Any] = asked.get("created", {})
        found = [thing for thing in reversed(found) if int(span.get("gte", 0)) <= thing["created"] < int(span.get("lt", 1 << 40))]
        names = [thing["id"] for thing in found]
        start = names.index(asked["starting_after"]) + 1 if asked.get("starting_after") else 0
        limit = int(asked.get("limit", 10))
        page = found[start : start + limit]
        return {"object": "list", "url": url, "data": page, "has_more": start + limit < len(found)}

    def expanded(self, thing: Any, paths: list[str]) -> Any:
        """Return a copy with ids at these paths replaced by the objects, and without what is ours alone."""
        thing = {name: value for name, value in copy.deepcopy(thing).items() if name != "_"}
        for path in paths:
            self._expand(thing, path.split("."))
        return thing

    def _expand(self, thing: Any, path: list[str]) -> None:
        if isinstance(thing, list):
            for each in thing:
                self._expand(each, path)
        elif isinstance(thing, dict) and path:
            if path == ["payments"] and thing.get("object") == "invoice":
                payments = [each for each in self.of("invoice_payment") if each["invoice"] == thing["id"]]
                thing["payments"] = self.listed(payments, {}, "/v1/invoice_payments")
            value = thing.get(path[0])
            if isinstance(value, str) and value in self.things:
                thing[path[0]] = {name: part for name, part in copy.deepcopy(self.things[value]).items() if name != "_"}
            self._expand(thing.get(path[0]), path[1:])
