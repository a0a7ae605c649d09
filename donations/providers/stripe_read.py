"""Stripe's objects in our words: plain functions from its JSON to sums, days, methods and reasons."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from donations.calendar import add_months, charity_day, next_instalment
from donations.money import Money
from donations.providers.base import Method, PaidOut, PayoutFailed, PledgeChanged, PledgeEnded, Refunded, RefundFailed
from donations.providers.stripe_wire import from_stripe, moment

Data = Mapping[str, Any]

BANK_DEBITS = frozenset({"acss_debit", "au_becs_debit", "bacs_debit", "nz_bank_account", "sepa_debit", "us_bank_account"})
REASONS = {
    "authentication_required": "confirmation_needed",
    "payment_intent_authentication_failure": "confirmation_needed",
    "insufficient_funds": "insufficient_funds",
    "expired_card": "expired_card",
}
ENDED_BECAUSE = {"cancellation_requested": "asked", "payment_failed": "payments_failed", "payment_disputed": "dispute"}
SETTLING = timedelta(hours=2)
OVER = frozenset({"canceled", "incomplete_expired"})  # a subscription's last states


def id_of(thing: Any) -> str:
    """Return the id of what Stripe gives as an id or, expanded, as an object; "" for nothing."""
    return thing if isinstance(thing, str) else thing["id"] if thing else ""


def whole(thing: Any) -> Data | None:
    """Return an expanded object; None where Stripe gave an id or nothing."""
    return thing if isinstance(thing, Mapping) else None


# --- payments ---------------------------------------------------------------------------------------
def method_of(thing: Data | None) -> Method | None:
    """Return how somebody pays, from a payment method or from a charge's details of one."""
    if not thing:
        return None
    kind = thing["type"]
    details: Data = thing.get(kind) or {}
    if kind == "card":
        label = _("%(brand)s ending %(last4)s") % {
            "brand": (details.get("display_brand") or details.get("brand") or "card").replace("_", " ").title(),
            "last4": details.get("last4") or "",
        }
        if details.get("wallet"):  # its number there is a stand-in that the wallet renews by itself
            return Method(kind="wallet", label=label)
        return Method(kind="card", label=label, ends_on=_last_day(details))
    if kind in BANK_DEBITS:
        return Method(kind="bank_debit", label=_("Bank account ending %(last4)s") % {"last4": details.get("last4") or ""})
    return Method(kind="wallet", label=kind.replace("_", " ").title())


def _last_day(card: Data) -> date | None:
    year, month = card.get("exp_year"), card.get("exp_month")
    return date(year, month, monthrange(year, month)[1]) if year and month else None


def reason_of(error: Data | None, status: str = "") -> str:
    """Return why a try did not go through, from Stripe's last payment error and the intent's status."""
    if status == "requires_action":
        return "confirmation_needed"
    if not error:
        return "other"
    code = error.get("decline_code") if error.get("decline_code") in REASONS else error.get("code")
    if code in REASONS:
        return REASONS[code]
    if (error.get("payment_method") or {}).get("type") in BANK_DEBITS:
        return "bank_refused"
    return "declined" if error.get("type") == "card_error" else "other"


def fee_of(charge: Data | None) -> Money | None:
    """Return what Stripe kept of a charge, in the currency of the account; None while it does not say (or kept nothing)."""
    entry = whole(charge.get("balance_transaction")) if charge else None
    return from_stripe(entry["fee"], entry["currency"]) if entry and entry["fee"] else None


def refunded(refund: Data) -> list[Refunded]:
    """Return the money's way back, once Stripe has sent it; a refund under way or failed tells nothing."""
    if refund["status"] != "succeeded" or not refund.get("payment_intent"):
        return []
    amount = from_stripe(refund["amount"], refund["currency"])
    payment, name = id_of(refund["payment_intent"]), refund["id"]
    return [Refunded(happened_at=moment(refund["created"]), payment=payment, refund=name, amount=amount)]


def refund_failed(refund: Data, at: datetime) -> list[RefundFailed]:
    """Return that a refund's money came back to us; a refund that is neither failed nor cancelled tells nothing."""
    if refund["status"] not in {"failed", "canceled"} or not refund.get("payment_intent"):
        return []
    amount = from_stripe(refund["amount"], refund["currency"])
    payment, name, sent = id_of(refund["payment_intent"]), refund["id"], moment(refund["created"])
    return [RefundFailed(happened_at=at, payment=payment, refund=name, amount=amount, refunded_at=sent)]


def paid_out(payout: Data) -> PaidOut:
    """Return money on its way to the charity's bank, at the moment at which it left Stripe's balance."""
    arrives = charity_day(moment(payout["arrival_date"]))
    amount = from_stripe(payout["amount"], payout["currency"])
    return PaidOut(happened_at=moment(payout["created"]), payout=payout["id"], amount=amount, arrives_on=arrives)


