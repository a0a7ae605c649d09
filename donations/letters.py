"""Mail to givers: which letter each step of giving causes, and what its words need.

The outbox (letters.outbox) keeps and sends them. The words: templates/donations/letters/<kind>.{subject,html,txt}.
"""

import datetime
import logging
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from donations import pledge_links, receipts
from donations.calendar import start_of_day
from donations.documents import NotPrintable
from donations.models import Gift, Pledge, Receipt
from donations.models.gifts import UNPAID, GiftStatus
from donations.models.pledges import PledgeStatus
from donations.money import Money, formatted
from donations.providers.base import Failed, Refunded, RefundFailed
from letters import kinds, outbox
from letters.kinds import Attachment
from letters.models import Letter, LetterQuerySet, LetterState

logger = logging.getLogger(__name__)

# A failed charge is told after a while: often the money comes right behind it, and then there is nothing to tell.
SETTLES = datetime.timedelta(minutes=10)
GUESSES = ("failed", "confirm", "on_its_way", "debit_failed")  # what the money's coming makes untrue


def about(row: Gift | Pledge) -> str:
    """Return how the outbox names a gift or pledge."""
    return f"{row._meta.model_name}:{row.reference}"


def write(kind: str, key: str, gift: Gift | None = None, pledge: Pledge | None = None, **fields: Any) -> None:
    """Put a letter about a gift, or about a pledge as a whole, into the outbox; once for each key."""
    subject = gift or pledge
    assert subject is not None
    supporter = subject.supporter
    to = fields.pop("to", "") or (gift.email if gift else (supporter.written_to if supporter else ""))
    within = about(pledge) if pledge else ""
    outbox.write(kind, key, to=to, language=subject.language, about=about(subject), within=within, **fields)


def gift_received(gift: Gift, anew: bool) -> None:
    """Thank for a gift, with its receipt; tell whoever is to know of a dedication; drop what said otherwise.

    `anew`: something was told of the gift before, so that a letter may say otherwise.
    """
    write("received", gift.reference, gift=gift, pledge=gift.pledge)
    dedication = getattr(gift, "dedication", None)
    if dedication is not None and dedication.tell:
        write("dedication", gift.reference, gift=gift, to=dedication.tell)
    if anew:
        Letter.objects.filter(about=about(gift), kind__in=GUESSES).drop("the gift has come")


def on_its_way(gift: Gift, needed: bool) -> None:
    """Say that the bank takes days."""
    write("on_its_way", gift.reference, gift=gift, **({} if needed else _dropped()))


def instalment_failed(gift: Gift, fact: Failed, needed: bool) -> None:
    """Say that a month's gift did not go through and what happens next, or how to confirm it with the bank."""
    kind = "confirm" if fact.confirm_url else "failed"
    data = {"reason": fact.reason, "next_try_on": str(fact.next_try_on or ""), "confirm_url": fact.confirm_url}
    later = {"not_before": timezone.now() + SETTLES}
    write(kind, f"{fact.bill}:{fact.attempt}", gift=gift, pledge=gift.pledge, data=data, **(later if needed else _dropped()))


def instalment_skipped(gift: Gift) -> None:
    """Drop what asked for a month's gift that is not to come."""
    Letter.objects.filter(about=about(gift), kind__in=GUESSES).drop("the month was skipped")


def giver_known(pledge: Pledge, email: str) -> None:
    """Address what was written about a pledge before its first gift told whose it is."""
    Letter.objects.filter(within=about(pledge), to="").exclude(state=LetterState.SENT).update(to=email)


def debit_failed(gift: Gift, fact: Failed, needed: bool) -> None:
    """Say that the bank gave back a gift that was on its way."""
    later = {"not_before": timezone.now() + SETTLES}
    key = f"{gift.reference}:{fact.attempt}"
    write("debit_failed", key, gift=gift, **(later if needed else _dropped("the gift has come")))


def card_ending(pledge: Pledge, ends_on: datetime.date, needed: bool) -> None:
    """Ask for a new card 30 and 7 days before this one ends."""
    for days in (30, 7):
        at = start_of_day(ends_on - datetime.timedelta(days=days))
        key = f"{pledge.reference}:{ends_on}:{days}"
        data = {"ends_on": str(ends_on), "days": days}
        ended = {} if needed else _dropped("the pledge has ended")
        write("card_ending", key, pledge=pledge, not_before=at, data=data, **ended)


def pledge_ended(pledge: Pledge) -> None:
    """Thank for what was given, and say that nothing more is charged."""
    write("pledge_ended", pledge.reference, pledge=pledge, data={"reason": pledge.ended_because})
    asking = Letter.objects.filter(within=about(pledge), kind__in=["failed", "confirm", "card_ending"])
    asking.drop("the pledge has ended")


def refunded(gift: Gift, fact: Refunded) -> None:
    """Say that money is on its way back."""
    data = {"minor": fact.amount.minor}
    write("refunded", f"{gift.reference}:{fact.refund}", gift=gift, data=data, not_before=timezone.now() + SETTLES)


def refund_failed(gift: Gift, fact: RefundFailed) -> None:
    """Say that money could not be sent back; what said that it is on its way is not sent, whichever was heard first."""
    key, data = f"{gift.reference}:{fact.refund}", {"minor": fact.amount.minor}
    write("refunded", key, gift=gift, data=data, **_dropped("it came back"))
    Letter.objects.filter(key=f"refunded:{key}").drop("it came back")
    write("refund_failed", key, gift=gift, data=data, not_before=timezone.now() + SETTLES)


