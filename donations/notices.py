"""The inbox: a provider's message is a row before it is answered, and is worked on from the row."""

import datetime
import functools
import logging
import math
import operator
from collections.abc import Mapping

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from donations import providers
from donations.bookkeeping import Cause, enter
from donations.models import ProviderNotice
from donations.models.notices import NOTICE_MOVES, NoticeState
from donations.models.steps import NotAllowed
from donations.outcomes import Outcome, Quarantined, Waits
from donations.providers.base import Fact, Notice, ProviderUnavailable, Refused
from supporters.models import Account

logger = logging.getLogger(__name__)

TRIES = 60  # then a message that cannot be worked on is held for staff: more than seven hours of growing waits
LONGEST_WAIT = datetime.timedelta(minutes=8)
# What waits is woken by what it waits for; should the waker have died before it did, the sweep finds it.
WAITING_AGAIN = datetime.timedelta(minutes=5)


def receive(provider: str, body: bytes, headers: Mapping[str, str]) -> ProviderNotice:
    """Keep a message for good, once; returns its row, committed. Raises BadNotice, LookupError (no such provider)."""
    notice = providers.named(provider).verify(body, headers, timezone.now())
    return _keep(provider, notice)


def _keep(provider: str, notice: Notice) -> ProviderNotice:
    row, _new = ProviderNotice.objects.get_or_create(
        provider=provider, notice=notice.id, defaults={"kind": notice.kind, "payload": notice.payload}
    )
    return row


def at_the_door(row: ProviderNotice) -> None:
    """Work on a message right after it was kept, where that needs no network; a fault leaves it to the sweep."""
    try:
        if row.state == NoticeState.NEW and not providers.named(row.provider).asks_back(_as_notice(row)):
            _work(row)
    except Exception:
        logger.exception("Working on notice %s failed at the door; it stays for the sweep", row.pk)


def work(pk: int) -> Outcome | None:
    """Do what a kept message asks for; None where it is not new. Then what waited for it."""
    return _work(ProviderNotice.objects.get(pk=pk))


def _work(row: ProviderNotice) -> Outcome | None:
    if row.state not in {NoticeState.NEW, NoticeState.WAITING}:
        return None
    try:
        told = providers.named(row.provider).facts(_as_notice(row))
    except Refused as error:  # asking again would be refused again: staff look
        return _try_later(row, f"the provider refused to tell: {error}", final=True)
    except ProviderUnavailable as error:
        return _try_later(row, f"the provider could not be asked: {error}")
    outcome = _enter(row, told)
    if outcome.state == NoticeState.WAITING:
        # What it waits for may have come while this was written down: whoever brought it did not see it waiting yet.
        outcome = _enter(row, told)
    _wake(row.provider, outcome)
    return outcome


def work_left_behind(most: int = 500) -> int:
    """Work on messages nobody has finished; return how many. One that fails does not keep the others."""
    done = 0
    now = timezone.now()
    new = ProviderNotice.objects.left_behind().filter(_rested(now)).values_list("pk", flat=True)[:most]
    waiting = ProviderNotice.objects.filter(state=NoticeState.WAITING, worked_at__lt=now - WAITING_AGAIN).order_by("worked_at")
    for pk in [*new, *waiting.values_list("pk", flat=True)[:most]]:
        try:
            done += work(pk) is not None
        except Exception:
            logger.exception("Working on notice %s failed", pk)
            _try_later(ProviderNotice.objects.get(pk=pk), "our own fault: see the log")
    return done


def fetch_missed(provider: str, since: datetime.datetime) -> int:
    """Keep the provider's messages of a time that never reached the door, and work on them; return how many there were.

    Raises ProviderUnavailable.
    """
    told = providers.named(provider).notices(since, timezone.now())
    known = set()
    for at in range(0, len(told), 500):
        names = [notice.id for notice in told[at : at + 500]]
        known |= set(ProviderNotice.objects.filter(provider=provider, notice__in=names).values_list("notice", flat=True))
    missed = [notice for notice in told if notice.id not in known]
    for notice in missed:
        logger.warning("The message %s of %s never reached the door", notice.id, provider)
        _keep(provider, notice)
    work_left_behind()
    return len(missed)


def replay(row: ProviderNotice, by: Account) -> Outcome | None:
    """Work on a message again, whatever became of it: what is booked already is found and not booked twice."""
    with transaction.atomic():
        row = ProviderNotice.objects.select_for_update().get(pk=row.pk)
        _step(row, NoticeState.NEW, f"replayed by {by.pk}")
    return work(row.pk)


def enter_facts(facts: list[Fact], cause: Cause) -> Outcome:
    """Enter facts that came by no message (looked up, by hand), all or none; raises Waits, Quarantined, NotAllowed."""
    with transaction.atomic():
        outcome = _together([enter(fact, cause) for fact in facts])
        cause.finish()
    _wake(cause.provider, outcome)
    return outcome


