"""Our book against the provider's: what was missed is looked up, what differs is shown, what is missing is adopted."""

import datetime
import logging
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils import timezone

from donations import notices, providers
from donations.bookkeeping import Cause
from donations.calendar import charity_day
from donations.models import Gift, LedgerEntry
from donations.models.gifts import GiftStatus
from donations.models.steps import NotAllowed
from donations.money import Money
from donations.outcomes import Outcome, Quarantined, Waits
from donations.providers.base import Movement, ProviderUnavailable
from supporters.models import Account

logger = logging.getLogger(__name__)

PENDING_LONG = datetime.timedelta(hours=3)
NEVER_LEFT = datetime.timedelta(days=1)  # an attempt that never reached the provider's page
KEPT_UNPAID = datetime.timedelta(days=30)  # a bank debit takes two weeks at most; then nobody needs what was typed
SILENCE = datetime.timedelta(hours=6)  # gifts begin, but no notice comes: something is wrong with the door
SILENCE_STARTS = 5


def mop_up(most: int = 200) -> int:
    """Look up attempts that have been pending for three hours and settle or expire them; return how many changed.

    What was typed into attempts that brought no money is forgotten after a month.
    """
    now = timezone.now()
    settled = 0
    # Any of them: were the oldest always first, those that cannot be settled would keep the others from their turn.
    for gift in list(Gift.objects.pending_since(now - PENDING_LONG).order_by("?")[:most]):
        try:
            facts = providers.named(gift.provider).look_up(gift.checkout)
            settled += bool(facts) and notices.enter_facts(facts, Cause(gift.provider, reason="mop-up")).state == "done"
        except (ProviderUnavailable, Waits, Quarantined, NotAllowed, LookupError) as error:
            logger.warning("Gift %s could not be settled: %s", gift.pk, error)
    Gift.objects.never_paid(now - KEPT_UNPAID).update(details={})
    unsent = Gift.objects.filter(status=GiftStatus.PENDING, checkout="", bill="", created_at__lt=now - NEVER_LEFT)
    return settled + unsent.exclude(provider="offline").update(status=GiftStatus.EXPIRED, details={})


def fetch_missed() -> int:
    """Fetch the messages of the last day that never reached the door; return how many there were."""
    try:
        return notices.fetch_missed(providers.configured().name, timezone.now() - NEVER_LEFT)
    except ProviderUnavailable as error:
        logger.warning("Missed messages could not be asked for: %s", error)
        return 0


@dataclass(frozen=True)
class Difference:
    """One line where the two books differ: `ours` and `theirs` signed, None where a side has no such line."""

    movement: Movement | None
    kind: str
    id: str
    ours: Money | None
    theirs: Money | None
    gift: Gift | None = None

    @property
    def what(self) -> str:
        """Return "missing" (here), "extra" (here) or "differing"."""
        if self.ours is None:
            return "missing"
        return "extra" if self.theirs is None else "differing"


@dataclass(frozen=True)
class Comparison:
    """Both books between two moments: how many lines agree, and those that do not."""

    provider: str
    since: datetime.datetime
    until: datetime.datetime
    agreeing: int
    differences: list[Difference] = field(default_factory=list)


def compare(provider: str, since: datetime.datetime, until: datetime.datetime) -> Comparison:
    """Compare the ledger with the provider's book; raises ProviderUnavailable.

    Both are asked for by the day on which a thing happened, not by when we learned of it: a notice may be days late.
    Lines near the edges are looked for a day around, since the two sides may date one movement differently.
    """
    theirs = {(movement.kind, movement.id): movement for movement in providers.named(provider).movements(since, until)}
    keys = [f"{provider}:{kind}:{name}" for kind, name in theirs]
    margin = datetime.timedelta(days=1)
    within = Q(day__gte=charity_day(since), day__lte=charity_day(until))
    known: dict[tuple[str, str], LedgerEntry] = {}
    for at in range(0, len(keys), 500):
        found = LedgerEntry.objects.filter(key__in=keys[at : at + 500]).select_related("gift")
        known |= {_name(entry): entry for entry in found}
    ours = {_name(entry): entry for entry in LedgerEntry.objects.filter(within, provider=provider).select_related("gift")}
    agreeing, differences = 0, []
    for name, movement in theirs.items():
        entry = known.get(name)
        if entry is not None and entry.money == movement.amount:
            agreeing += 1
        else:
            differences.append(
                Difference(movement, *name, entry.money if entry else None, movement.amount, entry.gift if entry else None)
            )
    around = (
        {(movement.kind, movement.id) for movement in providers.named(provider).movements(since - margin, until + margin)}
        if set(ours) - set(theirs)
        else set()
    )
    differences += [
        Difference(None, *name, entry.money, None, entry.gift)
        for name, entry in ours.items()
        if name not in theirs and name not in around
    ]
    return Comparison(provider, since, until, agreeing, differences)


def adopt(difference: Difference, by: Account) -> Outcome:
    """Enter what our book lacks, by the same handler as any notice. Raises Waits, Quarantined, NotAllowed."""
    if difference.movement is None or not difference.movement.facts:
        raise Quarantined("the provider tells too little about this line to enter it")
    cause = Cause(_provider_of(difference), by=by, reason="adopted in reconciliation")
    return notices.enter_facts(list(difference.movement.facts), cause)


def _provider_of(difference: Difference) -> str:
    return difference.gift.provider if difference.gift else providers.configured().name


def _name(entry: LedgerEntry) -> tuple[str, str]:
    _provider, kind, there = entry.key.split(":", 2)
    return kind, there


def silent_door() -> datetime.timedelta | None:
    """Return how long no notice has come although gifts began, or None when all is well."""
    provider = providers.configured().name
    since = timezone.now() - SILENCE
    # Also by the day they began, which has an index: an attempt goes to its checkout within a day.
    begun = Gift.objects.filter(provider=provider, checkout_at__gt=since, created_at__gt=since - NEVER_LEFT)[
        :SILENCE_STARTS
    ].count()
    if begun < SILENCE_STARTS:
        return None
    quiet = notices.quiet_for(provider)
    if quiet is None:
        return SILENCE
    return quiet if quiet > SILENCE else None
