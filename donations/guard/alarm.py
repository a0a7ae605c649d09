"""Whether an attack lasts: staff's switch, tries and declines site-wide, all as they are now."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Func, IntegerField, QuerySet, Subquery
from django.utils import timezone

from donations.guard.limits import MINUTE, nth_newest
from donations.models import Gift, GivingTry, GuardSwitch
from donations.models.gifts import UNPAID, GiftStatus
from donations.models.guard import GuardMode
from supporters.models import Account


@dataclass(frozen=True)
class Spikes:
    """What counts as an attack, site-wide."""

    # An appeal on television brings dozens of givers a minute: they meet a proof of work they hardly notice.
    tries: int = 60  # sent, let through or not …
    tries_seconds: int = 5 * MINUTE
    # Of honest gifts one in ten is declined; of stolen cards most are.
    declined: int = 8  # of the gifts begun …
    declined_seconds: int = 15 * MINUTE
    declined_share: float = 0.5  # … and at least this share of those that were decided


SPIKES = Spikes()


@dataclass(frozen=True)
class State:
    """How the guard stands: whether it asks for a proof now, and why."""

    mode: str  # GuardMode
    by: Account | None
    at: datetime.datetime
    because: str  # "switched", "tries", "declines", or "" in calm
    declined: int  # of the gifts begun in the last SPIKES.declined_seconds
    received: int

    @property
    def asks(self) -> bool:
        """Return whether each sending needs a solved challenge now."""
        return self.because != ""


def state() -> State:
    """Return how the guard stands now, in one query."""
    return read(ask({}))


def switch(mode: str, by: Account) -> State:
    """Set when the challenge is asked for (GuardMode) and return how the guard stands. Raises ValueError."""
    GuardSwitch.objects.update_or_create(pk=1, defaults={"mode": GuardMode(mode), "by": by, "at": timezone.now()})
    return state()


def ask(more: dict[str, Subquery]) -> GuardSwitch:
    """Return the switch's row with all that `read` needs and with `more`, in one query."""
    now = timezone.now()
    tries = GivingTry.objects.filter(at__gt=now - datetime.timedelta(seconds=SPIKES.tries_seconds))
    begun = Gift.objects.filter(  # instalments have no attempt: a bad day for renewals is no attack
        attempt__isnull=False, created_at__gt=now - datetime.timedelta(seconds=SPIKES.declined_seconds)
    )
    switches = GuardSwitch.objects.select_related("by").annotate(
        filled_tries=nth_newest(tries, SPIKES.tries),
        declined=_count(begun.filter(status=GiftStatus.FAILED)),
        received=_count(begun.exclude(status__in=UNPAID)),
        **more,
    )
    row = switches.filter(pk=1).first()
    if row is None:  # the first form this database ever showed
        GuardSwitch.objects.get_or_create(pk=1)
        row = switches.get(pk=1)
    return row


def read(row: Any) -> State:
    """Return the state that a row of `ask` tells."""
    return State(row.mode, row.by, row.at, _because(row), row.declined, row.received)


def _because(row: Any) -> str:
    if row.mode != GuardMode.AUTOMATIC:
        return "switched" if row.mode == GuardMode.ON else ""
    if row.filled_tries:
        return "tries"
    decided = row.declined + row.received
    if row.declined >= SPIKES.declined and row.declined >= SPIKES.declined_share * decided:
        return "declines"
    return ""


def _count(gifts: QuerySet[Gift]) -> Subquery:
    """Return a count inside a query; a plain Count would group by gift."""
    return Subquery(gifts.order_by().annotate(n=Func(F("pk"), function="COUNT", output_field=IntegerField())).values("n"))
