"""A stand-in for Stripe on this machine: the API over HTTP, the page on which givers pay, and its messages.

    fake = Stripe()                       # .url is STRIPE_API_BASE, .key and .secret the two secrets
    fake.pay(checkout.id, "succeeds")     # or "declined", "insufficient_funds", "confirm", "processing"; also a POST to the page
    fake.move(days=31)                    # renewals, retries, ends of pauses and pages, each at its own second
    fake.deliver(address, "shuffled")     # all messages not yet delivered; see tests/services/stripe_notices.py
    fake.fault("cut", 2)                  # the next two questions: "slow", "500", "429", "cut", "cut_after", "drip", "garbage"

Every request is held against the library's typed parameters (tests/services/stripe_params.py): what Stripe does not know,
or lacks, is answered 400 as Stripe does, and kept in `.wrong`, so that a test can say there was none.
"""

import html
import json
import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import stripe.params
import stripe.params.checkout

from tests.services.stripe_account import Account
from tests.services.stripe_billing import DAY, Refusal, Thing
from tests.services.stripe_notices import Messages
from tests.services.stripe_params import Tree, faults, tree_of

VERSION = "2026-10-28.endive"
Way = Callable[["Stripe", str, Tree], Thing]


def _retrieve(kind: str) -> Way:
    return lambda fake, name, _asked: fake.get(name, kind)


def _list(kind: str, *fields: str) -> Way:
    def way(fake: "Stripe", _name: str, asked: Tree) -> Thing:
        found = [
            thing for thing in fake.of(kind) if all(thing.get(field) == asked.get(field, thing.get(field)) for field in fields)
        ]
        if kind == "subscription":
            found = [thing for thing in found if thing["status"] != "canceled"]
        return fake.listed(found, asked, f"/v1/{kind}s")

    return way


def _payments_of_invoices(fake: "Stripe", _name: str, asked: Tree) -> Thing:
    wanted = asked.get("payment", {}).get("payment_intent")
    found = [each for each in fake.of("invoice_payment") if each["payment"]["payment_intent"] == wanted]
    return fake.listed(found, asked, "/v1/invoice_payments")


def _revise_invoice(fake: "Stripe", name: str, asked: Tree) -> Thing:
    invoice = fake.get(name, "invoice")
    invoice["auto_advance"] = asked.get("auto_advance") == "true"
    return invoice


P, C = stripe.params, stripe.params.checkout
WAYS: list[tuple[str, str, Any, Way]] = [
    ("POST", r"/v1/checkout/sessions", C.SessionCreateParams, lambda fake, _name, asked: fake.open_checkout(asked)),
    ("GET", r"/v1/checkout/sessions/(\w+)", C.SessionRetrieveParams, _retrieve("checkout.session")),
    ("GET", r"/v1/payment_intents/(\w+)", P.PaymentIntentRetrieveParams, _retrieve("payment_intent")),
    ("GET", r"/v1/setup_intents/(\w+)", P.SetupIntentRetrieveParams, _retrieve("setup_intent")),
    ("GET", r"/v1/charges/(\w+)", P.ChargeRetrieveParams, _retrieve("charge")),
    ("GET", r"/v1/invoices/(\w+)", P.InvoiceRetrieveParams, _retrieve("invoice")),
    ("POST", r"/v1/invoices/(\w+)", P.InvoiceUpdateParams, _revise_invoice),
    ("POST", r"/v1/invoices/(\w+)/void", P.InvoiceVoidInvoiceParams, lambda fake, name, asked: fake.void(name, asked)),
    ("GET", r"/v1/invoice_payments", P.InvoicePaymentListParams, _payments_of_invoices),
    ("GET", r"/v1/subscriptions", P.SubscriptionListParams, _list("subscription", "customer")),
    ("GET", r"/v1/subscriptions/(\w+)", P.SubscriptionRetrieveParams, _retrieve("subscription")),
    ("POST", r"/v1/subscriptions/(\w+)", P.SubscriptionUpdateParams, lambda fake, name, asked: fake.revise(name, asked)),
    ("DELETE", r"/v1/subscriptions/(\w+)", P.SubscriptionCancelParams, lambda fake, name, asked: fake.cancel(name, asked)),
    ("GET", r"/v1/refunds", P.RefundListParams, _list("refund", "payment_intent", "charge")),
    ("POST", r"/v1/refunds", P.RefundCreateParams, lambda fake, _name, asked: fake.refund(asked)),
    ("GET", r"/v1/balance_transactions", P.BalanceTransactionListParams, _list("balance_transaction")),
    ("GET", r"/v1/events", P.EventListParams, lambda fake, _name, asked: fake.listed(fake.events, asked, "/v1/events")),
]
PAGE = """<!doctype html><html lang="en"><title>Pay</title><h1>{name}</h1><form method="post">
<button name="how" value="succeeds">Pay {amount}</button> <button name="how" value="declined">Use a card that is declined</button>
<button name="how" value="confirm">Pay and confirm with the bank</button> <button name="how" value="processing">Pay by bank debit</button>
<a href="{cancel}">Back</a></form></html>"""


