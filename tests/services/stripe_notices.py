"""How the stand-in's messages reach a site: signed as Stripe signs, in order or as the world is."""

import http.client
import json
import random
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import stripe

from tests.services.stripe_billing import Billing, Thing

MODES = ("normal", "duplicate", "shuffled", "held", "lost", "forged")


class Messages(Billing):
    """The messages of an account and their delivery."""

    secret = ""
    delivered = 0  # how many of the messages have had their first delivery (or were lost)
    _running = False

    def signed(self, event: Thing, *, at: float | None = None, secret: str = "") -> tuple[bytes, dict[str, str]]:
        """Return body and headers of a message, signed at a second (the account's now) with a secret (the right one)."""
        body = json.dumps(event, indent=2)
        second = int(self.now if at is None else at)
        header = stripe.WebhookSignature.generate_signature_header(body, secret or self.secret, second)
        return body.encode(), {"Stripe-Signature": header, "Content-Type": "application/json; charset=utf-8"}

    def waiting(self) -> list[Thing]:
        """Return the messages not delivered yet, oldest first."""
        with self.lock:
            return self.events[self.delivered :]

    def deliver(self, address: str, mode: str = "normal", *, seed: int = 0) -> list[int]:
        """Send all waiting messages in one of MODES and return the answers' statuses, in the order sent.

        "held" keeps them waiting, "lost" drops them, "forged" sends them with a wrong signature and keeps them waiting.
        Signed at the machine's time: the site that reads them looks at its own clock.
        """
        if mode not in MODES:
            raise ValueError(mode)
        events = self.waiting()
        if mode not in {"held", "forged"}:
            self.delivered += len(events)
        secret = "whsec_of_a_stranger" if mode == "forged" else self.secret
        order = random.Random(seed)
        return [self._post(address, event, secret) for event in _as_sent(events, mode, order)]

    def deliver_all_the_time(self, address: str) -> None:
        """Send each message soon after it is made, until stop_delivering()."""
        self._running = True

        def run() -> None:
            while self._running:
                self.deliver(address)
                time.sleep(0.05)

        threading.Thread(target=run, daemon=True).start()

    def stop_delivering(self) -> None:
        """End deliver_all_the_time()."""
        self._running = False

    def _post(self, address: str, event: Thing, secret: str) -> int:
        parts = urlsplit(address)
        body, headers = self.signed(event, at=time.time(), secret=secret)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=20)
        try:
            connection.request("POST", parts.path, body, headers)
            return connection.getresponse().status
        except OSError:
            return 0  # nobody there: Stripe would try again
        finally:
            connection.close()


def _as_sent(events: list[Thing], mode: str, order: random.Random) -> Iterator[Thing]:
    if mode in {"held", "lost"}:
        return
    sent = [event for event in events for _ in range(2 if mode == "duplicate" else 1)]
    if mode == "shuffled":
        order.shuffle(sent)
    yield from sent
