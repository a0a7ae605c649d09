"""The one handler: what happened, however we learned of it, becomes steps of gifts and pledges and lines of the ledger.

`enter` runs inside a transaction of its caller and answers what became of a fact. Facts may come in any order and any
number of times: a line of the ledger has a unique key, a step must be allowed, what comes too early waits for what it
builds on, what comes too late is kept with the reason. What a gift's or pledge's facts end in does not depend on their
order (tests/donations/test_any_order.py).
"""

import datetime
import functools
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from donations import instalments, letters, receipts
from donations.calendar import charity_day
from donations.models import Gift, LedgerEntry, ProviderNotice
from donations.models.gifts import UNPAID, GiftStatus
from donations.models.ledger import COMES_IN, EntryKind
from donations.models.notices import NoticeState
from donations.models.refunds import REFUND_MOVES, RefundRequest, RefundState
from donations.money import Money
from donations.outcomes import ABSORBED, DONE, Outcome, Quarantined, Waits
from donations.providers import base
from donations.statements import issuing
from donations.supporting import supporter_of
from supporters.models import Account

logger = logging.getLogger(__name__)

CAME_BACK = "the giver's bank could not take it: the money came back"


@dataclass(frozen=True)
class Cause:
    """Why something is entered: a notice, or a member of staff with a reason."""

    provider: str
    notice: ProviderNotice | None = None
    by: Account | None = None
    reason: str = ""
    # Done when all else of the transaction is: all payments queue for the next receipt's number, and hold it to the end.
    at_last: list[Callable[[], object]] = field(default_factory=list, compare=False)

    def finish(self) -> None:
        """Do what is done last of all."""
        while self.at_last:
            self.at_last.pop(0)()


def enter(fact: base.Fact, cause: Cause) -> Outcome:
    """Enter one fact; call inside a transaction, which is to be rolled back where Waits or Quarantined is raised.

    At the transaction's end call `cause.finish()`.
    """
    if not isinstance(fact, base.Paid):
        cause.finish()  # what else the message tells builds on the whole payment, its receipt too
    return _HOW[type(fact)](fact, cause)


def book(cause: Cause, kind: str, there: str, amount: Money, at: datetime.datetime, gift: Gift | None) -> bool:
    """Add a line to the ledger, signed by its kind; False where the line is there already. `at` gives the charity's day.

    Two that bring the same line at once are one after the other by the lock on their gift; without a gift the key decides.
    """
    signed = amount if kind in COMES_IN else -amount
    key = f"{cause.provider}:{kind}:{there}"
    line = {
        "kind": kind,
        "amount": signed.minor,
        "currency": signed.currency,
        "day": charity_day(at),
        "provider": cause.provider,
        "gift": gift,
        "appeal_id": gift.appeal_id if gift else None,
        "notice": cause.notice,
        "by": cause.by,
        "reason": cause.reason,
    }
    if gift is None:
        return LedgerEntry.objects.get_or_create(key=key, defaults=line)[1]
    if LedgerEntry.objects.filter(key=key).exists():
        return False
    LedgerEntry.objects.create(key=key, **line)
    return True


# --- money that comes -------------------------------------------------------------------------------
def _paid(fact: base.Paid, cause: Cause) -> Outcome:
    gift = _gift_about(fact, cause, fact.amount)
    if gift.status not in UNPAID:
        if gift.payment != fact.payment:
            raise Quarantined(f"gift {gift.reference} is paid already, by {gift.payment}")
        return ABSORBED
    anew = gift.status != GiftStatus.PENDING
    if gift.supporter is None and not gift.details.get("email"):
        raise Quarantined(f"nobody is known who gave {gift.reference}")
    supporter = gift.supporter or supporter_of(gift)
    gift.step(
        GiftStatus.RECEIVED,
        amount=fact.amount.minor,
        fee_cover=gift.fee_cover,
        given_on=charity_day(fact.happened_at),
        supporter=supporter,
        details={},
        payment=fact.payment,
        method=fact.method.label if fact.method else gift.method,
        failure="",
        failed_at=None,
        next_try_on=None,
        confirm_url="",
    )
    book(cause, EntryKind.GIFT, fact.payment, fact.amount, fact.happened_at, gift)
    if fact.fee:
        book(cause, EntryKind.FEE, fact.payment, fact.fee, fact.happened_at, gift)
    if fact.pledge:
        instalments.paid(gift, fact, cause.provider)
    issuing.void(gift, "gift")  # it was entered after its year's statement
    letters.gift_received(gift, anew=anew)
    cause.at_last.append(functools.partial(receipts.issue, gift))
    begun = (f"pledge:{fact.pledge}", f"first:{fact.pledge}") if fact.pledge and fact.reference else ()
    return Outcome(NoticeState.DONE, tells=(f"payment:{fact.payment}", *begun))