def payout_failed(payout: Data, at: datetime) -> PayoutFailed:
    """Return that a payout came back into Stripe's balance."""
    amount = from_stripe(payout["amount"], payout["currency"])
    return PayoutFailed(happened_at=at, payout=payout["id"], amount=amount, paid_at=moment(payout["created"]))


# --- bills ------------------------------------------------------------------------------------------
def subscription_of(invoice: Data) -> tuple[str, Data]:
    """Return the subscription an invoice is for and the metadata it carried; "" for other invoices."""
    details = (invoice.get("parent") or {}).get("subscription_details") or {}
    return id_of(details.get("subscription")), details.get("metadata") or {}


def due_at(invoice: Data) -> int:
    """Return the second at which the billed month begins: instalments are billed ahead, on their day."""
    for line in (invoice.get("lines") or {}).get("data") or ():
        details = (line.get("parent") or {}).get("subscription_item_details")
        if details and not details.get("proration"):
            return line["period"]["start"]
    return invoice["created"]


# --- promises ---------------------------------------------------------------------------------------
def item_of(subscription: Data) -> Data:
    """Return the one thing a subscription of ours is for: the monthly gift."""
    return subscription["items"]["data"][0]


def monthly_sum(subscription: Data) -> Money:
    """Return what a subscription charges each month."""
    item = item_of(subscription)
    return from_stripe(item["price"]["unit_amount"] * item.get("quantity", 1), item["price"]["currency"])


def chosen_day(subscription: Data) -> int:
    """Return the day the giver chose; for a subscription made by hand at Stripe, the day it renews on."""
    said = (subscription.get("metadata") or {}).get("anchor_day") or ""
    return int(said) if said.isdecimal() else charity_day(moment(subscription["billing_cycle_anchor"])).day


def due_day(subscription: Data) -> date:
    """Return the day of the coming instalment, whether it will be charged or set aside."""
    return charity_day(moment(item_of(subscription)["current_period_end"]))


def falls_on(subscription: Data, day: date) -> bool:
    """Return whether the coming instalment is due on a day and charged on it: Stripe's bills are drafts for an hour."""
    due = moment(item_of(subscription)["current_period_end"])
    return charity_day(due) == charity_day(due + SETTLING) == day


def paused_until(subscription: Data) -> date | None:
    """Return the day from which instalments are charged again; None if they are (or if staff paused without an end)."""
    resumes = (subscription.get("pause_collection") or {}).get("resumes_at")
    return charity_day(moment(resumes)) if resumes else None


def next_day(subscription: Data) -> date | None:
    """Return the day of the next charge, past a pause; None when none is to come."""
    pause = subscription.get("pause_collection")
    if subscription.get("cancel_at_period_end") or (pause and not pause.get("resumes_at")):
        return None
    day, resumes = due_day(subscription), paused_until(subscription)
    while resumes and day < resumes:
        day = next_instalment(day, chosen_day(subscription))
    return day


def standing(subscription: Data, at: datetime) -> PledgeChanged | PledgeEnded | None:
    """Return how a promise stands; None before its first payment."""
    name = subscription["id"]
    if subscription["status"] in OVER:
        because = (subscription.get("cancellation_details") or {}).get("reason") or ""
        ended = subscription.get("ended_at") or subscription.get("canceled_at")
        return PledgeEnded(happened_at=moment(ended) if ended else at, pledge=name, reason=ENDED_BECAUSE.get(because, "other"))
    if subscription["status"] == "incomplete":
        return None
    return PledgeChanged(
        happened_at=at,
        pledge=name,
        amount=monthly_sum(subscription),
        anchor_day=chosen_day(subscription),
        next_on=next_day(subscription),
        paused_until=paused_until(subscription),
        method=method_of(whole(subscription.get("default_payment_method"))),
    )


# --- days and seconds -------------------------------------------------------------------------------
def charge_second(day: date) -> int:
    """Return a second of a day, in UTC, at which it is that day where the charity is, summer and winter.

    Stripe counts months in UTC. A charge at an hour that both calendars call by the same date the whole year
    keeps the promised day through changes of the clocks and from UTC-11 to UTC+14.
    """
    zone = ZoneInfo(settings.CHARITY_TIME_ZONE)
    offsets = [
        at.utcoffset() or timedelta() for at in (datetime(day.year, month, 15, 12, tzinfo=zone) for month in (1, 4, 7, 10))
    ]
    earliest = max(timedelta(), -min(offsets))
    latest = timedelta(hours=24) - max(timedelta(), *offsets)
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("UTC"))
    return int((midnight + (earliest + latest) / 2).timestamp())


def moved_day(due: date, chosen: int, today: date) -> date:
    """Return the next instalment after a change of day: in the month it was due in, or the month after if that is past."""
    moved = add_months(due, 0, chosen)
    return moved if moved > today else add_months(due, 1, chosen)
