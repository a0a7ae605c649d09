"""Pledges as their provider charges them: each month's gift, and how the promise stands.

Every function here runs inside the handler's transaction (donations.bookkeeping) with the pledge's row locked.
"""

import datetime

from donations import letters
from donations.calendar import charity_day, next_instalment
from donations.models import Gift, Pledge, PledgeEvent
from donations.models.gifts import UNPAID, GiftStatus
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
    if pledge.supporter_id is None:
        raise Waits(f"first:{fact.pledge}", "the pledge's first gift has not been told yet")
    timeline = _timeline(pledge)
    if amount is not None and amount not in _known_amounts(pledge, timeline):
        # A change of the sum may be told after the first gift of the new sum.
        said = f"pledge {pledge.reference} is {pledge.total} a month, the message says {amount}"
        raise Quarantined(said, waits_for=_told_amount(pledge, amount.minor))
    minor = amount.minor if amount else _price(pledge, timeline, fact.due_on)
    cover = _cover(pledge, timeline, minor)
    gift = Gift.objects.select_for_update().filter(provider=provider, bill=fact.bill).first()
    if gift is not None:
        gift.pledge = pledge
        if amount is not None and gift.status in UNPAID:
            gift.amount, gift.fee_cover = minor, cover
        return gift
    if fact.due_on and pledge.gifts.filter(due_on=fact.due_on).exists():
        raise Quarantined(f"pledge {pledge.reference} has another bill for {fact.due_on}")
    return Gift.objects.create(
        provider=provider,
        frequency="monthly",
        amount=minor,
        fee_cover=cover,
        currency=pledge.currency,
        appeal_id=pledge.appeal_id,
        designation=pledge.appeal.designation,
        language=pledge.language,
        supporter_id=pledge.supporter_id,
        pledge=pledge,
        bill=fact.bill,
        due_on=fact.due_on,
    )


def _timeline(pledge: Pledge) -> list[PledgeEvent]:
    """Return what was told of the pledge in the order in which it happened, whenever we learned of it."""
    return list(pledge.events.filter(kind__in=["began", "started", "told", "card", "received"]).order_by("at", "key"))


def _known_amounts(pledge: Pledge, timeline: list[PledgeEvent]) -> set[Money]:
    """Return what a month of the pledge may cost: its sum now and all it had or will have, since messages may be late."""
    told = {Money(event.data["minor"], pledge.currency) for event in timeline if event.kind in {"began", "told"}}
    return told | {pledge.total}


def _told_amount(pledge: Pledge, minor: int) -> str:
    return f"amount:{pledge.name_there}:{minor}"


def _price(pledge: Pledge, timeline: list[PledgeEvent], due_on: datetime.date | None) -> int:
    """Return what the month due on a day costs in minor units, as it stood on that day."""
    known = [event for event in timeline if event.kind in {"began", "told"}]
    stood = [event for event in known if event.kind == "began" or due_on is None or charity_day(event.at) <= due_on]
    return stood[-1].data["minor"] if stood else pledge.amount


def _cover(pledge: Pledge, timeline: list[PledgeEvent], minor: int) -> int:
    """Return how much of a month's sum covers the fee: a part of the sum that was promised first, and of no other."""
    first = next((event for event in timeline if event.kind == "began"), None)
    if first is None:
        return pledge.fee_cover if minor == pledge.amount else 0
    return first.data["cover"] if minor == first.data["minor"] else 0


def paid(gift: Gift, fact: base.Paid, provider: str) -> None:
    """Take note that an instalment, the first among them, was paid."""
    pledge = _of_first(gift, fact.pledge, provider) if fact.reference else gift.pledge
    assert pledge is not None  # gift_of gave it one
    if pledge.supporter_id is None and gift.supporter_id:
        pledge.supporter_id = gift.supporter_id
        pledge.save(update_fields=["supporter"])
        letters.giver_known(pledge, gift.email)
    day = fact.due_on or charity_day(fact.happened_at)
    if fact.reference:
        gift.pledge, gift.due_on, gift.bill = pledge, day, fact.bill
        gift.save(update_fields=["pledge", "due_on", "bill"])
    pledge.note("received", f"received:{fact.payment}", fact.happened_at, minor=fact.amount.minor, due_on=str(day))
    _follow_timeline(pledge)
    settle(pledge)


def failed(gift: Gift, fact: base.Failed) -> None:
    """Put a failed try on the timeline and write to the giver, unless the gift has come since."""
    pledge = gift.pledge
    assert pledge is not None  # gift_of gave it one
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
    pledge.save(update_fields=["customer"])
    pledge.note("started", "started", fact.happened_at, method=_card(fact.method))
    _follow_timeline(pledge)
    if gift.pledge_id is None:
        gift.pledge = pledge
        gift.save(update_fields=["pledge"])
    return Outcome(DONE.state, tells=(f"pledge:{fact.pledge}",))