def _on_its_way(fact: base.OnItsWay, cause: Cause) -> Outcome:
    gift = _gift_about(fact, cause, fact.amount)
    letters.on_its_way(gift, needed=gift.status in UNPAID and gift.status != GiftStatus.SKIPPED)
    if gift.status not in UNPAID:
        return _late(gift, "on its way")
    told = {"payment": fact.payment or gift.payment, "amount": fact.amount.minor, "fee_cover": gift.fee_cover}
    if gift.status != GiftStatus.SKIPPED and _newer(gift, fact.happened_at, ""):
        told |= {"failure": "", "failed_at": fact.happened_at, "next_try_on": None, "confirm_url": ""}
        return _tried(gift, GiftStatus.ON_ITS_WAY, told)
    return _tried(gift, gift.status, told)


def _failed(fact: base.Failed, cause: Cause) -> Outcome:
    gift = _gift_about(fact, cause)
    if fact.pledge and not fact.reference:  # the first one failed on the provider's page: the giver saw it there
        instalments.failed(gift, fact)
    elif fact.reason == "bank_refused":  # days after the giver left the provider's page: only a letter can tell them
        letters.debit_failed(gift, fact, needed=gift.status in UNPAID)
    if gift.status not in UNPAID or gift.status == GiftStatus.SKIPPED:
        return _late(gift, "failed")
    if not _newer(gift, fact.happened_at, fact.reason):
        return ABSORBED
    told = {
        "failure": fact.reason,
        "failed_at": fact.happened_at,
        "next_try_on": fact.next_try_on,
        "confirm_url": fact.confirm_url,
    }
    return _tried(gift, GiftStatus.FAILED, told)


def _newer(gift: Gift, at: datetime.datetime, failure: str) -> bool:
    """Return whether this is the newest told of a gift's tries: `failed_at` is its moment, `failure` "" while it may yet come."""
    return gift.failed_at is None or (gift.failed_at, gift.failure) < (at, failure)


def _tried(gift: Gift, status: str, told: dict[str, Any]) -> Outcome:
    """Keep what is told of a try, and let the status follow where it may."""
    if gift.may_become(status):
        gift.step(status, **told)
    else:
        for name, value in told.items():
            setattr(gift, name, value)
        gift.save(update_fields=list(told))
    if gift.pledge:
        instalments.settle(gift.pledge)
    return DONE


def _abandoned(fact: base.Abandoned, cause: Cause) -> Outcome:
    gift = _gift_about(fact, cause)
    if not gift.may_become(GiftStatus.EXPIRED):
        return ABSORBED if gift.status == GiftStatus.EXPIRED else _late(gift, "left")
    gift.step(GiftStatus.EXPIRED)
    return DONE


def _gift_about(fact: base.AboutGift, cause: Cause, amount: Money | None = None) -> Gift:
    """Return the gift a fact is about, locked; a renewal's is made when it is first heard of."""
    if not fact.reference:
        return instalments.gift_of(fact, cause.provider, amount)
    gifts = Gift.objects.select_for_update(of=("self",)).select_related("supporter", "dedication")
    gift = gifts.filter(reference=fact.reference, provider=cause.provider).order_by().first()
    if gift is None:
        raise Quarantined(f"no gift has the reference {fact.reference}")
    if amount is not None and amount != gift.total:
        raise Quarantined(f"gift {gift.reference} is {gift.total}, the message says {amount}")
    return gift