def receipts_due() -> int:
    """Issue the receipts that are due and write to their givers; return how many."""
    issued = receipts.issue_due()
    for receipt in issued:
        write("receipt", receipt.number, gift=receipt.gift, pledge=receipt.gift.pledge)
    return len(issued)


def of_receipt(receipt: Receipt) -> LetterQuerySet:
    """Return the letters that a receipt goes with."""
    return Letter.objects.filter(about=about(receipt.gift), kind__in=["received", "receipt"])


def receipt_again(receipt: Receipt) -> None:
    """Send a receipt once more, as a duplicate."""
    times = of_receipt(receipt).count()
    write("receipt", f"{receipt.number}:again:{times}", gift=receipt.gift, pledge=receipt.gift.pledge, data={"again": True})


def _dropped(reason: str = "the gift has come") -> dict[str, Any]:
    return {"state": LetterState.DROPPED, "reason": reason}


# --- what the words need ----------------------------------------------------------------------------
class GivingLetter(kinds.Kind):
    """A letter about a gift, or about a pledge as a whole."""

    folder = "donations/letters"

    def __init__(self, name: str) -> None:
        self.name = name

    def not_needed(self, letter: Letter) -> str:
        """Return what happened to the gift or pledge since, or ""."""
        gift, pledge = subjects(letter)
        if self.name in {"failed", "confirm", "debit_failed"} and gift:
            return "the gift has come" if gift.status not in {GiftStatus.FAILED, GiftStatus.PENDING} else ""
        if self.name == "card_ending" and pledge:
            if pledge.status == PledgeStatus.CANCELLED:
                return "the pledge has ended"
            if str(pledge.card_ends_on) != letter.data["ends_on"]:
                return "another card was put"
        return ""

    def context(self, letter: Letter) -> dict[str, Any]:
        """Return the gift and pledge and what there is to say of them."""
        gift, pledge = subjects(letter)
        subject = gift or pledge
        assert subject is not None
        amount = formatted(subject.total, letter.language)
        if "minor" in letter.data:
            amount = formatted(Money(letter.data["minor"], subject.currency), letter.language)
        receipt = gift.receipts.order_by("-pk").first() if gift and gift.status not in UNPAID else None
        return {
            "gift": gift,
            "pledge": pledge,
            "amount": amount,
            "receipt": receipt,
            "test": subject.provider == "sandbox",
            "dedication": getattr(gift, "dedication", None) if gift else None,
            # Whoever is told of a dedication is somebody else, and learns the giver's name only where it is not withheld.
            "first_name": subject.supporter.first_name if subject.supporter and self.name != "dedication" else "",
            "giver": "" if gift is None or gift.anonymous or not gift.supporter else gift.supporter.name,
            "pledge_amount": formatted(pledge.total, letter.language) if pledge else "",
            "next_on": pledge.next_on if pledge else None,
            **(_ways(pledge) if pledge and self.name != "dedication" else {}),
            "thanks_url": settings.SITE_URL + reverse("thanks", args=[gift.reference]) if gift else "",
            **{name: _day(value) if name.endswith("_on") else value for name, value in letter.data.items()},
        }

    def attachments(self, letter: Letter, context: dict[str, Any]) -> list[Attachment]:
        """Return the receipt to go with a letter; one that cannot be printed does not keep the thanks from going out."""
        receipt = context["receipt"]
        if receipt is None or self.name not in {"received", "receipt"}:
            return []
        try:
            pdf = receipts.pdf(receipt, duplicate=bool(letter.data.get("again")))
        except NotPrintable as error:
            logger.error("Receipt %s cannot be printed, its giver waits for it: %s", receipt.number, error)
            context["receipt"] = None  # the letter says that it follows
            return []
        return [(f"{receipt.number}.pdf", pdf, "application/pdf")]


def _ways(pledge: Pledge) -> dict[str, str]:
    """Return where the giver of a running pledge may act on it: the portal, and without signing in by signed links."""
    if pledge.status == PledgeStatus.CANCELLED:
        return {}
    return {
        "portal_url": settings.SITE_URL + reverse("portal-pledge", args=[pledge.reference]),
        "card_url": pledge_links.address(pledge, "card"),
        "cancel_url": pledge_links.address(pledge, "cancel"),
    }


KINDS = (
    "received", "receipt", "dedication", "on_its_way", "failed", "confirm", "debit_failed", "card_ending", "pledge_ended",
    "refunded", "refund_failed",
)  # fmt: skip


def register() -> None:
    """Make the letters of giving known to the outbox."""
    for name in KINDS:
        kinds.register(GivingLetter(name))


def subjects(letter: Letter) -> tuple[Gift | None, Pledge | None]:
    """Return the gift and the pledge that a letter is about, as they stand now."""
    gifts = Gift.objects.select_related("supporter", "pledge__supporter", "dedication")
    kind, _colon, reference = letter.about.partition(":")
    gift = gifts.get(reference=reference) if kind == "gift" else None
    pledge = gift.pledge if gift else Pledge.objects.select_related("supporter").get(reference=reference)
    return gift, (pledge if letter.within else None)


def _day(value: str) -> datetime.date | None:
    return datetime.date.fromisoformat(value) if value else None
