"""The bank's own book between two moments: what reconciliation compares with."""

import datetime
from collections.abc import Iterator
from typing import Any, TypedDict

from sandbox_bank import messages, payments
from sandbox_bank.messages import Event
from sandbox_bank.models import Dispute, Payment, Payout, Refund


class Line(TypedDict):
    """One movement; minor is signed as the charity sees it. `events` tell all of it anew."""

    kind: str  # "gift", "fee", "refund", "dispute", "reversal", "payout"
    id: str
    minor: int
    currency: str
    happened_at: datetime.datetime
    events: list[Event]


def movements(since: datetime.datetime, until: datetime.datetime) -> list[Line]:
    """Return what moved from `since` until before `until` by the bank's clock, oldest first."""
    between = (since, until)
    lines = [*_gifts(*between), *_refunds(*between), *_disputes(*between), *_payouts(*between)]
    return sorted(lines, key=lambda line: line["happened_at"])


def _line(kind: str, thing: Any, minor: int, currency: str, at: datetime.datetime, *events: Event) -> Line:
    return {"kind": kind, "id": thing.ref, "minor": minor, "currency": currency, "happened_at": at, "events": list(events)}


def _gifts(since: datetime.datetime, until: datetime.datetime) -> Iterator[Line]:
    found = Payment.objects.select_related("checkout", "schedule__checkout", "bill").filter(paid_at__gte=since, paid_at__lt=until)
    for payment in found.order_by("paid_at", "pk"):
        assert payment.paid_at
        # A renewal nobody heard of may belong to a schedule nobody heard of either.
        begun = [messages.started(payment.schedule)] if payment.schedule else []
        yield _line(
            "gift", payment, payment.minor, payment.currency, payment.paid_at, *begun, messages.paid(payment, with_fee=False)
        )
        yield _line("fee", payment, -payment.fee, payment.currency, payment.paid_at, messages.fee(payment))


def _refunds(since: datetime.datetime, until: datetime.datetime) -> Iterator[Line]:
    found = Refund.objects.select_related("payment").filter(made_at__gte=since, made_at__lt=until)
    for made in found.order_by("made_at", "pk"):
        yield _line("refund", made, -made.minor, made.payment.currency, made.made_at, payments.refunded(made))
    for made in Refund.objects.select_related("payment").filter(failed_at__gte=since, failed_at__lt=until).order_by("pk"):
        assert made.failed_at
        yield _line("reversal", made, made.minor, made.payment.currency, made.failed_at, payments.refund_failed(made))


def _disputes(since: datetime.datetime, until: datetime.datetime) -> Iterator[Line]:
    disputes = Dispute.objects.select_related("payment").order_by("pk")
    for made in disputes.filter(opened_at__gte=since, opened_at__lt=until):
        yield _line("dispute", made, -made.minor, made.payment.currency, made.opened_at, payments.dispute_opened(made))
    for made in disputes.filter(closed_at__gte=since, closed_at__lt=until, won=True):
        assert made.closed_at
        yield _line("reversal", made, made.minor, made.payment.currency, made.closed_at, payments.dispute_closed(made))


def _payouts(since: datetime.datetime, until: datetime.datetime) -> Iterator[Line]:
    for made in Payout.objects.filter(made_at__gte=since, made_at__lt=until).order_by("made_at", "pk"):
        yield _line("payout", made, -made.minor, made.currency, made.made_at, payments.paid_out(made))
    for made in Payout.objects.filter(failed_at__gte=since, failed_at__lt=until).order_by("pk"):
        assert made.failed_at
        back = _line("payout", made, made.minor, made.currency, made.failed_at, payments.payout_failed(made))
        yield {**back, "id": f"failed:{made.ref}"}