def _of_first(gift: Gift, name_there: str, provider: str) -> Pledge:
    """Return the promise that a first gift began, locked; made where neither gift nor start was told before."""
    pledge = Pledge.objects.select_for_update().filter(provider=provider, name_there=name_there).first()
    if pledge is not None:
        return pledge
    pledge = Pledge.objects.create(
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
    pledge.note("began", "began", gift.created_at, minor=gift.amount, cover=gift.fee_cover)
    return pledge


def changed(fact: base.PledgeChanged, provider: str) -> Outcome:
    """Take in how a promise stands at the provider; of two tellings the one that happened later counts."""
    pledge = locked(fact.pledge, provider)
    if fact.amount.currency != pledge.currency:
        raise Quarantined(f"pledge {pledge.reference} is in {pledge.currency}, the message in {fact.amount.currency}")
    says = {
        "minor": fact.amount.minor,
        "anchor_day": fact.anchor_day,
        "next_on": str(fact.next_on or ""),
        "paused_until": str(fact.paused_until or ""),
    }
    key = f"told:{fact.happened_at.isoformat()}:{':'.join(map(str, says.values()))}"
    if pledge.note("told", key, fact.happened_at, **says, method=_card(fact.method)) is None:
        return ABSORBED
    timeline = _follow_timeline(pledge)
    for gift in pledge.gifts.filter(status__in=UNPAID, payment="", due_on__gte=charity_day(fact.happened_at)):
        gift.amount = _price(pledge, timeline, gift.due_on)
        gift.fee_cover = _cover(pledge, timeline, gift.amount)
        gift.save(update_fields=["amount", "fee_cover"])
    settle(pledge)
    if pledge.status == PledgeStatus.CANCELLED:
        return Outcome(DONE.state, "the pledge has ended", tells=(_told_amount(pledge, fact.amount.minor),))
    return Outcome(DONE.state, tells=(_told_amount(pledge, fact.amount.minor),))


def _card(method: base.Method | None) -> list[str] | None:
    return [method.label, str(method.ends_on or "")] if method else None


def _day(text: str) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None


def _follow_timeline(pledge: Pledge) -> list[PledgeEvent]:
    """Let the row say what the newest of the timeline says, whatever was told last; return the timeline."""
    timeline = _timeline(pledge)
    told = next((event for event in reversed(timeline) if event.kind == "told"), None)
    card = next((event.data["method"] for event in reversed(timeline) if event.data.get("method")), None)
    came = [event for event in timeline if event.kind == "received"]
    if told:
        pledge.amount, pledge.anchor_day = told.data["minor"], told.data["anchor_day"]
        pledge.fee_cover = _cover(pledge, timeline, pledge.amount)
        pledge.next_on, pledge.paused_until = _day(told.data["next_on"]), _day(told.data["paused_until"])
    if came and (told is None or came[-1].at > told.at):
        newest = max(datetime.date.fromisoformat(event.data["due_on"]) for event in came)
        if pledge.paused_until:
            newest = max(newest, pledge.paused_until - datetime.timedelta(days=1))
        pledge.next_on = next_instalment(newest, pledge.anchor_day)
    if card:
        pledge.method, pledge.card_ends_on = card[0], _day(card[1])
    if told or came:
        pledge.told_at = max(event.at for event in timeline if event.kind in {"told", "received"})
    if pledge.status == PledgeStatus.CANCELLED:
        pledge.next_on = pledge.paused_until = None
    pledge.save()
    return timeline


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
    gift.step(GiftStatus.SKIPPED, failure="", failed_at=None, next_try_on=None, confirm_url="")
    letters.instalment_skipped(gift)
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
    key = f"card:{fact.happened_at.isoformat()}:{fact.method.label}"
    if fact.method.ends_on is None or pledge.note("card", key, fact.happened_at, method=_card(fact.method)) is None:
        return ABSORBED
    _follow_timeline(pledge)
    letters.card_ending(pledge, fact.method.ends_on, needed=pledge.status != PledgeStatus.CANCELLED)
    return DONE


def settle(pledge: Pledge) -> None:
    """Let the status say what the instalments say: the same whatever came first. Cancelled stays."""
    if pledge.status == PledgeStatus.CANCELLED:
        return
    if pledge.gifts.filter(status=GiftStatus.FAILED, due_on__isnull=False).exists():
        status = PledgeStatus.PAST_DUE
    elif not pledge.gifts.received().exists():
        status = PledgeStatus.STARTING
    else:
        status = PledgeStatus.PAUSED if pledge.paused_until else PledgeStatus.ACTIVE
    if status != pledge.status and pledge.may_become(status):
        pledge.step(status)
