"""Makers for the proofs of giving: a provider whose messages are facts, and all that may not depend on their order.

`Teller` stands in for every provider: its messages are facts written as JSON, so that the real inbox (door, rows, waiting
list, replays) is under proof and not the handler alone. What it was asked is kept in a file: processes die here.
"""

import dataclasses
import datetime
import itertools
import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Sum

from donations import notices
from donations.models import Gift, LedgerEntry, Pledge, PledgeEvent, ProviderNotice, Receipt, ReceiptSeries
from donations.money import Money
from donations.providers import base
from letters.models import Letter

NOON = datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.UTC)
SIGNED = {"X-Signed": "by the teller"}
_numbers = itertools.count(1)


def at(hours: float) -> datetime.datetime:
    """Return a moment so many hours into the story."""
    return NOON + datetime.timedelta(hours=hours)


def day(days: int) -> datetime.date:
    """Return the day so many days into the story."""
    return NOON.date() + datetime.timedelta(days=days)


# --- facts as messages --------------------------------------------------------------------------------
def written(fact: base.Fact) -> dict[str, Any]:
    """Return a fact as JSON keeps it."""
    return {"fact": type(fact).__name__, **{name: _plain(value) for name, value in vars(fact).items()}}


def _plain(value: Any) -> Any:
    match value:
        case datetime.datetime():
            return {"moment": value.isoformat()}
        case datetime.date():
            return {"day": value.isoformat()}
        case Money():
            return {"minor": value.minor, "currency": value.currency}
        case base.Method():
            return {"method": {name: _plain(part) for name, part in vars(value).items()}}
    return value


def _meant(value: Any) -> Any:
    match value:
        case {"moment": text}:
            return datetime.datetime.fromisoformat(text)
        case {"day": text}:
            return datetime.date.fromisoformat(text)
        case {"minor": minor, "currency": currency}:
            return Money(minor, currency)
        case {"method": parts}:
            return base.Method(**{name: _meant(part) for name, part in parts.items()})
    return value


def read(payload: Mapping[str, Any]) -> list[base.Fact]:
    """Return the facts of a message."""
    return [
        getattr(base, told["fact"])(**{name: _meant(value) for name, value in told.items() if name != "fact"})
        for told in payload["facts"]
    ]


def message(*facts: base.Fact, name: str = "") -> bytes:
    """Return the body of a message that tells facts, under a name of its own unless one is given."""
    body = {"id": name or f"msg_{next(_numbers)}", "facts": [written(fact) for fact in facts]}
    return json.dumps(body).encode()