def _late(gift: Gift, what: str) -> Outcome:
    return Outcome(NoticeState.ABSORBED, f"came late: {what}, of a gift that is {gift.status}")


# --- money that goes --------------------------------------------------------------------------------
def _refunded(fact: base.Refunded, cause: Cause) -> Outcome:
    gift = _gift_of_payment(fact.payment, cause)
    lines = _refunds(gift)
    if f"{cause.provider}:{EntryKind.REFUND}:{fact.refund}" in lines:
        return ABSORBED
    # Of refunds alone: what a dispute holds may have come before or after, and may come back.
    left = gift.total + Money(sum(lines.values()), gift.currency)
    if fact.amount.currency != gift.currency or left.minor < fact.amount.minor:
        raise Quarantined(f"a refund of {fact.amount} is more than the {left} that is left of gift {gift.reference}")
    if not book(cause, EntryKind.REFUND, fact.refund, fact.amount, fact.happened_at, gift):
        return ABSORBED
    receipts.void(gift, "refund")
    issuing.void(gift, "refund")
    letters.refunded(gift, fact)
    return _follow_ledger(gift)


def _refund_failed(fact: base.RefundFailed, cause: Cause) -> Outcome:
    gift = _gift_of_payment(fact.payment, cause)
    if came_back(gift, fact.refund):
        return ABSORBED
    if fact.amount.currency != gift.currency or fact.amount > gift.total:
        raise Quarantined(f"a refund of {fact.amount} that came back does not fit gift {gift.reference} of {gift.total}")
    # Both lines, whichever is heard of first: the provider's own book has both too.
    book(cause, EntryKind.REFUND, fact.refund, fact.amount, fact.refunded_at, gift)
    book(cause, EntryKind.REVERSAL, fact.refund, fact.amount, fact.happened_at, gift)
    receipts.void(gift, "refund")
    issuing.void(gift, "refund")
    for request in RefundRequest.objects.select_for_update().filter(gift=gift, there=fact.refund):
        if RefundState.REFUSED in REFUND_MOVES[request.state]:
            request.step(RefundState.REFUSED, said=CAME_BACK)
    logger.error("Refund %s of gift %s came back: the giver has to be asked how to send it", fact.refund, gift.reference)
    letters.refund_failed(gift, fact)
    return _follow_ledger(gift)


def came_back(gift: Gift, refund: str) -> bool:
    """Return whether a refund, by the provider's name of it, was sent and came back."""
    return bool(refund) and LedgerEntry.objects.filter(key=f"{gift.provider}:{EntryKind.REVERSAL}:{refund}").exists()


def _refunds(gift: Gift) -> dict[str, int]:
    """Return a gift's refunds, and those of them that came back, as the ledger signs them: key -> minor units."""
    kinds = [EntryKind.REFUND, EntryKind.REVERSAL]
    lines = list(LedgerEntry.objects.filter(gift=gift, kind__in=kinds).order_by().values_list("kind", "key", "amount"))
    refunds = {key for kind, key, _amount in lines if kind == EntryKind.REFUND}
    # A dispute that was won is a reversal too: of no refund.
    back = {key.replace(f":{EntryKind.REFUND}:", f":{EntryKind.REVERSAL}:", 1) for key in refunds}
    return {key: amount for _kind, key, amount in lines if key in refunds | back}


def _dispute_opened(fact: base.DisputeOpened, cause: Cause) -> Outcome:
    gift = _gift_of_payment(fact.payment, cause)
    if fact.dispute in gift.disputes:
        return ABSORBED
    if fact.amount.currency != gift.currency or fact.amount.minor > gift.amount:
        raise Quarantined(f"a dispute of {fact.amount} does not fit gift {gift.reference} of {gift.total}")
    book(cause, EntryKind.DISPUTE, fact.dispute, fact.amount, fact.happened_at, gift)
    receipts.void(gift, "dispute")
    issuing.void(gift, "dispute")
    gift.disputes[fact.dispute] = "open"
    return _follow_ledger(gift, tells=(f"dispute:{fact.dispute}",))


