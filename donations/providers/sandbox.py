"""The built-in provider: the pretend bank's objects and messages as facts. It moves no money and is never live."""

import datetime
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import OperationalError

from donations.money import Money
from donations.providers import base
from sandbox_bank import api
from sandbox_bank import messages as bank_messages
from sandbox_bank.errors import Refused

TOLERANCE = 300  # seconds that a message may lie behind or ahead
_SIGNATURE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})", re.ASCII)
_P = ParamSpec("_P")
_R = TypeVar("_R")


def make() -> "Sandbox":
    """Return the provider; raises LookupError where the sandbox is not configured."""
    if not settings.SANDBOX or settings.LIVE:
        raise LookupError("The sandbox does not exist in this configuration")
    return Sandbox()


def _asked(verb: Callable[_P, _R]) -> Callable[_P, _R]:
    """Turn the bank's refusals, and a database that does not answer, into the protocol's errors."""

    def ask(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return verb(*args, **kwargs)
        except Refused as refusal:
            raise base.Refused(str(refusal)) from refusal
        except OperationalError as fault:
            raise base.ProviderUnavailable(f"The pretend bank does not answer: {fault}") from fault

    return ask


class Sandbox:
    """The verbs, asked of the pretend bank in this very process."""

    name = "sandbox"

    @_asked
    def start(self, request: base.CheckoutRequest) -> base.Checkout:
        """Open the bank's page for an attempt; the same key always gives the same page."""
        asked = {
            "reference": request.reference,
            "minor": request.total.minor,
            "currency": request.total.currency,
            "monthly": request.monthly,
            "anchor_day": request.anchor_day,
            "email": request.email,
            "name": request.name,
            "description": request.description,
            "language": request.language,
            "return_url": request.return_url,
            "cancel_url": request.cancel_url,
        }
        return base.Checkout(**api.start(request.key, asked))

    @_asked
    def look_up(self, checkout: str) -> list[base.Fact]:
        """Return what is known now about a checkout; empty while it is open."""
        return [fact for event in api.look_up(checkout) for fact in _facts(event)]

    def verify(self, body: bytes, headers: Mapping[str, str], now: datetime.datetime) -> base.Notice:
        """Return the message, or raise BadNotice: forged, older or newer than 300 s, or ill-formed."""
        given = next((value for name, value in headers.items() if name.lower() == bank_messages.HEADER.lower()), "")
        parts = _SIGNATURE.fullmatch(given)
        if not parts:
            raise base.BadNotice("The signature is missing or ill-formed")
        sent_at = int(parts[1])
        if abs(now.timestamp() - sent_at) > TOLERANCE:
            raise base.BadNotice("The message is too old, or from the future")
        if not bank_messages.signed_by_us(body, sent_at, parts[2]):
            raise base.BadNotice("The signature is not the bank's")
        try:
            payload = json.loads(body)
        except ValueError as fault:
            raise base.BadNotice("The message is not JSON") from fault
        if not isinstance(payload, dict) or payload.get("mode") != "test":
            raise base.BadNotice("The message is not the sandbox's")
        shape = {"id": str, "type": str, "happened_at": str, "data": dict}
        if any(not isinstance(payload.get(name), kind) or not payload[name] for name, kind in shape.items()):
            raise base.BadNotice("The message lacks what every message has")
        return base.Notice(payload["id"], payload["type"], payload)

    def facts(self, notice: base.Notice) -> list[base.Fact] | None:
        """Return what a message tells; None for a type that tells nothing."""
        return _facts(notice.payload) if notice.kind in _READ else None

    def asks_back(self, notice: base.Notice) -> bool:
        """Return False: a message holds all that it tells."""
        return False

    @_asked
    def notices(self, since: datetime.datetime, until: datetime.datetime) -> list[base.Notice]:
        """Return the messages of a time, oldest first, those that never reached the door too."""
        payloads = [json.loads(body) for body in api.sent(since, until)]
        return [base.Notice(payload["id"], payload["type"], payload) for payload in payloads]

    @_asked
    def refund(self, payment: str, amount: Money, key: str) -> base.Refund:
        """Send money back, never more than is left of the payment."""
        made = api.refund(payment, amount.minor, amount.currency, key)
        return base.Refund(made["id"], Money(made["minor"], amount.currency))

    @_asked
    def change(self, pledge: str, amount: Money, anchor_day: int, key: str) -> base.PledgeChanged:
        """Charge another amount or on another day from the next instalment on."""
        return _pledge_changed(api.change(pledge, amount.minor, amount.currency, anchor_day, key))

    @_asked
    def pause(self, pledge: str, until: datetime.date, key: str) -> base.PledgeChanged:
        """Charge nothing before a day."""
        return _pledge_changed(api.pause(pledge, until, key))

    @_asked
    def skip(self, pledge: str, key: str) -> base.PledgeChanged:
        """Leave out the next instalment alone."""
        return _pledge_changed(api.skip(pledge, key))

    @_asked
    def resume(self, pledge: str, key: str) -> base.PledgeChanged:
        """End a pause."""
        return _pledge_changed(api.resume(pledge, key))

    @_asked
    def cancel(self, pledge: str, key: str) -> base.PledgeEnded:
        """End a promise for good; a second time tells the same."""
        return _pledge_ended(api.cancel(pledge, key))

    @_asked
    def new_card(self, pledge: str, return_url: str, key: str) -> str:
        """Return the address of the bank's page where the giver puts another card."""
        return api.new_card(pledge, return_url, key)

    @_asked
    def movements(self, since: datetime.datetime, until: datetime.datetime) -> Iterable[base.Movement]:
        """Return the bank's book between two of its moments (its clock may be ahead), oldest first."""
        return [
            base.Movement(
                kind=line["kind"],
                id=line["id"],
                amount=Money(line["minor"], line["currency"]),
                happened_at=line["happened_at"],
                facts=tuple(fact for event in line["events"] for fact in _facts(event)),
            )
            for line in api.movements(since, until)
        ]


# --- the bank's messages as facts ---------------------------------------------------------------
Event = Mapping[str, Any]


def _facts(event: Event) -> list[base.Fact]:
    read = _READ.get(event["type"])
    return [read(event)] if read else []


def _at(event: Event) -> datetime.datetime:
    return datetime.datetime.fromisoformat(event["happened_at"]).astimezone(datetime.UTC)


def _day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


def _money(data: Mapping[str, Any]) -> Money:
    return Money(data["minor"], data["currency"])


def _method(data: Mapping[str, Any]) -> base.Method:
    return base.Method(kind=data["kind"], label=data["label"], ends_on=_day(data["ends_on"]))


def _about(event: Event) -> dict[str, Any]:
    data = event["data"]
    return {
        "happened_at": _at(event),
        "reference": data["reference"],
        "pledge": data["schedule"],
        "bill": data["bill"],
        "due_on": _day(data["due_on"]),
    }


def _abandoned(event: Event) -> base.Abandoned:
    return base.Abandoned(happened_at=_at(event), reference=event["data"]["reference"])


def _paid(event: Event) -> base.Paid:
    data = event["data"]
    fee = None if data["fee"] is None else Money(data["fee"], data["currency"])
    return base.Paid(**_about(event), payment=data["payment"], amount=_money(data), fee=fee, method=_method(data["method"]))


def _on_its_way(event: Event) -> base.OnItsWay:
    return base.OnItsWay(**_about(event), payment=event["data"]["payment"], amount=_money(event["data"]))


def _failed(event: Event) -> base.Failed:
    data = event["data"]
    next_try_on = _day(data["next_try_on"])
    told = {"attempt": data["attempt"], "reason": data["reason"], "confirm_url": data["confirm_url"]}
    return base.Failed(**_about(event), **told, next_try_on=next_try_on)


def _pledge_started(event: Event) -> base.PledgeStarted:
    data = event["data"]
    return base.PledgeStarted(
        happened_at=_at(event),
        reference=data["reference"],
        pledge=data["schedule"],
        customer=data["customer"],
        method=_method(data["method"]),
        next_on=_day(data["next_on"]),
    )


def _pledge_changed(event: Event) -> base.PledgeChanged:
    data = event["data"]
    return base.PledgeChanged(
        happened_at=_at(event),
        pledge=data["schedule"],
        amount=_money(data),
        anchor_day=data["anchor_day"],
        next_on=_day(data["next_on"]),
        paused_until=_day(data["paused_until"]),
        method=_method(data["method"]),
    )


def _pledge_ended(event: Event) -> base.PledgeEnded:
    return base.PledgeEnded(happened_at=_at(event), pledge=event["data"]["schedule"], reason=event["data"]["reason"])


def _sure_day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def _skipped(event: Event) -> base.Skipped:
    data = event["data"]
    return base.Skipped(happened_at=_at(event), pledge=data["schedule"], bill=data["bill"], due_on=_sure_day(data["due_on"]))


def _upcoming(event: Event) -> base.Upcoming:
    data = event["data"]
    return base.Upcoming(happened_at=_at(event), pledge=data["schedule"], due_on=_sure_day(data["due_on"]), amount=_money(data))


def _card_ending(event: Event) -> base.CardEnding:
    data = event["data"]
    return base.CardEnding(happened_at=_at(event), pledge=data["schedule"], method=_method(data["method"]))


def _fee_taken(event: Event) -> base.FeeTaken:
    data = event["data"]
    return base.FeeTaken(happened_at=_at(event), payment=data["payment"], amount=_money(data), key=data["key"])


def _refunded(event: Event) -> base.Refunded:
    data = event["data"]
    return base.Refunded(happened_at=_at(event), payment=data["payment"], refund=data["refund"], amount=_money(data))


def _refund_failed(event: Event) -> base.RefundFailed:
    data = event["data"]
    about = {"payment": data["payment"], "refund": data["refund"], "amount": _money(data)}
    return base.RefundFailed(happened_at=_at(event), refunded_at=datetime.datetime.fromisoformat(data["made_at"]), **about)


def _payout_failed(event: Event) -> base.PayoutFailed:
    data = event["data"]
    sent = datetime.datetime.fromisoformat(data["made_at"])
    return base.PayoutFailed(happened_at=_at(event), payout=data["payout"], amount=_money(data), paid_at=sent)


def _dispute_opened(event: Event) -> base.DisputeOpened:
    data = event["data"]
    about = {"payment": data["payment"], "dispute": data["dispute"], "reason": data["reason"]}
    return base.DisputeOpened(happened_at=_at(event), amount=_money(data), **about)


def _dispute_closed(event: Event) -> base.DisputeClosed:
    data = event["data"]
    about = {"payment": data["payment"], "dispute": data["dispute"], "won": data["won"]}
    return base.DisputeClosed(happened_at=_at(event), amount=_money(data), **about)


def _paid_out(event: Event) -> base.PaidOut:
    data = event["data"]
    arrives_on = _sure_day(data["arrives_on"])
    return base.PaidOut(happened_at=_at(event), payout=data["payout"], amount=_money(data), arrives_on=arrives_on)


_READ: dict[str, Callable[[Event], base.Fact]] = {
    "checkout.expired": _abandoned,
    "payment.paid": _paid,
    "payment.on_its_way": _on_its_way,
    "payment.failed": _failed,
    "payment.refunded": _refunded,
    "fee.taken": _fee_taken,
    "schedule.started": _pledge_started,
    "schedule.changed": _pledge_changed,
    "schedule.ended": _pledge_ended,
    "schedule.skipped": _skipped,
    "schedule.upcoming": _upcoming,
    "card.ending": _card_ending,
    "dispute.opened": _dispute_opened,
    "dispute.closed": _dispute_closed,
    "payout.paid": _paid_out,
    "refund.failed": _refund_failed,
    "payout.failed": _payout_failed,
}
