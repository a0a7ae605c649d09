"""The publish gate: may these materials of these people go out through these channels today?

Rules 1, 2 and 6 of docs/safeguarding.md. The gate answers; it changes nothing.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from safeguarding.models import Channel, Consent, Contributor, Material


@dataclass(frozen=True)
class Use:
    """One material of one contributor that is about to go out through one channel."""

    contributor: Contributor
    material: str
    channel: str


@dataclass(frozen=True)
class Refusal:
    """A use that no live consent covers: who, what, where, and the page that mends it."""

    contributor: Contributor
    material: str
    channel: str

    @property
    def mend_at(self) -> str:
        """Return the address of the contributor's admin page."""
        return reverse("admin:safeguarding_contributor_change", args=[self.contributor.pk])

    def __str__(self) -> str:
        return _("%(person)s has no live consent for %(material)s in %(channel)s.") % {
            "person": self.contributor.public_name,
            "material": Material(self.material).label,
            "channel": Channel(self.channel).label,
        }


@dataclass(frozen=True)
class Verdict:
    """The gate's answer: refusals (empty: may go out) and the day the covering consents end."""

    refusals: tuple[Refusal, ...]
    ends_on: datetime.date | None


def charity_today() -> datetime.date:
    """Return the day it is in the charity's time zone."""
    return timezone.localdate(timezone=ZoneInfo(settings.CHARITY_TIME_ZONE))


def start_of_day(day: datetime.date) -> datetime.datetime:
    """Return the moment a day begins in the charity's time zone."""
    return datetime.datetime.combine(day, datetime.time.min, tzinfo=ZoneInfo(settings.CHARITY_TIME_ZONE))


def judge(uses: Iterable[Use], on: datetime.date | None = None) -> Verdict:
    """Return whether every use is covered on the day `on` (default today), and until when all are.

    `ends_on` is the first day on which at least one use is no longer covered; None without uses.
    One query however many uses.
    """
    uses = set(uses)
    day = on or charity_today()
    by_contributor: dict[int, list[Consent]] = defaultdict(list)
    for consent in Consent.objects.live(day).filter(contributor__in={use.contributor.pk for use in uses}):
        by_contributor[consent.contributor_id].append(consent)
    refusals: list[Refusal] = []
    ends: list[datetime.date] = []
    for use in sorted(uses, key=lambda use: (use.contributor.public_name, use.material, use.channel)):
        covering = [c for c in by_contributor[use.contributor.pk] if c.covers(use.material, use.channel)]
        if covering:
            ends.append(max(consent.ends_on for consent in covering))
        else:
            refusals.append(Refusal(use.contributor, use.material, use.channel))
    return Verdict(tuple(refusals), min(ends, default=None))