def _rested(now: datetime.datetime) -> Q:
    """Keep what was not tried yet, or so long ago that trying again may help: 2, 4, 8 seconds, up to minutes."""
    longest = int(math.log2(LONGEST_WAIT.total_seconds()))
    waits = [Q(tries=tries, worked_at__lt=now - datetime.timedelta(seconds=2**tries)) for tries in range(1, longest)]
    return functools.reduce(operator.or_, waits, Q(tries=0) | Q(tries__gte=longest, worked_at__lt=now - LONGEST_WAIT))


def _wake(provider: str, outcome: Outcome) -> None:
    """Work on what waited for what was told."""
    for told in outcome.tells:
        for pk in _waiting(provider, told):
            with transaction.atomic():
                row = ProviderNotice.objects.select_for_update().get(pk=pk)
                if row.state == NoticeState.QUARANTINED:
                    _step(row, NoticeState.NEW, "what it lacked has been told")
            work(pk)


def _enter(row: ProviderNotice, told: list[Fact] | None) -> Outcome:
    """Enter what a message tells and say in its row what became of it, in one transaction.

    What cannot be entered leaves nothing behind but the reason, in a transaction of its own.
    """
    if told is None:
        return _end(row.pk, [], Outcome(NoticeState.IGNORED, "tells nothing that concerns giving"))
    try:
        return _end(row.pk, told)
    except Waits as wait:
        return _end(row.pk, [], Outcome(NoticeState.WAITING, str(wait)), wait.waits_for)
    except (Quarantined, NotAllowed) as trouble:
        logger.warning("Notice %s is held for staff: %s", row.pk, trouble)
        held = Outcome(NoticeState.QUARANTINED, str(trouble))
        return _end(row.pk, [], held, getattr(trouble, "waits_for", ""))


def _end(pk: int, told: list[Fact], decided: Outcome | None = None, waits_for: str = "") -> Outcome:
    """Enter facts and say in the message's row what became of it, its row locked, unless somebody else has meanwhile."""
    with transaction.atomic():
        # Locked: the door, the sweep and another delivery of the same message may all be here.
        row = ProviderNotice.objects.select_for_update().get(pk=pk)
        if row.state not in {NoticeState.NEW, NoticeState.WAITING}:
            return Outcome(NoticeState(row.state))
        cause = Cause(row.provider, notice=row)
        outcome = decided or _together([enter(fact, cause) for fact in told])
        row.waits_for = waits_for
        _step(row, outcome.state, outcome.reason)
        cause.finish()
    return outcome


def _together(outcomes: list[Outcome]) -> Outcome:
    """Say in one what became of all facts of a message: anything entered makes it entered."""
    done = [outcome for outcome in outcomes if outcome.state == NoticeState.DONE]
    reason = "; ".join(dict.fromkeys(outcome.reason for outcome in outcomes if outcome.reason))
    state = NoticeState.DONE if done else NoticeState.ABSORBED
    return Outcome(state, reason, tuple(name for outcome in done for name in outcome.tells))


def _waiting(provider: str, waits_for: str) -> list[int]:
    # Apart from sums, nothing that is held for staff waits: the inbox is asked only for what its index holds.
    states = [NoticeState.WAITING, NoticeState.QUARANTINED] if waits_for.startswith("amount:") else [NoticeState.WAITING]
    waiting = ProviderNotice.objects.filter(provider=provider, state__in=states, waits_for=waits_for)
    return list(waiting.order_by("id").values_list("pk", flat=True))


def _try_later(row: ProviderNotice, reason: str, final: bool = False) -> Outcome | None:
    with transaction.atomic():
        row = ProviderNotice.objects.select_for_update().get(pk=row.pk)
        if row.state not in {NoticeState.NEW, NoticeState.WAITING}:
            return None
        state = NoticeState.QUARANTINED if final or row.tries + 1 >= TRIES else NoticeState(row.state)
        _step(row, state, reason)
    return Outcome(state, reason)


def _step(row: ProviderNotice, state: str, reason: str) -> None:
    if state not in NOTICE_MOVES[row.state]:
        raise NotAllowed(f"a notice that is {row.state} cannot become {state}")
    row.state, row.reason, row.worked_at = state, reason[:400], timezone.now()
    row.tries = 0 if state == NoticeState.NEW and "replayed" in reason else row.tries + 1
    row.save(update_fields=["state", "reason", "worked_at", "tries", "waits_for"])


def _as_notice(row: ProviderNotice) -> Notice:
    return Notice(row.notice, row.kind, row.payload)


def quiet_for(provider: str) -> datetime.timedelta | None:
    """Return how long no message has come from a provider; None where none ever has."""
    newest = ProviderNotice.objects.filter(provider=provider).order_by("-received_at").first()
    return timezone.now() - newest.received_at if newest else None
