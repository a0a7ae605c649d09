"""Mail to givers: written into the outbox in the transaction that causes it, sent by the worker.

Each letter has a key, so that what causes it twice writes it once. A letter that is no longer needed is dropped, not
deleted: the outbox says why somebody got no mail. Its words: templates/donations/letters/<kind>.{subject,html,txt}.
"""

import datetime
import logging
import smtplib
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from donations import receipts
from donations.calendar import start_of_day
from donations.documents import NotPrintable
from donations.models import Gift, Letter, Pledge
from donations.models.gifts import UNPAID, GiftStatus
from donations.models.letters import LetterState
from donations.models.pledges import PledgeStatus
from donations.money import Money, formatted
from donations.providers.base import Failed, Refunded

logger = logging.getLogger(__name__)

# A failed charge is told after a while: often the money comes right behind it, and then there is nothing to tell.
SETTLES = datetime.timedelta(minutes=10)
LEFT_BEHIND = datetime.timedelta(minutes=10)  # a letter that a killed worker was sending
GUESSES = ("failed", "confirm", "on_its_way", "debit_failed")  # what the money's coming makes untrue
TRIES = 12  # about three days of growing waits


def write(kind: str, key: str, gift: Gift | None = None, pledge: Pledge | None = None, **fields: Any) -> Letter:
    """Put a letter into the outbox, or return the one with the same key."""
    about = gift or pledge
    assert about is not None
    supporter = about.supporter
    to = fields.pop("to", "") or (gift.email if gift else ((supporter.email or "") if supporter else ""))
    letter, _new = Letter.objects.get_or_create(
        key=f"{kind}:{key}",
        defaults={"kind": kind, "to": to, "language": about.language, "gift": gift, "pledge": pledge, **fields},
    )
    return letter


def gift_received(gift: Gift, anew: bool) -> None:
    """Thank for a gift, with its receipt; tell whoever is to know of a dedication; drop what said otherwise.

    `anew`: something was told of the gift before, so that a letter may say otherwise.
    """
    write("received", gift.reference, gift=gift, pledge=gift.pledge)
    dedication = getattr(gift, "dedication", None)
    if dedication is not None and dedication.tell:
        write("dedication", gift.reference, gift=gift, to=dedication.tell)
    if anew:
        Letter.objects.filter(gift=gift, kind__in=GUESSES, state=LetterState.QUEUED).update(
            state=LetterState.DROPPED, reason="the gift has come"
        )


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
    Letter.objects.filter(gift=gift, kind__in=GUESSES, state=LetterState.QUEUED).update(
        state=LetterState.DROPPED, reason="the month was skipped"
    )


def giver_known(pledge: Pledge, email: str) -> None:
    """Address what was written about a pledge before its first gift told whose it is."""
    Letter.objects.filter(pledge=pledge, to="").exclude(state=LetterState.SENT).update(to=email)


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
    Letter.objects.filter(pledge=pledge, kind__in=["failed", "confirm", "card_ending"], state=LetterState.QUEUED).update(
        state=LetterState.DROPPED, reason="the pledge has ended"
    )


def refunded(gift: Gift, fact: Refunded) -> None:
    """Say that money is on its way back."""
    data = {"minor": fact.amount.minor}
    write("refunded", f"{gift.reference}:{fact.refund}", gift=gift, data=data, not_before=timezone.now() + SETTLES)


def receipts_due() -> int:
    """Issue the receipts that are due and write to their givers; return how many."""
    issued = receipts.issue_due()
    for receipt in issued:
        write("receipt", receipt.number, gift=receipt.gift, pledge=receipt.gift.pledge)
    return len(issued)


def _dropped(reason: str = "the gift has come") -> dict[str, Any]:
    return {"state": LetterState.DROPPED, "reason": reason}


# --- sending ----------------------------------------------------------------------------------------
def send_due(most: int = 100) -> int:
    """Send what is due; return how many went out. A mail server that is down only makes them later."""
    Letter.objects.filter(state=LetterState.SENDING, claimed_at__lt=timezone.now() - LEFT_BEHIND).update(state=LetterState.QUEUED)
    sent = 0
    for pk in list(Letter.objects.due().values_list("pk", flat=True)[:most]):
        sent += _send(pk)
    return sent


def _send(pk: int) -> bool:
    letter = _claim(pk)
    if letter is None:
        return False
    if reason := _not_needed(letter):
        _end(letter, LetterState.DROPPED, reason)
        return False
    try:
        message(letter).send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = {code for code, _said in error.recipients.values()}
        final = all(500 <= code < 600 for code in codes) or letter.tries >= TRIES
        _end(letter, LetterState.REFUSED if final else LetterState.QUEUED, f"refused: {sorted(codes)}")
        return False
    except Exception as error:
        logger.exception("Letter %s could not be sent; it stays in the outbox", letter.pk)
        _end(letter, LetterState.QUEUED if letter.tries < TRIES else LetterState.REFUSED, type(error).__name__)
        return False
    _end(letter, LetterState.SENT, "")
    return True


