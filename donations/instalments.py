"""Pledges as their provider charges them: each month's gift, and how the promise stands.

Every function here runs inside the handler's transaction (donations.bookkeeping) with the pledge's row locked.
"""

import datetime

from donations import letters
from donations.calendar import charity_day, next_instalment
from donations.models import Gift, Pledge
from donations.models.gifts import GiftStatus
from donations.models.pledges import PledgeStatus
from donations.money import Money
from donations.outcomes import ABSORBED, DONE, Outcome, Quarantined, Waits
from donations.providers import base


def locked(name_there: str, provider: str) -> Pledge:
    """Return a pledge by the provider's name of it, its row locked; raises Waits where it has not been told yet."""
    pledge = Pledge.objects.select_for_update().filter(provider=provider, name_there=name_there).first()
    if pledge is None:
        raise Waits(f"pledge:{name_there}", "the pledge has not been told yet")
    return pledge


def gift_of(fact: base.AboutGift, provider: str, amount: Money | None) -> Gift:
    """Return the gift of one month's bill, locked, made where it is first heard of. Its pledge is locked before it."""
    pledge = locked(fact.pledge, provider)
    if amount is not None and amount not in known_amounts(pledge):
        raise Quarantined(f"pledge {pledge.reference} is {pledge.total} a month, the message says {amount}")
    gift = Gift.objects.select_for_update().filter(provider=provider, bill=fact.bill).first()
    if gift is not None:
        gift.pledge = pledge
        return gift
    if fact.due_on and pledge.gifts.filter(due_on=fact.due_on).exists():
        raise Quarantined(f"pledge {pledge.reference} has another bill for {fact.due_on}")
    return Gift.objects.create(
        provider=provider,
        frequency="monthly",
        amount=amount.minor if amount else pledge.amount,
        fee_cover=0 if amount and amount != pledge.total else pledge.fee_cover,
        currency=pledge.currency,
        appeal_id=pledge.appeal_id,
        designation=pledge.appeal.designation,
        language=pledge.language,
        supporter_id=pledge.supporter_id,
        pledge=pledge,
        bill=fact.bill,
        due_on=fact.due_on,
    )


def known_amounts(pledge: Pledge) -> set[Money]:
    """Return what a month of the pledge may cost: its sum now and those it had, since messages may be late."""
    events = pledge.events.filter(kind="amount_changed").values_list("data", flat=True)
    return {pledge.total} | {Money(data["was"], pledge.currency) for data in events}


def paid(gift: Gift, fact: base.Paid, provider: str) -> None:
    """Take note that an instalment, the first among them, was paid."""
    pledge = _of_first(gift, fact.pledge, provider) if fact.reference else gift.pledge
    assert pledge is not None  # gift_of gave it one
    if pledge.supporter_id is None and gift.supporter_id:
        pledge.supporter_id = gift.supporter_id
        pledge.save(update_fields=["supporter"])
    day = fact.due_on or charity_day(fact.happened_at)
    if fact.reference:
        gift.pledge, gift.due_on, gift.bill = pledge, day, fact.bill
        gift.save(update_fields=["pledge", "due_on", "bill"])
    pledge.note("received", f"received:{fact.payment}", fact.happened_at, minor=fact.amount.minor, due_on=str(day))
    if pledge.told_at is None or fact.happened_at > pledge.told_at:
        _tell(pledge, fact.happened_at, next_on=next_instalment(day, pledge.anchor_day))
    settle(pledge)


def failed(gift: Gift, fact: base.Failed) -> None:
    """Put a failed try on the timeline and write to the giver, unless the gift has come since."""
    pledge = gift.pledge
    if pledge is None:
        return  # the first one failed on the provider's page: the giver saw it there
    pledge.note(
        "failed",
        f"failed:{fact.bill}:{fact.attempt}",
        fact.happened_at,
        reason=fact.reason,
        next_try_on=str(fact.next_try_on or ""),
        confirm=bool(fact.confirm_url),
    )
    waits_still = gift.status in {GiftStatus.PENDING, GiftStatus.FAILED, GiftStatus.ON_ITS_WAY}
    letters.instalment_failed(gift, fact, needed=waits_still and pledge.status != PledgeStatus.CANCELLED)


def started(fact: base.PledgeStarted, provider: str) -> Outcome:
    """Know a promise by the provider's name of it."""
    gift = Gift.objects.select_for_update().filter(reference=fact.reference, provider=provider).first()
    if gift is None:
        raise Quarantined(f"no gift has the reference {fact.reference}")
    pledge = _of_first(gift, fact.pledge, provider)
    if pledge.customer:
        return ABSORBED
    pledge.customer = fact.customer
    if fact.method and not pledge.method:
        pledge.method, pledge.card_ends_on = fact.method.label, fact.method.ends_on
    pledge.save(update_fields=["customer", "method", "card_ends_on"])
    if gift.pledge_id is None:
        gift.pledge = pledge
        gift.save(update_fields=["pledge"])
    return Outcome(DONE.state, tells=(f"pledge:{fact.pledge}",))