def _dispute_closed(fact: base.DisputeClosed, cause: Cause) -> Outcome:
    gift = _gift_of_payment(fact.payment, cause)
    known = gift.disputes.get(fact.dispute)
    if known is None:
        raise Waits(f"dispute:{fact.dispute}", "the dispute's opening has not been told yet")
    if known != "open":
        return ABSORBED
    if fact.won:
        book(cause, EntryKind.REVERSAL, fact.dispute, fact.amount, fact.happened_at, gift)
        issuing.void(gift, "reversal")
    gift.disputes[fact.dispute] = "won" if fact.won else "lost"
    return _follow_ledger(gift)


def _follow_ledger(gift: Gift, tells: tuple[str, ...] = ()) -> Outcome:
    """Let the status say what the ledger and the disputes say: the same whatever came first."""
    decided = set(gift.disputes.values())
    if "open" in decided:
        status = GiftStatus.DISPUTED
    elif "lost" in decided:
        status = GiftStatus.LOST
    else:
        returned = -sum(_refunds(gift).values())
        status = GiftStatus.REFUNDED if returned >= gift.total.minor else GiftStatus.RECEIVED
    if gift.status == status:
        gift.save(update_fields=["disputes"])
    else:
        gift.step(status, disputes=gift.disputes)
    return Outcome(NoticeState.DONE, tells=tells)


def remaining(gift: Gift) -> Money:
    """Return what is left of a received gift after refunds and disputes."""
    return LedgerEntry.objects.filter(gift=gift).kept().total(gift.currency)


def _gift_of_payment(payment: str, cause: Cause) -> Gift:
    gifts = Gift.objects.select_for_update(of=("self",)).select_related("supporter")
    gift = gifts.filter(provider=cause.provider, payment=payment).first()
    if gift is None or gift.status in UNPAID:
        raise Waits(f"payment:{payment}", "the payment has not been told yet")
    return gift


def _fee_taken(fact: base.FeeTaken, cause: Cause) -> Outcome:
    gift = _gift_of_payment(fact.payment, cause)
    return DONE if book(cause, EntryKind.FEE, fact.key, fact.amount, fact.happened_at, gift) else ABSORBED


def _paid_out(fact: base.PaidOut, cause: Cause) -> Outcome:
    return DONE if book(cause, EntryKind.PAYOUT, fact.payout, fact.amount, fact.happened_at, None) else ABSORBED


def _payout_failed(fact: base.PayoutFailed, cause: Cause) -> Outcome:
    book(cause, EntryKind.PAYOUT, fact.payout, fact.amount, fact.paid_at, None)
    new = book(cause, EntryKind.PAYOUT, f"failed:{fact.payout}", -fact.amount, fact.happened_at, None)
    if new:
        logger.error("Payout %s of %s came back: are the charity's bank details at the provider right?", fact.payout, fact.amount)
    return DONE if new else ABSORBED


def _about_pledge(handle: Callable[[Any, str], Outcome]) -> Callable[[Any, Cause], Outcome]:
    return lambda fact, cause: handle(fact, cause.provider)


_HOW: dict[type[base.Fact], Callable[[Any, Cause], Outcome]] = {
    base.Paid: _paid,
    base.OnItsWay: _on_its_way,
    base.Failed: _failed,
    base.Abandoned: _abandoned,
    base.Refunded: _refunded,
    base.RefundFailed: _refund_failed,
    base.PayoutFailed: _payout_failed,
    base.DisputeOpened: _dispute_opened,
    base.DisputeClosed: _dispute_closed,
    base.FeeTaken: _fee_taken,
    base.PaidOut: _paid_out,
    base.PledgeStarted: _about_pledge(instalments.started),
    base.PledgeChanged: _about_pledge(instalments.changed),
    base.PledgeEnded: _about_pledge(instalments.ended),
    base.Skipped: _about_pledge(instalments.skipped),
    base.Upcoming: _about_pledge(instalments.upcoming),
    base.CardEnding: _about_pledge(instalments.card_ending),
}
