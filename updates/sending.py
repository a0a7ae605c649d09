"""Sending a digest: its verbs, and the step that writes letters for its readers, a few at a time.

Who gets it is decided twice: here, when the letter is written, and by the outbox at the moment it leaves. The letters and
the cursor that says how far they go are written in one transaction, and a letter's key names digest and reader: however
often a process is killed, nobody is left out and nobody is written to twice.
"""

import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from letters import outbox
from letters.models import Letter, LetterState
from supporters import consents
from supporters.consents import EVERYTHING, Channel
from supporters.models import Supporter, SupporterConsent
from updates import composing
from updates.models import Digest, DigestState, DoNotMail, ReportKind
from updates.models.digests import moves

CHUNK = 500  # readers of one transaction
AHEAD = datetime.timedelta(seconds=5)  # as many letters as this pace allows may be written at once
# Letters of a paused digest: kept, and never due.
NEVER = datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)


class NotPossible(Exception):
    """The digest may not go that way as it stands; the message is for the editor."""


def _locked(digest: Digest, to: str) -> Digest:
    """Return the digest re-read under a row lock. Raises NotPossible where it may not move to `to`."""
    locked = Digest.objects.select_for_update().get(pk=digest.pk)
    if not moves(locked, to):
        raise NotPossible(
            _("A digest that is “%(now)s” cannot become “%(next)s”.")
            % {"now": locked.get_state_display(), "next": DigestState(to).label}
        )
    return locked


# --- verbs ------------------------------------------------------------------------------------------
@transaction.atomic
def schedule(digest: Digest, at: datetime.datetime | None = None) -> None:
    """Let a digest be sent at a moment (default: now). Raises NotPossible while it has nothing to say."""
    locked = _locked(digest, DigestState.SCHEDULED)
    content = composing.compose(locked)
    if content.left_out:
        raise NotPossible(
            _("These stories may not go out by e-mail, or are not public: %(titles)s.") % {"titles": ", ".join(content.left_out)}
        )
    if locked.topic == "stories" and not content.stories:
        raise NotPossible(_("Choose at least one story."))
    locked.state, locked.send_at = DigestState.SCHEDULED, at or timezone.now()
    locked.save(update_fields=["state", "send_at"])


@transaction.atomic
def unschedule(digest: Digest) -> None:
    """Take a scheduled digest back, to change it."""
    locked = _locked(digest, DigestState.DRAFT)
    locked.state, locked.send_at = DigestState.DRAFT, None
    locked.save(update_fields=["state", "send_at"])


@transaction.atomic
def pause(digest: Digest) -> None:
    """Send no more of a digest for now: what is written waits, too."""
    locked = _locked(digest, DigestState.PAUSED)
    locked.state = DigestState.PAUSED
    locked.save(update_fields=["state"])
    hold(locked)


def hold(digest: Digest) -> int:
    """Let no waiting letter of a paused digest become due: one that was in hand may have come back to be tried again."""
    waiting = Letter.objects.filter(within=digest.within, state=LetterState.QUEUED, not_before__lt=NEVER)
    return waiting.update(not_before=NEVER)


@transaction.atomic
def resume(digest: Digest) -> None:
    """Go on sending where it was paused."""
    locked = _locked(digest, DigestState.SENDING)
    if locked.state != DigestState.PAUSED:
        raise NotPossible(_("It is not paused."))
    locked.state = DigestState.SENDING
    locked.save(update_fields=["state"])
    Letter.objects.filter(within=locked.within, state=LetterState.QUEUED).update(not_before=timezone.now())


@transaction.atomic
def cancel(digest: Digest) -> None:
    """End a digest: nothing more of it is sent."""
    locked = _locked(digest, DigestState.CANCELLED)
    locked.state, locked.finished_at = DigestState.CANCELLED, timezone.now()
    locked.save(update_fields=["state", "finished_at"])
    Letter.objects.filter(within=locked.within).drop("the digest was cancelled")


def test(digest: Digest, email: str, number: str) -> None:
    """Send one copy to an editor; `number` tells this test from the others. It counts nowhere."""
    outbox.write(
        "updates_digest", f"test:{digest.pk}:{number}", to=email, language=digest.language, within=f"digest-test:{digest.pk}",
        data={"test": True},
    )  # fmt: skip


# --- the step of the rounds -------------------------------------------------------------------------
def go_on() -> int:
    """Begin what is due, write more letters of what is being sent, end what is through; return the letters written."""
    for digest in Digest.objects.filter(state=DigestState.SCHEDULED, send_at__lte=timezone.now()):
        _begin(digest)
    for digest in Digest.objects.filter(state=DigestState.PAUSED):
        hold(digest)
    return sum(_write_more(digest.pk) for digest in Digest.objects.filter(state=DigestState.SENDING))


