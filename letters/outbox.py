"""The outbox's two sides: a letter is written in the transaction that causes it, and sent by the rounds.

Each letter has a key, so that what causes it twice writes it once. A letter that is no longer needed is dropped, not
deleted: the outbox says why somebody got no mail.
"""

import datetime
import logging
import smtplib
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from letters.kinds import kind_of
from letters.models import Letter, LetterState

logger = logging.getLogger(__name__)

LEFT_BEHIND = datetime.timedelta(minutes=10)  # a letter that a killed process was sending
TRIES = 12  # about three days of growing waits


def letter(kind: str, key: str, *, to: str, language: str = "en", data: dict[str, Any] | None = None, **fields: Any) -> Letter:
    """Return a letter that is not yet in the outbox; `fields` are named as the model's."""
    return Letter(kind=kind, key=f"{kind}:{key}", to=to, language=language, data=data or {}, **fields)


def write(kind: str, key: str, *, to: str, **fields: Any) -> None:
    """Put a letter into the outbox, unless one with the same kind and key is there."""
    put([letter(kind, key, to=to, **fields)])


def put(letters: list[Letter]) -> None:
    """Put letters into the outbox in one statement, but those whose keys are there."""
    Letter.objects.bulk_create(letters, ignore_conflicts=True)


# --- sending ----------------------------------------------------------------------------------------
def send_due(most: int = 100) -> int:
    """Send what is due; return how many went out. A mail server that is down only makes them later."""
    Letter.objects.filter(state=LetterState.SENDING, claimed_at__lt=timezone.now() - LEFT_BEHIND).update(state=LetterState.QUEUED)
    due = list(Letter.objects.due().values_list("pk", flat=True)[:most])
    if not due:
        return 0
    connection = get_connection()  # one for all of them: a mail server's greeting takes longer than a mail
    try:
        return sum(_send(pk, connection) for pk in due)
    finally:
        connection.close()


def _send(pk: int, connection: BaseEmailBackend | None = None) -> bool:
    letter = _claim(pk)
    if letter is None:
        return False
    try:
        if reason := _not_needed(letter):
            _end(letter, LetterState.DROPPED, reason)
            return False
        mail = message(letter)
        if connection is not None:
            connection.open()  # does nothing where it is open
            mail.connection = connection
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = {code for code, _said in error.recipients.values()}
        final = all(500 <= code < 600 for code in codes) or letter.tries >= TRIES
        _end(letter, LetterState.REFUSED if final else LetterState.QUEUED, f"refused: {sorted(codes)}")
        return False
    except Exception as error:
        if connection is not None:
            connection.close()  # whatever state it is in: the next letter begins with a new one
        logger.exception("Letter %s could not be sent; it stays in the outbox", letter.pk)
        _end(letter, LetterState.QUEUED if letter.tries < TRIES else LetterState.REFUSED, type(error).__name__)
        return False
    _end(letter, LetterState.SENT, "")
    kind_of(letter.kind).sent(letter)
    return True


def _claim(pk: int) -> Letter | None:
    with transaction.atomic():
        waiting = Letter.objects.select_for_update(of=("self",)).filter(state=LetterState.QUEUED, not_before__lte=timezone.now())
        letter = waiting.filter(pk=pk).first()  # not one that was put off since
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
    return kind_of(letter.kind).not_needed(letter) if letter.to else "no address"


def message(letter: Letter) -> EmailMultiAlternatives:
    """Return the mail as it is sent: text, HTML, and what goes with it."""
    kind = kind_of(letter.kind)
    with translation.override(letter.language):
        context = {
            "letter": letter,
            "charity_name": settings.CHARITY_NAME,
            "site_url": settings.SITE_URL,
            **kind.context(letter),
        }
        attached = kind.attachments(letter, context)
        words = f"{kind.folder}/{kind.name}"
        mail = EmailMultiAlternatives(
            " ".join(render_to_string(f"{words}.subject", context).split()),
            render_to_string(f"{words}.txt", context),
            settings.DEFAULT_FROM_EMAIL,
            [letter.to],
            # The same each time: a mail sent twice after a crash is known to be one.
            headers={
                "Message-ID": f"<letter-{letter.pk}-{letter.created_at:%Y%m%d%H%M%S}@{_domain()}>",
                **kind.headers(letter),
            },
        )
        mail.attach_alternative(render_to_string(f"{words}.html", context), "text/html")
    for file in attached:
        mail.attach(*file)
    return mail


def _domain() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"