class Teller:
    """A provider: what it tells are facts as JSON, what it is asked is answered once a key and kept in a file."""

    name = "sandbox"

    def __init__(self, book: Path | None = None) -> None:
        self.book = book
        self.down = False

    def verify(self, body: bytes, headers: Mapping[str, str], now: datetime.datetime) -> base.Notice:
        if headers.get("X-Signed") != SIGNED["X-Signed"]:
            raise base.BadNotice("not signed")
        payload = json.loads(body)
        return base.Notice(payload["id"], "+".join(told["fact"] for told in payload["facts"]) or "none", payload)

    def facts(self, notice: base.Notice) -> list[base.Fact] | None:
        if self.down:
            raise base.ProviderUnavailable("down")
        return read(notice.payload) or None

    def asks_back(self, notice: base.Notice) -> bool:
        return self.down

    def notices(self, since: datetime.datetime, until: datetime.datetime) -> list[base.Notice]:
        return []

    def movements(self, since: datetime.datetime, until: datetime.datetime) -> list[base.Movement]:
        return []

    # --- verbs: each key is one act, however often it is asked ---
    def asked(self) -> list[dict[str, Any]]:
        """Return every question, oldest first."""
        if self.book is None or not self.book.exists():
            return []
        return [json.loads(line) for line in self.book.read_text().splitlines()]

    def acts(self) -> dict[str, dict[str, Any]]:
        """Return what was truly done, by key; raises AssertionError for a key that came with other wishes."""
        done: dict[str, dict[str, Any]] = {}
        for question in self.asked():
            assert done.setdefault(question["key"], question) == question, f"the key {question['key']} means two things"
        return done

    def _ask(self, verb: str, key: str, **wish: Any) -> None:
        assert self.book is not None
        with self.book.open("a") as book:
            book.write(json.dumps({"verb": verb, "key": key, **wish}) + "\n")

    def start(self, request: base.CheckoutRequest) -> base.Checkout:
        self._ask("start", request.key, reference=request.reference, minor=request.total.minor)
        return base.Checkout(f"page_{request.key}", f"https://bank.example/{request.key}", at(24))

    def look_up(self, checkout: str) -> list[base.Fact]:
        for question in self.asked():
            if question["verb"] == "start" and f"page_{question['key']}" == checkout:
                gift = Gift.objects.get(reference=question["reference"])
                return [paid(gift)]
        return []

    def change(self, pledge: str, amount: Money, anchor_day: int, key: str) -> base.PledgeChanged:
        self._ask("change", key, pledge=pledge, minor=amount.minor, anchor_day=anchor_day)
        number = list(self.acts()).index(key)
        return changed(pledge, amount.minor, 1000 + number, anchor_day=anchor_day)

    def skip(self, pledge: str, key: str) -> base.PledgeChanged:
        self._ask("skip", key, pledge=pledge)
        number = list(self.acts()).index(key)
        return changed(pledge, Pledge.objects.get(name_there=pledge).amount, 1000 + number, next_on=day(90))

    def cancel(self, pledge: str, key: str) -> base.PledgeEnded:
        self._ask("cancel", key, pledge=pledge)
        return base.PledgeEnded(happened_at=at(2000), pledge=pledge, reason="asked")


# --- facts, with what does not matter filled in -------------------------------------------------------
def paid(gift: Gift, hours: float = 0, **fields: Any) -> base.Paid:
    """Return that a first gift's money came; a monthly one's with its pledge and bill."""
    monthly = {"pledge": "promise", "bill": "bill_1", "due_on": day(0)} if gift.frequency == "monthly" else {}
    known = {"payment": f"pay_{gift.reference}", "amount": gift.total, "happened_at": at(hours), "reference": gift.reference}
    return base.Paid(**{**known, **monthly, **fields})


def renewal(number: int, hours: float, minor: int = 2500, **fields: Any) -> base.Paid:
    """Return that a later month's money came."""
    known = {"payment": f"pay_bill_{number}", "amount": Money(minor, "GBP"), "happened_at": at(hours)}
    return base.Paid(**{**known, **bill(number), **fields})


def bill(number: int, pledge: str = "promise") -> dict[str, Any]:
    """Return whose money a later month's is."""
    return {"pledge": pledge, "bill": f"bill_{number}", "due_on": day(28 * (number - 1))}


def failed(number: int, hours: float, attempt: str = "a", **fields: Any) -> base.Failed:
    """Return that a later month's charge did not go through."""
    return base.Failed(**{"happened_at": at(hours), "attempt": attempt, "reason": "declined", **bill(number), **fields})


def changed(pledge: str, minor: int, hours: float, **fields: Any) -> base.PledgeChanged:
    """Return how a pledge stands."""
    known = {"anchor_day": 2, "next_on": day(28), "amount": Money(minor, "GBP"), "happened_at": at(hours), "pledge": pledge}
    return base.PledgeChanged(**{**known, **fields})


# --- delivering, and what came of it ------------------------------------------------------------------
def deliver(body: bytes) -> ProviderNotice:
    """Bring a message to the inbox as the door does: kept, then worked on."""
    row = notices.receive("sandbox", body, SIGNED)
    notices.at_the_door(row)
    return row


def told(*facts: base.Fact) -> ProviderNotice:
    """Bring one message that tells facts; return its row as it ended."""
    row = deliver(message(*facts))
    row.refresh_from_db()
    return row


