"""Proving an address by a code sent there.

Asking writes one row, whoever is asked for, and looks nothing up: neither what a page says nor how long it takes tells
who is known. The rounds decide a moment later whether a mail goes out. Guesses are counted on the rows, so that their
bounds hold however many browsers and processes guess at once.
"""

import datetime
import zlib
from enum import Enum
from typing import Any

from allauth.account.models import EmailAddress
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from letters import outbox
from supporters.models import Account, Code, Outcome, Purpose, Supporter
from supporters.models.codes import LASTS, TRIES

GUESSES_A_DAY = 50
MAILS_AN_HOUR = 5
MAILS_A_DAY = 20
DAY = datetime.timedelta(days=1)
KEPT = 2 * DAY  # long enough to count a day's guesses


class Proof(Enum):
    """What a typed code or a followed link was worth."""

    RIGHT = "right"
    WRONG = "wrong"
    ENDED = "ended"  # used, too old, or guessed at too often: ask for another
    ENOUGH = "enough"  # guesses of the day are used up for this address


def ask(purpose: Purpose, email: str, language: str, account: Account | None = None) -> Code:
    """Write down that a browser asks for a code; the caller keeps its reference in the session and nowhere else."""
    return Code.objects.create(purpose=purpose, email=email.strip().lower(), language=language, account=account)


def prove(reference: str, purpose: Purpose, typed: str, account: Account | None = None) -> tuple[Proof, Code | None]:
    """Try a typed code on what this browser asked for; every try counts, the right one too."""
    with transaction.atomic():
        code = _asked(reference, purpose, account)
        if code is None or code.ended:
            return Proof.ENDED, code
        _one_at_a_time(code.email)
        if guesses_today(code.email) >= GUESSES_A_DAY:
            return Proof.ENOUGH, code
        code.tries += 1
        right = constant_time_compare(digits_of(typed), code.digits) and code.outcome == Outcome.WRITTEN
        if right:
            code.used_at = timezone.now()
        code.save(update_fields=["tries", "used_at"])
    if right:
        return Proof.RIGHT, code
    return (Proof.ENDED if code.tries >= TRIES else Proof.WRONG), code


def prove_by_link(reference: str, purpose: Purpose, token: str) -> tuple[Proof, Code | None]:
    """Try the link of the mail in the browser that asked. Too long to be guessed: it is no guess, and works on after many."""
    with transaction.atomic():
        code = _asked(reference, purpose, None)
        if code is None or code.used_at is not None or timezone.now() >= code.asked_at + LASTS:
            return Proof.ENDED, code
        if code.outcome != Outcome.WRITTEN or not constant_time_compare(token, code.link_token):
            return Proof.WRONG, code
        code.used_at = timezone.now()
        code.save(update_fields=["used_at"])
    return Proof.RIGHT, code


def digits_of(typed: str) -> str:
    """Return a code as it was meant: without the spaces and dashes people put between its digits."""
    return "".join(str(int(letter)) for letter in typed if letter.isdecimal())


def guesses_today(email: str) -> int:
    """Return how often codes of an address were guessed at in the last 24 hours, a code's own minutes included."""
    since = timezone.now() - DAY - LASTS
    return Code.objects.filter(email=email, asked_at__gt=since).aggregate(tries=Sum("tries"))["tries"] or 0


def _asked(reference: str, purpose: Purpose, account: Account | None) -> Code | None:
    asked: dict[str, Any] = {"reference": reference, "purpose": purpose, "account": account}
    return Code.objects.select_for_update(of=("self",)).filter(**asked).first()


def _one_at_a_time(email: str) -> None:
    """Let one transaction at a time count for an address. SQLite's transactions are that by themselves."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [0x50DE, zlib.crc32(email.encode()) - 2**31])


# --- what the rounds do -----------------------------------------------------------------------------
def write_waiting(most: int = 200) -> int:
    """Decide about what was asked for and write the letters; return how many were decided."""
    waiting = Code.objects.filter(outcome=Outcome.WAITING).order_by("asked_at").values_list("pk", flat=True)[:most]
    return sum(_decide(pk) for pk in list(waiting))


def _decide(pk: int) -> bool:
    with transaction.atomic():
        code = Code.objects.select_for_update(of=("self",)).filter(pk=pk, outcome=Outcome.WAITING).first()
        if code is None:
            return False
        _one_at_a_time(code.email)
        code.outcome = _outcome(code)
        code.save(update_fields=["outcome"])
        if code.outcome == Outcome.WRITTEN:
            supporter = Supporter.objects.known_by(code.email) if code.purpose == Purpose.SIGN_IN else None
            language = supporter.language if supporter else code.language
            outbox.write(f"{code.purpose}_code", str(code.pk), to=code.email, language=language, data={"code": code.pk})
    return True


def _outcome(code: Code) -> Outcome:
    if code.purpose == Purpose.SIGN_IN and not known(code.email):
        return Outcome.UNKNOWN
    written = Code.objects.filter(outcome=Outcome.WRITTEN)
    of_address, now = written.filter(email=code.email), timezone.now()
    if of_address.filter(asked_at__gt=now - DAY / 24).count() >= MAILS_AN_HOUR:
        return Outcome.TOO_MANY
    if of_address.filter(asked_at__gt=now - DAY).count() >= MAILS_A_DAY:
        return Outcome.TOO_MANY
    # Nobody signed in may have strangers written to by the hundred.
    if code.account_id and written.filter(account=code.account_id, asked_at__gt=now - DAY).count() >= MAILS_A_DAY:
        return Outcome.TOO_MANY
    return Outcome.WRITTEN


def known(email: str) -> bool:
    """Return whether an address may sign in: proven by an account, an account's own, or a supporter's."""
    if proven := EmailAddress.objects.filter(email=email, verified=True).select_related("user").first():
        return bool(proven.user.is_active)
    if account := Account.objects.filter(email=email).first():
        return account.is_active
    return Supporter.objects.filter(email=email).exists()


def forget() -> int:
    """Delete codes that count for nothing any more; return how many."""
    return Code.objects.filter(asked_at__lt=timezone.now() - KEPT).delete()[0]