def _of_first(gift: Gift, name_there: str, provider: str) -> Pledge:
    """Return the promise that a first gift began, locked; made where neither gift nor start was told before."""
    pledge = Pledge.objects.select_for_update().filter(provider=provider, name_there=name_there).first()
    if pledge is not None:
        return pledge
    return Pledge.objects.create(
        provider=provider,
        name_there=name_there,
        supporter=gift.supporter,
        appeal_id=gift.appeal_id,
        amount=gift.amount,
        fee_cover=gift.fee_cover,
        currency=gift.currency,
        anchor_day=charity_day(gift.created_at).day,
        language=gift.language,
        started_at=gift.created_at,
    )


def changed(fact: base.PledgeChanged, provider: str) -> Outcome:
    """Take in how a promise stands at the provider; of two tellings the later happened counts."""
    pledge = locked(fact.pledge, provider)
    if pledge.status == PledgeStatus.CANCELLED:
        return Outcome(ABSORBED.state, "came late: the pledge has ended")
    if fact.amount.currency != pledge.currency:
        raise Quarantined(f"pledge {pledge.reference} is in {pledge.currency}, the message in {fact.amount.currency}")
    if pledge.told_at and (pledge.told_at, _stands(pledge)) >= (fact.happened_at, _says(fact)):
        return ABSORBED
    if fact.amount.minor != pledge.amount:
        change = f"amount:{fact.happened_at.isoformat()}:{fact.amount.minor}"
        pledge.note("amount_changed", change, fact.happened_at, was=pledge.amount, now=fact.amount.minor)
        pledge.amount, pledge.fee_cover = fact.amount.minor, 0
    pledge.anchor_day, pledge.paused_until = fact.anchor_day, fact.paused_until
    if fact.method:
        pledge.method, pledge.card_ends_on = fact.method.label, fact.method.ends_on
    pledge.save(update_fields=["amount", "fee_cover", "anchor_day", "paused_until", "method", "card_ends_on"])
    _tell(pledge, fact.happened_at, next_on=fact.next_on)
    settle(pledge)
    return DONE


def _stands(pledge: Pledge) -> tuple[int, int, str, str]:
    return pledge.amount, pledge.anchor_day, str(pledge.next_on or ""), str(pledge.paused_until or "")


def _says(fact: base.PledgeChanged) -> tuple[int, int, str, str]:
    """Break the tie of two tellings of the same second: any order will do that is always the same."""
    return fact.amount.minor, fact.anchor_day, str(fact.next_on or ""), str(fact.paused_until or "")


def _tell(pledge: Pledge, at: datetime.datetime, next_on: datetime.date | None) -> None:
    if pledge.status != PledgeStatus.CANCELLED:
        pledge.next_on, pledge.told_at = next_on, at
        pledge.save(update_fields=["next_on", "told_at"])


def ended(fact: base.PledgeEnded, provider: str) -> Outcome:
    """End a promise for good."""
    pledge = locked(fact.pledge, provider)
    if pledge.status == PledgeStatus.CANCELLED:
        return ABSORBED
    pledge.step(PledgeStatus.CANCELLED, ended_at=fact.happened_at, ended_because=fact.reason, next_on=None, paused_until=None)
    pledge.note("ended", "ended", fact.happened_at, reason=fact.reason)
    letters.pledge_ended(pledge)
    return DONE


def skipped(fact: base.Skipped, provider: str) -> Outcome:
    """Take note that a month was set aside."""
    about = base.AboutGift(happened_at=fact.happened_at, pledge=fact.pledge, bill=fact.bill, due_on=fact.due_on)
    gift = gift_of(about, provider, None)
    assert gift.pledge is not None  # gift_of gave it one
    if not gift.may_become(GiftStatus.SKIPPED):
        return Outcome(ABSORBED.state, f"came late: skipped, of a gift that is {gift.status}")
    gift.step(GiftStatus.SKIPPED)
    gift.pledge.note("skipped", f"skipped:{fact.bill}", fact.happened_at, due_on=str(fact.due_on))
    settle(gift.pledge)
    return DONE


def upcoming(fact: base.Upcoming, provider: str) -> Outcome:
    """Know of the next charge; the pledge's own page says it already."""
    locked(fact.pledge, provider)
    return ABSORBED


def card_ending(fact: base.CardEnding, provider: str) -> Outcome:
    """Write to the giver 30 and 7 days before the card ends."""
    pledge = locked(fact.pledge, provider)
    if fact.method.ends_on is None or pledge.status == PledgeStatus.CANCELLED:
        return ABSORBED
    pledge.method, pledge.card_ends_on = fact.method.label, fact.method.ends_on
    pledge.save(update_fields=["method", "card_ends_on"])
    letters.card_ending(pledge)
    return DONE


def settle(pledge: Pledge) -> None:
    """Let the status say what the instalments say: the same whatever came first. Cancelled stays."""
    if pledge.status == PledgeStatus.CANCELLED:
        return
    if pledge.gifts.filter(status=GiftStatus.FAILED, due_on__isnull=False).exists():
        status = PledgeStatus.PAST_DUE
    elif pledge.paused_until:
        status = PledgeStatus.PAUSED
    else:
        status = PledgeStatus.ACTIVE if pledge.gifts.received().exists() else PledgeStatus.STARTING
    if status != pledge.status and pledge.may_become(status):
        pledge.step(status)