_GIFT = (
    "status frequency amount fee_cover currency designation details due_on given_on payment bill method failure failed_at"
    " next_try_on confirm_url disputes supporter__email pledge__name_there"
).split()
_PLEDGE = (
    "name_there customer status supporter__email amount fee_cover currency anchor_day next_on paused_until method card_ends_on"
    " ended_at ended_because"
).split()


def ending() -> dict[str, Any]:
    """Return all that must not depend on the order of messages: rows without ids, serial numbers and clock times."""
    names = dict.fromkeys(Gift.objects.filter(attempt__isnull=False).values_list("reference", flat=True), "the gift")
    names |= {gift.reference: gift.bill for gift in Gift.objects.filter(attempt=None)}
    names |= dict(Pledge.objects.values_list("reference", "name_there"))

    def rows(found: Iterable[Any]) -> list[str]:
        lines = [repr(tuple(sorted(part.items()) if isinstance(part, dict) else part for part in row)) for row in found]
        return sorted(re.sub("|".join(map(re.escape, names)), lambda known: names[known[0]], line) for line in lines)

    return {
        "gifts": rows(Gift.objects.values_list(*_GIFT)),
        "pledges": rows(Pledge.objects.values_list(*_PLEDGE)),
        "events": rows(PledgeEvent.objects.values_list("pledge__name_there", "kind", "key", "at", "data")),
        "ledger": rows(LedgerEntry.objects.values_list("key", "kind", "amount", "currency", "day", "gift__bill")),
        "receipts": rows((payment, at is not None) for payment, at in Receipt.objects.values_list("gift__payment", "voided_at")),
        "letters": rows(Letter.objects.values_list("key", "kind", "state", "to", "data")),
        "totals": rows(LedgerEntry.objects.kept().values_list("currency").annotate(Sum("amount"))),
        "troubling": rows(ProviderNotice.objects.troubling().values_list("kind", "reason")),
    }


def differences(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return only what differs, for a failure that can be read."""
    return {
        name: {"first": sorted(set(one[name]) - set(other[name])), "then": sorted(set(other[name]) - set(one[name]))}
        for name in one
        if one[name] != other[name]
    }


def faults_of_the_books() -> Iterator[str]:
    """Tell each way in which the rows contradict each other; none after anything that happened."""
    for gift in Gift.objects.all():
        entries = LedgerEntry.objects.filter(gift=gift)
        came = entries.filter(kind="gift").total(gift.currency).minor
        back = -entries.filter(kind="refund").total(gift.currency).minor
        received = Gift.objects.filter(pk=gift.pk).received().exists()
        if came != (gift.amount if received else 0):
            yield f"{gift} has {came} in the ledger"
        if back > came:
            yield f"{gift} had {back} refunded of {came}"
        if gift.receipts.filter(voided_at=None).exists() and gift.status != "received":
            yield f"{gift} has a receipt in force"
    for pledge in Pledge.objects.all():
        dues = [gift.due_on for gift in pledge.gifts.received() if gift.due_on]
        if len(dues) != len(set(dues)):
            yield f"{pledge} was charged twice for a month"
    for series in ReceiptSeries.objects.all():
        of = Receipt.objects.filter(jurisdiction=series.jurisdiction, year=series.year, test=series.test)
        if sorted(of.values_list("serial", flat=True)) != list(range(1, series.last + 1)):
            yield f"{series} has gaps"


def plain(fact: base.Fact) -> str:
    """Return a fact in a line, for failures."""
    return f"{type(fact).__name__}@{fact.happened_at:%d %H:%M}" if dataclasses.is_dataclass(fact) else str(fact)


def together(*calls: Callable[[], object]) -> None:
    """Run calls in threads that begin at the same moment; raise what any of them raised."""
    barrier = threading.Barrier(len(calls))
    faults: list[Exception] = []

    def run(call: Callable[[], object]) -> None:
        try:
            barrier.wait(timeout=20)
            call()
        except Exception as fault:  # noqa: BLE001  raised again by whoever started the thread
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    if faults:
        raise faults[0]
