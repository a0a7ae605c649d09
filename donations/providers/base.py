"""What every provider of money offers and what it tells: frozen data in and out, two errors.

A provider imports no models and writes nothing of ours. It is asked by verbs (Provider), outside any transaction,
and it tells by notices: signed messages at /give/notices/<provider>/, which `facts` turns into what has happened.
Only facts move gifts and pledges (donations.bookkeeping), however they came: by notice, by looking up, by hand.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from donations.money import Money


class ProviderUnavailable(Exception):
    """The provider did not answer, or answered with a fault: what happened there is not known. Ask again later."""


class Refused(ProviderUnavailable):
    """The provider answered, and will not do it: asking the same again is of no use, a person has to look."""


class BadNotice(Exception):
    """A message is not the provider's, not fresh, or not meant for this site. It is answered 400 and not kept."""


# --- what is asked ----------------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class CheckoutRequest:
    """A giver is to pay: once, or now and every month on `anchor_day` (of the charity's calendar)."""

    reference: str  # the gift's public reference; comes back in every fact about it
    key: str  # idempotency key, stored in our row before the call
    total: Money  # what is charged now (and each month), the covered fee included
    monthly: bool
    anchor_day: int  # 1 to 31: shorter months charge on their last day
    email: str
    name: str
    description: str  # what the giver reads on the provider's page, in their language
    language: str  # "en", "es"
    return_url: str  # the thanks page, absolute
    cancel_url: str  # back to the form, absolute


@dataclass(frozen=True)
class Checkout:
    """The provider's page for one attempt; the same key always gives the same checkout."""

    id: str
    url: str  # absolute
    expires_at: datetime.datetime


@dataclass(frozen=True)
class Refund:
    """A refund that the provider has accepted; the money's way back is told by a Refunded fact with the same id."""

    id: str
    amount: Money


# --- what is told: facts ----------------------------------------------------------------------------
@dataclass(frozen=True, kw_only=True)
class Method:
    """How somebody pays, as they may read it: never a number that could be used."""

    kind: str  # "card", "bank_debit", "wallet"
    label: str  # "Visa ending 4242"
    ends_on: datetime.date | None = None  # a card's last day


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Something that happened at the provider, at a moment (aware, UTC)."""

    happened_at: datetime.datetime


@dataclass(frozen=True, kw_only=True)
class AboutGift(Fact):
    """A fact about one gift: a first one is known by our `reference`, a renewal by `pledge` and `bill`."""

    reference: str = ""  # ours; "" for renewals
    pledge: str = ""  # the provider's name of the monthly promise; "" for single gifts
    bill: str = ""  # the provider's name of one month's demand; "" for single gifts
    due_on: datetime.date | None = None  # the charity's day the bill fell due; None for single gifts


@dataclass(frozen=True, kw_only=True)
class Paid(AboutGift):
    """The money has come."""

    payment: str  # the provider's name of the payment: refunds and disputes name it
    amount: Money
    fee: Money | None = None  # None: not known yet; a FeeTaken tells it later
    method: Method | None = None


@dataclass(frozen=True, kw_only=True)
class OnItsWay(AboutGift):
    """The giver has done their part; the bank takes days (bank debit)."""

    payment: str = ""
    amount: Money


@dataclass(frozen=True, kw_only=True)
class Failed(AboutGift):
    """A try to charge did not go through."""

    attempt: str  # unique for this try
    reason: str  # "declined", "insufficient_funds", "expired_card", "confirmation_needed", "bank_refused", "other"
    next_try_on: datetime.date | None = None  # None: the provider will not try again by itself
    confirm_url: str = ""  # where the giver can confirm with their bank


@dataclass(frozen=True, kw_only=True)
class Abandoned(AboutGift):
    """The checkout ended without payment."""


@dataclass(frozen=True, kw_only=True)
class PledgeStarted(Fact):
    """A monthly promise exists at the provider, from the checkout of the gift `reference`."""

    reference: str
    pledge: str
    customer: str  # the provider's name of the payer
    method: Method | None = None
    next_on: datetime.date | None = None


@dataclass(frozen=True, kw_only=True)
class PledgeChanged(Fact):
    """How a promise stands at the provider now; of two, the one that happened later counts."""

    pledge: str
    amount: Money
    anchor_day: int
    next_on: datetime.date | None
    paused_until: datetime.date | None = None
    method: Method | None = None


@dataclass(frozen=True, kw_only=True)
class PledgeEnded(Fact):
    """A promise is over: final."""

    pledge: str
    reason: str  # "asked", "payments_failed", "dispute", "other"


@dataclass(frozen=True, kw_only=True)
class Skipped(Fact):
    """One month's bill was set aside without charging."""

    pledge: str
    bill: str
    due_on: datetime.date