def _claim(pk: int) -> Letter | None:
    with transaction.atomic():
        letter = Letter.objects.select_for_update(of=("self",)).filter(pk=pk, state=LetterState.QUEUED).first()
        if letter is None:
            return None
        letter.state, letter.claimed_at, letter.tries = LetterState.SENDING, timezone.now(), letter.tries + 1
        letter.save(update_fields=["state", "claimed_at", "tries"])
    return letter


def _end(letter: Letter, state: str, reason: str) -> None:
    letter.state, letter.reason = state, reason
    if state == LetterState.SENT:
        letter.sent_at = timezone.now()
    if state == LetterState.QUEUED:
        letter.not_before = timezone.now() + datetime.timedelta(minutes=min(2**letter.tries, 12 * 60))
    letter.save(update_fields=["state", "reason", "sent_at", "not_before"])


def _not_needed(letter: Letter) -> str:
    """Return why a letter has become pointless since it was written, or ""."""
    gift, pledge = letter.gift, letter.pledge
    if not letter.to:
        return "no address"
    if (
        letter.kind in {"failed", "confirm", "debit_failed"}
        and gift
        and gift.status not in {GiftStatus.FAILED, GiftStatus.PENDING}
    ):
        return "the gift has come"
    if letter.kind == "card_ending" and pledge:
        if pledge.status == PledgeStatus.CANCELLED:
            return "the pledge has ended"
        if str(pledge.card_ends_on) != letter.data["ends_on"]:
            return "another card was put"
    return ""


def message(letter: Letter) -> EmailMultiAlternatives:
    """Return the mail as it is sent: text, HTML, and the receipt with a thank-you."""
    context = _context(letter)
    attached = _attachment(letter, context)
    folder = f"donations/letters/{letter.kind}"
    with translation.override(letter.language):
        subject = " ".join(render_to_string(f"{folder}.subject", context).split())
        mail = EmailMultiAlternatives(
            subject,
            render_to_string(f"{folder}.txt", context),
            settings.DEFAULT_FROM_EMAIL,
            [letter.to],
            # The same each time: a mail sent twice after a crash is known to be one.
            headers={"Message-ID": f"<letter-{letter.pk}-{letter.created_at:%Y%m%d%H%M%S}@{_domain()}>"},
        )
        mail.attach_alternative(render_to_string(f"{folder}.html", context), "text/html")
    if attached:
        mail.attach(*attached)
    return mail


def _attachment(letter: Letter, context: dict[str, Any]) -> tuple[str, bytes, str] | None:
    """Return the receipt to go with a letter; one that cannot be printed does not keep the thanks from going out."""
    receipt = context["receipt"]
    if receipt is None or letter.kind not in {"received", "receipt"}:
        return None
    try:
        return f"{receipt.number}.pdf", receipts.pdf(receipt, duplicate=bool(letter.data.get("again"))), "application/pdf"
    except NotPrintable as error:
        logger.error("Receipt %s cannot be printed, its giver waits for it: %s", receipt.number, error)
        context["receipt"] = None  # the letter says that it follows
        return None


def _context(letter: Letter) -> dict[str, Any]:
    gift, pledge = letter.gift, letter.pledge
    about = gift or pledge
    assert about is not None
    amount = formatted(about.total, letter.language)
    if "minor" in letter.data:
        amount = formatted(Money(letter.data["minor"], about.currency), letter.language)
    receipt = gift.receipts.order_by("-pk").first() if gift and gift.status not in UNPAID else None
    return {
        "letter": letter,
        "gift": gift,
        "pledge": pledge,
        "amount": amount,
        "receipt": receipt,
        "dedication": getattr(gift, "dedication", None) if gift else None,
        # Whoever is told of a dedication is somebody else, and learns the giver's name only where it is not withheld.
        "first_name": about.supporter.first_name if about.supporter and letter.kind != "dedication" else "",
        "giver": "" if gift is None or gift.anonymous or not gift.supporter else gift.supporter.name,
        "pledge_amount": formatted(pledge.total, letter.language) if pledge else "",
        "next_on": pledge.next_on if pledge else None,
        "charity_name": settings.CHARITY_NAME,
        "site_url": settings.SITE_URL,
        "thanks_url": settings.SITE_URL + reverse("thanks", args=[gift.reference]) if gift else "",
        **{name: _day(value) if name.endswith("_on") else value for name, value in letter.data.items()},
    }


def _day(value: str) -> datetime.date | None:
    return datetime.date.fromisoformat(value) if value else None


def _domain() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"
