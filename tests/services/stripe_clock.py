"""The clock of the stand-in: renewals, drafts that become charges, retries, announcements, ends of pauses and of pages."""

import copy
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.services.stripe_billing import DAY, Billing, Thing, month_after

HOUR = 3600  # a renewal's bill is a draft for an hour


class Clock(Billing):
    """Billing with a time that moves."""

    def move(self, **span: float) -> None:
        """Move the clock by days, hours and such."""
        self.move_to(datetime.fromtimestamp(self.now, UTC) + timedelta(**span))

    def move_to(self, at: datetime) -> None:
        """Move the clock forward, letting all that falls due happen at its own second."""
        with self.lock:
            until = int(at.timestamp())
            while (due := self._first_due()) and due[0] <= until:
                self.now = max(self.now, due[0])
                due[1]()
            self.now = until

    def _first_due(self) -> tuple[int, Any] | None:
        coming: list[tuple[int, Any]] = [
            (checkout["expires_at"], lambda name=checkout["id"]: self.expire(name))
            for checkout in self.of("checkout.session")
            if checkout["status"] == "open"
        ]
        for invoice, seconds in self.retries.items():
            if seconds:
                coming.append((seconds[0], lambda name=invoice: self._retry(name)))
        coming += [(second, lambda name=invoice: self._finalise(name)) for invoice, second in self.drafts.items()]
        for subscription in self.of("subscription"):
            if subscription["status"] in {"canceled", "incomplete"}:
                continue
            end = subscription["items"]["data"][0]["current_period_end"]
            pause = subscription["pause_collection"]
            if pause and pause.get("resumes_at"):
                coming.append((pause["resumes_at"], lambda one=subscription: self._resume(one)))
            elif not pause and (subscription["id"], end) not in self.announced:
                coming.append((max(self.now, end - 7 * DAY), lambda one=subscription: self._announce(one)))
            coming.append((end, lambda one=subscription: self._renew(one)))
        return min(coming, key=lambda each: each[0], default=None)

    def _retry(self, invoice: str) -> None:
        self.retries[invoice].pop(0)
        bill = self.things[invoice]
        self.collect(bill, self.behaviour[bill["parent"]["subscription_details"]["subscription"]])

    def _resume(self, subscription: Thing) -> None:
        subscription["pause_collection"] = None
        self.tell("customer.subscription.updated", subscription)

    def _announce(self, subscription: Thing) -> None:
        item = subscription["items"]["data"][0]
        self.announced.add((subscription["id"], item["current_period_end"]))
        coming, start = copy.deepcopy(subscription), item["current_period_end"]
        coming["items"]["data"][0] |= {"current_period_start": start, "current_period_end": month_after(start, 1)}
        before = len(self.events)
        bill = self.bill(coming, "upcoming", item["price"]["unit_amount"])
        del self.events[before:], self.things[bill["id"]]
        self.tell("invoice.upcoming", {name: value for name, value in bill.items() if name != "id"})

    def _renew(self, subscription: Thing) -> None:
        item, anchor = subscription["items"]["data"][0], subscription["billing_cycle_anchor"]
        start = item["current_period_end"]
        end = next(at for months in itertools.count(1) if (at := month_after(anchor, months)) > start)
        item |= {"current_period_start": start, "current_period_end": end}
        if subscription["status"] == "trialing":
            subscription["status"] = "active"
        self.tell("customer.subscription.updated", subscription)
        bill = self.bill(subscription, "subscription_cycle", item["price"]["unit_amount"] * item["quantity"])
        if subscription["pause_collection"]:
            bill["status"] = "void"
            self.tell("invoice.voided", bill)
        else:
            self.drafts[bill["id"]] = self.now + HOUR

    def _finalise(self, invoice: str) -> None:
        """Charge a draft, unless staff or the site have stopped it or its subscription has ended."""
        del self.drafts[invoice]
        bill = self.things[invoice]
        subscription = self.things[bill["parent"]["subscription_details"]["subscription"]]
        if bill["auto_advance"] and subscription["status"] != "canceled":
            self.collect(bill, self.behaviour[subscription["id"]])