@transaction.atomic
def _begin(digest: Digest) -> None:
    locked = Digest.objects.select_for_update().get(pk=digest.pk)
    if locked.due():
        locked.state, locked.started_at = DigestState.SENDING, timezone.now()
        locked.save(update_fields=["state", "started_at"])


@transaction.atomic
def _write_more(number: int) -> int:
    """Write the letters of the next readers, as many as the pace allows."""
    digest = Digest.objects.select_for_update().get(pk=number)
    if digest.state != DigestState.SENDING:
        return 0
    if digest.all_written:
        _end_if_through(digest)
        return 0
    now = timezone.now()
    most = _allowed(digest, now)
    if not most:
        return 0
    readers, digest.cursor, digest.all_written = _next_readers(digest, most)
    outbox.put([
        outbox.letter(
            "updates_digest", f"{digest.pk}:{reader.pk}", to=reader.email or "", language=digest.language,
            about=f"supporter:{reader.pk}", within=digest.within, bulk=True,
        )
        for reader in readers
    ])  # fmt: skip
    digest.written += len(readers)
    digest.written_at = now
    digest.save(update_fields=["cursor", "all_written", "written", "written_at"])
    return len(readers)


def _allowed(digest: Digest, now: datetime.datetime) -> int:
    """Return how many letters may be written now: the pace, and never more waiting than the outbox sends in a while."""
    a_while = max(1, int(digest.per_minute * AHEAD.total_seconds() / 60))
    since = (now - digest.written_at).total_seconds() if digest.written_at else AHEAD.total_seconds()
    earned = min(a_while, int(digest.per_minute * since / 60))
    in_hand = Letter.objects.filter(within=digest.within, state__in=[LetterState.QUEUED, LetterState.SENDING]).count()
    return max(0, min(earned, CHUNK, 3 * a_while - in_hand))


def _next_readers(digest: Digest, most: int) -> tuple[list[Supporter], int, bool]:
    """Return the next readers after the cursor, the new cursor, and whether nobody comes after them.

    At most `most` people are looked at, whether or not they turn out to be readers: the cursor always moves on.
    """
    said = SupporterConsent.objects.filter(
        channel=Channel.EMAIL, purpose__in=[digest.topic, EVERYTHING], supporter__gt=digest.cursor
    )
    ids = list(said.order_by("supporter_id").values_list("supporter_id", flat=True).distinct()[:most])
    if not ids:
        return [], digest.cursor, True
    agreed = [pk for pk, topics in consents.standing(ids).items() if digest.topic in topics]
    readers = Supporter.objects.filter(pk__in=agreed, email__isnull=False).order_by("pk")
    if digest.only_language:
        readers = readers.filter(language=digest.language)
    found = list(readers)
    silent = set(DoNotMail.objects.filter(email__in=[reader.email for reader in found]).values_list("email", flat=True))
    return [reader for reader in found if reader.email not in silent], ids[-1], len(ids) < most


def _end_if_through(digest: Digest) -> None:
    if not Letter.objects.filter(within=digest.within, state__in=[LetterState.QUEUED, LetterState.SENDING]).exists():
        digest.state, digest.finished_at = DigestState.SENT, timezone.now()
        digest.save(update_fields=["state", "finished_at"])


# --- figures ----------------------------------------------------------------------------------------
def expected(digest: Digest) -> int:
    """Return how many people agree to a digest's topic at this moment, whoever of them can be reached."""
    said = SupporterConsent.objects.filter(channel=Channel.EMAIL, purpose__in=[digest.topic, EVERYTHING], at__lte=timezone.now())
    later = Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk"))
    newer = said.filter(later, supporter=OuterRef("supporter"))
    return said.filter(~Exists(newer), given=True).count()


def figures(digest: Digest) -> dict[str, Any]:
    """Return what became of a digest: letters by state, and what the mail provider told of them."""
    states = {state: Letter.objects.filter(within=digest.within, state=state).count() for state in LetterState.values}
    reports = {kind: digest.reports.filter(kind=kind).values("email").distinct().count() for kind in ReportKind.values}
    waiting = states[LetterState.QUEUED] + states[LetterState.SENDING]
    return {
        "written": digest.written,
        "sent": states[LetterState.SENT],
        "waiting": waiting,
        "dropped": states[LetterState.DROPPED],
        "refused": states[LetterState.REFUSED],
        "bounced": reports[ReportKind.BOUNCED],
        "complained": reports[ReportKind.COMPLAINED],
        "unsubscribed": digest.unsubscribed,
    }
