"""Refunds: asked for by one person, above a sum approved by another, sent to the provider once, booked by its own word.

The row with its idempotency key is there before the provider is asked, so that a refund asked again after a crash is the
same refund there. The ledger's line is entered by the Refunded fact alone, through the one handler: the provider's message,
or for gifts entered by hand the act of approving. What was refunded is therefore always what the ledger says.
"""

import datetime
import logging

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from donations import notices, providers
from donations.bookkeeping import CAME_BACK, Cause, came_back, remaining
from donations.models import Gift, LedgerEntry, RefundRequest
from donations.models.gifts import UNPAID
from donations.models.ledger import EntryKind
from donations.models.refunds import REFUND_MOVES, RefundState
from donations.models.steps import NotAllowed
from donations.money import Money, exponent
from donations.outcomes import Quarantined, Waits
from donations.providers.base import ProviderUnavailable, Refunded, Refused
from supporters.models import Account

logger = logging.getLogger(__name__)

OFFLINE = "offline"
# A provider may forget a key after a day: from then on its book is read before it is asked again.
KEY_HOLDS = datetime.timedelta(hours=20)
LONGEST_WAIT = datetime.timedelta(hours=1)  # between two tries


def four_eyes_above(currency: str) -> Money:
    """Return the sum above which a second person approves, in a currency (settings.REFUND_FOUR_EYES_ABOVE major units)."""
    return Money(int(settings.REFUND_FOUR_EYES_ABOVE.scaleb(exponent(currency))), currency)


def left(gift: Gift) -> Money:
    """Return what may still be asked for: what the ledger has of the gift, less refunds under way."""
    return remaining(gift) - _under_way(gift)


def needs_four_eyes(gift: Gift, amount: Money) -> bool:
    """Return whether this refund needs a second person; several small ones of a gift count as one large."""
    gone = -LedgerEntry.objects.filter(gift=gift, kind=EntryKind.REFUND).total(gift.currency)
    return amount + gone + _under_way(gift) > four_eyes_above(gift.currency)


def ask(gift: Gift, amount: Money, reason: str, by: Account) -> RefundRequest:
    """Write down that money is to go back; below the sum that needs a second person it goes at once.

    Raises NotAllowed: nothing came, another currency, no reason, more than is left, a provider this site does not have.
    """
    with transaction.atomic():
        gift = Gift.objects.select_for_update().get(pk=gift.pk)
        _check(gift, amount, reason)
        second = needs_four_eyes(gift, amount)
        request = RefundRequest.objects.create(
            gift=gift,
            amount=amount.minor,
            currency=amount.currency,
            reason=reason.strip()[:200],
            four_eyes=second,
            state=RefundState.ASKED if second else RefundState.APPROVED,
            asked_by=by,
        )
    return request if second else send(request)


def approve(request: RefundRequest, by: Account) -> RefundRequest:
    """Approve as the second person and send. Raises NotAllowed: the same person, or no longer to be approved."""
    with transaction.atomic():
        request = _locked(request)
        if request.asked_by_id == by.pk:
            raise NotAllowed("whoever asks for a refund cannot approve it too")
        request.step(RefundState.APPROVED, approved_by=by, approved_at=timezone.now())
    return send(request)


def refuse(request: RefundRequest, because: str) -> RefundRequest:
    """End a refund that is not to be; of one already sent, only when the bank could not take it. Raises NotAllowed."""
    with transaction.atomic():
        request = _locked(request)
        if _booked(request):
            raise NotAllowed("the money has gone back: the ledger says so")
        request.step(RefundState.REFUSED, said=because[:200])
    return request


def send(request: RefundRequest) -> RefundRequest:
    """Ask the provider for an approved refund; call outside any transaction. A provider that is away leaves it approved.

    Asked any number of times, in any number of processes: the key makes it one refund.
    """
    request = _begin(request)
    if request.state != RefundState.APPROVED:
        return request
    gift = request.gift
    try:
        if gift.provider == OFFLINE:
            return _by_hand(request)
        there = _found_there(request) or providers.named(gift.provider).refund(gift.payment, request.total, request.key).id
    except Refused as error:
        logger.warning("Refund %s was refused by the provider: %s", request.pk, error)
        return _step(request, RefundState.REFUSED, said=f"the provider refused: {error}"[:200])
    except (ProviderUnavailable, LookupError) as error:
        logger.warning("Refund %s could not be sent, it is tried again: %s", request.pk, error)
        return _noted(request, f"the provider could not be asked: {error}")
    return _settled(_step(request, RefundState.SENT, there=there, said=""))


def send_due(most: int = 100) -> int:
    """Send approved refunds whose next try is due, and close those whose line the ledger has; return how many moved on."""
    moved = 0
    for request in list(RefundRequest.objects.filter(state=RefundState.APPROVED).order_by("asked_at")[:most]):
        if _try_is_due(request):
            moved += send(request).state != RefundState.APPROVED
    for request in list(RefundRequest.objects.filter(state=RefundState.SENT).select_related("gift").order_by("asked_at")[:most]):
        moved += _settled(request).state == RefundState.DONE
    return moved