@dataclass(frozen=True, kw_only=True)
class Upcoming(Fact):
    """The next charge is announced."""

    pledge: str
    due_on: datetime.date
    amount: Money


@dataclass(frozen=True, kw_only=True)
class CardEnding(Fact):
    """The card of a promise will soon end."""

    pledge: str
    method: Method


@dataclass(frozen=True, kw_only=True)
class FeeTaken(Fact):
    """What the provider kept of a payment."""

    payment: str
    amount: Money  # positive
    key: str  # unique for this fee


@dataclass(frozen=True, kw_only=True)
class Refunded(Fact):
    """Money went back to the giver."""

    payment: str
    refund: str
    amount: Money  # positive, of this refund alone


@dataclass(frozen=True, kw_only=True)
class RefundFailed(Fact):
    """A refund did not reach the giver after all: their bank sent the money back to us."""

    payment: str
    refund: str
    amount: Money  # positive
    refunded_at: datetime.datetime  # when it had been sent: the day of its own line


@dataclass(frozen=True, kw_only=True)
class DisputeOpened(Fact):
    """The giver's bank took the money back for now."""

    payment: str
    dispute: str
    amount: Money  # positive
    reason: str


@dataclass(frozen=True, kw_only=True)
class DisputeClosed(Fact):
    """A dispute was decided; won: the money is ours again."""

    payment: str
    dispute: str
    amount: Money
    won: bool


@dataclass(frozen=True, kw_only=True)
class PaidOut(Fact):
    """The provider sent money to the charity's bank."""

    payout: str
    amount: Money
    arrives_on: datetime.date


@dataclass(frozen=True, kw_only=True)
class PayoutFailed(Fact):
    """A payout did not reach the charity's bank: the provider holds the money again."""

    payout: str
    amount: Money  # positive
    paid_at: datetime.datetime  # when it had been sent


# --- the notice and the verbs -----------------------------------------------------------------------
@dataclass(frozen=True)
class Notice:
    """A verified message: its unique id, the provider's name of its type, and the whole of it."""

    id: str
    kind: str
    payload: Mapping[str, Any]  # as parsed from JSON


@dataclass(frozen=True, kw_only=True)
class Movement:
    """One line of the provider's own book, for reconciliation."""

    kind: str  # "gift", "refund", "dispute", "reversal", "fee", "payout"
    id: str  # payment, refund, dispute, dispute, payment, payout
    amount: Money  # signed as in our ledger: gift and reversal positive, the others negative
    happened_at: datetime.datetime
    facts: tuple[Fact, ...] = ()  # what to enter when our ledger lacks it


class Provider(Protocol):
    """The verbs. Each answers within ten seconds or raises ProviderUnavailable; `key` makes repeating harmless."""

    name: str

    def start(self, request: CheckoutRequest) -> Checkout:
        """Open the provider's page for an attempt."""

    def look_up(self, checkout: str) -> list[Fact]:
        """Return what is known now about a checkout; empty while it is open."""

    def verify(self, body: bytes, headers: Mapping[str, str], now: datetime.datetime) -> Notice:
        """Return the message, or raise BadNotice: signature, time (300 s either way), mode, shape."""

    def facts(self, notice: Notice) -> list[Fact] | None:
        """Return what a message tells; None for a type that tells nothing. May ask the provider back."""

    def asks_back(self, notice: Notice) -> bool:
        """Return whether `facts` needs the network for this message: the worker does that, not the door."""

    def refund(self, payment: str, amount: Money, key: str) -> Refund:
        """Send money back."""

    def change(self, pledge: str, amount: Money, anchor_day: int, key: str) -> PledgeChanged:
        """Charge another amount or on another day from the next instalment on; nothing is charged or returned now."""

    def pause(self, pledge: str, until: datetime.date, key: str) -> PledgeChanged:
        """Charge nothing before a day."""

    def skip(self, pledge: str, key: str) -> PledgeChanged:
        """Leave out the next instalment alone."""

    def resume(self, pledge: str, key: str) -> PledgeChanged:
        """End a pause: the next instalment falls on its usual day."""

    def cancel(self, pledge: str, key: str) -> PledgeEnded:
        """End a promise for good; a second time tells the same."""

    def new_card(self, pledge: str, return_url: str, key: str) -> str:
        """Return the address of the provider's page where the giver puts another card."""

    def notices(self, since: datetime.datetime, until: datetime.datetime) -> list[Notice]:
        """Return the messages of a time, oldest first, those that never reached the door too (30 days back at most)."""

    def movements(self, since: datetime.datetime, until: datetime.datetime) -> Iterable[Movement]:
        """Return the provider's book between two moments, oldest first."""
