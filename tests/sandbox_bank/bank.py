"""What the bank's tests share: a shop's requests, the bank's hand-moved clock, and a door that takes messages."""

import datetime
import itertools
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.utils import timezone

from sandbox_bank import api, checkouts, clock
from sandbox_bank.models import Checkout, Clock, Message, Payment, Schedule

_numbers = itertools.count(1)
UTC = datetime.UTC


def request(**fields: Any) -> dict[str, Any]:
    """Return what a shop says of an attempt to pay £25.00 once."""
    number = next(_numbers)
    return {
        "reference": f"GIFT-{number}",
        "minor": 2500,
        "currency": "GBP",
        "monthly": False,
        "anchor_day": 22,
        "email": "amal@example.org",
        "name": "Amal Haddad",
        "description": "A gift to IJM",
        "language": "en",
        "return_url": "http://testserver/give/thanks/x/",
        "cancel_url": "http://testserver/give/",
    } | fields


def opened(**fields: Any) -> Checkout:
    """Open a checkout."""
    return Checkout.objects.get(ref=api.start(f"key-{next(_numbers)}", request(**fields))["id"])


def paid(debit: bool = False, **fields: Any) -> Payment:
    """Open a checkout and pay it."""
    checkout = opened(**fields)
    with clock.at_work() as now:
        checkouts.pay(checkout, now, debit=debit)
    return checkout.payments.get()


def monthly(anchor_day: int = 22, **fields: Any) -> Schedule:
    """Begin a monthly schedule, its first month paid."""
    return paid(monthly=True, anchor_day=anchor_day, **fields).schedule


def set_clock(year: int, month: int, day: int, hour: int = 12) -> None:
    """Put the bank's clock to a moment ahead of the real one, without anything falling due."""
    offset = datetime.datetime(year, month, day, hour, tzinfo=UTC) - timezone.now()
    Clock.objects.update_or_create(pk=1, defaults={"offset": round(offset.total_seconds())})


def told(kind: str = "") -> list[dict[str, Any]]:
    """Return the bodies of the messages written so far, of one type or of all."""
    bodies = [json.loads(body) for body in Message.objects.order_by("pk").values_list("body", flat=True)]
    return [body for body in bodies if not kind or body["type"] == kind]


def kinds() -> list[str]:
    """Return the types of the messages written so far."""
    return [body["type"] for body in told()]


def days_charged(schedule: Schedule) -> list[str]:
    """Return the due days of a schedule's payments."""
    return [f"{day}" for day in schedule.payments.filter(state="paid").order_by("pk").values_list("bill__due_on", flat=True)]


class Door:
    """The shop's door as a loopback server: keeps what was posted, answers as told."""

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: list[int] = []  # statuses to come; then 200

    @property
    def kinds(self) -> list[str]:
        """Return the types of what came, in its order."""
        return [json.loads(body)["type"] for _, _, body in self.got]


@contextmanager
def open_door(settings: Any):
    """Open a door and let settings.SITE_URL lead to it."""
    door = Door()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with lock:
                door.got.append((self.path, dict(self.headers), body))
                status = door.answers.pop(0) if door.answers else 200
            self.send_response(status)
            if status in {301, 302, 303, 307}:
                self.send_header("Location", "/elsewhere/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    settings.SITE_URL = f"http://127.0.0.1:{server.server_port}"
    try:
        yield door
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