# --- one refund's steps -----------------------------------------------------------------------------
def _check(gift: Gift, amount: Money, reason: str) -> None:
    if gift.status in UNPAID:
        raise NotAllowed("nothing has come of this gift, so nothing can go back")
    if amount.currency != gift.currency or amount.minor <= 0:
        raise NotAllowed(f"a refund of this gift is a sum in {gift.currency}")
    if not reason.strip():
        raise NotAllowed("a refund needs its reason")
    if gift.provider != OFFLINE:
        try:
            providers.named(gift.provider)
        except LookupError:
            raise NotAllowed(f"this site has no provider {gift.provider!r} to send the money back through") from None
    rest = left(gift)
    if amount > rest:
        raise NotAllowed(f"{amount} is more than the {rest} that is left of this gift")


def _under_way(gift: Gift) -> Money:
    """Return what refunds may still take out; one whose line the ledger has already is not counted twice."""
    requests = RefundRequest.objects.filter(gift=gift).under_way().select_related("gift")
    return Money(sum(request.amount for request in requests if not _booked(request)), gift.currency)


def _begin(request: RefundRequest) -> RefundRequest:
    """Write down that the provider is about to be asked, before it is."""
    with transaction.atomic():
        request = _locked(request)
        if request.state == RefundState.APPROVED:
            now = timezone.now()
            request.tries, request.tried_at = request.tries + 1, now
            request.first_tried_at = request.first_tried_at or now
            request.save(update_fields=["tries", "tried_at", "first_tried_at"])
    return request


def _by_hand(request: RefundRequest) -> RefundRequest:
    """Enter the refund of a gift that came by hand: the charity pays it back itself."""
    gift = request.gift
    fact = Refunded(happened_at=timezone.now(), payment=gift.payment, refund=request.key, amount=request.total)
    try:
        notices.enter_facts([fact], Cause(OFFLINE, by=request.approved_by or request.asked_by, reason=request.reason))
    except (Quarantined, NotAllowed, Waits) as trouble:
        return _step(request, RefundState.REFUSED, said=str(trouble)[:200])
    return _step(request, RefundState.DONE, there=request.key)


def _found_there(request: RefundRequest) -> str:
    """Return the provider's name of a refund begun so long ago that its key may be forgotten, or "" where it has none."""
    first = request.first_tried_at
    if first is None or timezone.now() - first < KEY_HOLDS:
        return ""
    claimed = set(RefundRequest.objects.filter(gift=request.gift).exclude(there="").values_list("there", flat=True))
    for movement in providers.named(request.gift.provider).movements(first - datetime.timedelta(minutes=10), timezone.now()):
        for fact in movement.facts:
            if (
                isinstance(fact, Refunded)
                and (fact.payment, fact.amount) == (request.gift.payment, request.total)
                and fact.refund not in claimed
            ):
                return fact.refund
    return ""


def _try_is_due(request: RefundRequest) -> bool:
    # Two minutes after the first try, then twice as long each time, an hour at most.
    if request.tried_at is None:
        return True
    wait = min(datetime.timedelta(minutes=2) * 2 ** min(request.tries - 1, 6), LONGEST_WAIT)
    return timezone.now() - request.tried_at >= wait


def _settled(request: RefundRequest) -> RefundRequest:
    """Close a sent refund whose line the ledger has; one that came back before it could be closed is refused."""
    if request.state == RefundState.SENT and came_back(request.gift, request.there):
        return _step(request, RefundState.REFUSED, said=CAME_BACK)
    return _step(request, RefundState.DONE) if request.state == RefundState.SENT and _booked(request) else request


def _booked(request: RefundRequest) -> bool:
    key = f"{request.gift.provider}:{EntryKind.REFUND}:{request.there}"
    return bool(request.there) and LedgerEntry.objects.filter(key=key).exists()


def _locked(request: RefundRequest) -> RefundRequest:
    found = RefundRequest.objects.select_related("gift", "asked_by", "approved_by").select_for_update(of=("self",))
    return found.get(pk=request.pk)


def _step(request: RefundRequest, state: str, **fields: str) -> RefundRequest:
    """Take a step unless another process was faster; return the row as it stands."""
    with transaction.atomic():
        request = _locked(request)
        if state in REFUND_MOVES[request.state]:
            request.step(state, **fields)
        elif request.state != state:
            logger.warning("Refund %s is %s and stays so: it was to become %s %s", request.pk, request.state, state, fields)
    return request


def _noted(request: RefundRequest, said: str) -> RefundRequest:
    request.said = said[:200]
    request.save(update_fields=["said"])
    return request