class Stripe(Messages, Account):
    """One account behind one address of this machine; `stop()` ends it."""

    def __init__(self, now: datetime | None = None) -> None:
        super().__init__(now)
        self.key, self.secret = "sk_test_stand_in", "whsec_stand_in"
        self.requests: list[tuple[str, str, Tree]] = []  # method, path, parameters, in order
        self.wrong: list[str] = []  # parameters that are not Stripe's
        self.faults: list[str] = []
        self.slowness = 3.0  # seconds
        self._answers: dict[str, tuple[tuple[str, str, str], int, bytes, int]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Door", (_Door,), {"fake": self}))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Close the door."""
        self.stop_delivering()
        self._server.shutdown()
        self._server.server_close()

    def fault(self, kind: str, times: int = 1) -> None:
        """Let the next questions go wrong."""
        self.faults += [kind] * times

    def answer(self, method: str, path: str, encoded: str, key: str) -> tuple[int, bytes]:
        """Return status and body for a request; the same idempotency key gets the same answer for a day."""
        with self.lock:
            if not key or method != "POST":
                return self._answer(method, path, encoded)
            known = self._answers.get(key)
            if known and known[3] > self.now - DAY:
                if known[0] != (method, path, encoded):
                    error = Refusal("idempotency_key_reused", "Keys for idempotent requests.", kind="idempotency_error")
                    return _refused(error)
                return known[1], known[2]
            status, body = self._answer(method, path, encoded)
            if status == 200:  # what fails before it is begun is not kept
                self._answers[key] = ((method, path, encoded), status, body, self.now)
            return status, body

    def _answer(self, method: str, path: str, encoded: str) -> tuple[int, bytes]:
        asked = tree_of(encoded)
        self.requests.append((method, path, asked))
        for verb, pattern, typed, way in WAYS:
            match = re.fullmatch(pattern, path)
            if verb != method or not match:
                continue
            wrong = list(faults(asked, typed))
            self.wrong += wrong
            if wrong:
                return _refused(Refusal("parameter_unknown", "; ".join(wrong)))
            try:
                expand = [str(each) for each in asked.pop("expand", {}).values()]
                found = way(self, match.group(1) if match.groups() else "", asked)
                return 200, json.dumps(self.expanded(found, expand)).encode()
            except Refusal as error:
                return _refused(error)
        return _refused(Refusal("resource_missing", "Unrecognized request URL", status=404))


def _refused(error: Refusal) -> tuple[int, bytes]:
    told = {"type": error.kind, "code": error.code, "message": str(error), "param": error.param or None}
    return error.status, json.dumps({"error": told}).encode()


class _Door(BaseHTTPRequestHandler):
    fake: Stripe
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_args: Any) -> None:
        """Keep the tests' output quiet."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the stand-in's own time: it is the account's clock, not the machine's."""
        return format_datetime(datetime.fromtimestamp(timestamp or self.fake.now, UTC), usegmt=True)

    def do_GET(self) -> None:
        """Answer a question or show the page."""
        self._serve(urlsplit(self.path).query)

    def do_DELETE(self) -> None:
        """Answer a question."""
        self._serve(urlsplit(self.path).query)

    def do_POST(self) -> None:
        """Answer a question or take what the giver chose."""
        self._serve(self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())

    def _serve(self, encoded: str) -> None:
        path = urlsplit(self.path).path
        if page := re.fullmatch(r"/pay/(\w+)", path):
            self._page(page.group(1), encoded)
            return
        fault = self.fake.faults.pop(0) if self.fake.faults else ""
        if self._broken(fault):
            return
        if self.headers.get("Authorization") != f"Bearer {self.fake.key}":
            self._send(401, b'{"error": {"type": "invalid_request_error", "message": "Invalid API Key provided"}}')
        elif self.headers.get("Stripe-Version") != VERSION:
            self._send(400, b'{"error": {"type": "invalid_request_error", "message": "Another version"}}')
        else:
            status, body = self.fake.answer(self.command, path, encoded, self.headers.get("Idempotency-Key") or "")
            if fault == "cut_after":
                self._cut()
            elif fault == "drip":
                self._drip(status, body)
            else:
                self._send(status, body)

    def _broken(self, fault: str) -> bool:
        """Play a fault that comes before anything is done."""
        if fault == "slow":
            time.sleep(self.fake.slowness)
        if fault == "cut":
            self._cut()
        elif fault in {"500", "429"}:
            self._send(int(fault), b'{"error": {"type": "api_error", "message": "giver@example.org cannot be served"}}')
        elif fault == "garbage":
            self._send(200, b"<html>A proxy's page</html>")
        return fault in {"cut", "500", "429", "garbage"}

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(2)

    def _drip(self, status: int, body: bytes) -> None:
        """Send an answer so slowly that no pause is long and the whole never ends in time."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.close_connection = True
        try:
            for byte in body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(0.1)
        except OSError:
            return  # the other side has had enough, as it should

    def _send(self, status: int, body: bytes, kind: str = "application/json", **headers: str) -> None:
        try:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", kind)
            self.send_header("Request-Id", f"req_{len(self.fake.requests)}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # who asked did not wait

    def _page(self, session: str, encoded: str) -> None:
        fake = self.fake
        checkout = fake.things.get(session, {})
        if not checkout:
            self._send(404, b"No such page", "text/plain")
        elif self.command == "POST" and checkout["status"] == "open":
            fake.pay(session, parse_qs(encoded)["how"][0])
            done = checkout["status"] == "complete"
            self._send(303, b"", "text/plain", Location=checkout["success_url"] if done else self.path)
        elif checkout["status"] == "complete":
            self._send(303, b"", "text/plain", Location=checkout["success_url"])
        else:
            words = {"name": "Give", "amount": f"{checkout['amount_total']} {checkout['currency']}"}
            words["cancel"] = html.escape(checkout["cancel_url"] or "")
            self._send(200, PAGE.format(**words).encode(), "text/html; charset=utf-8")
