"""The publish gate: may these materials of these people go out through these channels today?

Rules 1, 2, 3, 6 and 14 of docs/safeguarding.md. The gate answers; it changes nothing.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from safeguarding.models import Channel, Consent, Contributor, Court, Decided, Decision, Material, Risk, Support, add_months

# Rule 3: days since support ended before anything is told, and before recognisable pictures need no decision.
SUPPORT_ENDED_DAYS = 365
RECOGNISABLE_DAYS = 730
SIGN_OFF_DAYS = 90  # rule 6: how long a legal sign-off holds
REVIEW_MONTHS = 12  # rule 14: how long a story stays without somebody looking at it again
RECOGNISABLE = frozenset({Material.PICTURE.value, Material.CLIP.value, Material.VOICE.value})

_CONSENT = "consent"
_WHY = {
    _CONSENT: gettext_lazy("%(person)s has no live consent for %(material)s in %(channel)s."),
    "agreements": gettext_lazy(
        "%(person)s was not of age: the consent for %(material)s in %(channel)s needs the guardian’s and the child’s own agreement."
    ),
    "minor": gettext_lazy(
        "%(person)s is or was a minor and may never be recognisable: %(material)s cannot go out. Nobody can override this."
    ),
    "risk": gettext_lazy("The remaining risk for %(person)s is high: nothing of them may be published, disguised or not."),
    "support_unknown": gettext_lazy("Say first whether %(person)s is in our support: %(material)s cannot go out before."),
    "support_ongoing": gettext_lazy("%(person)s is in our support now: %(material)s cannot go out until a year after it ended."),
    "support_recent": gettext_lazy("Our support of %(person)s ended less than a year ago: %(material)s cannot go out yet."),
    "support_decision": gettext_lazy(
        "Our support of %(person)s ended less than two years ago: %(material)s needs the safeguarding lead’s recorded decision."
    ),
    "court": gettext_lazy(
        "A court is still to decide about %(person)s: a legal sign-off of the last 90 days is needed before %(material)s goes out."
    ),
}


@dataclass(frozen=True)
class Use:
    """One material of one contributor that is about to go out through one channel."""

    contributor: Contributor
    material: str
    channel: str


@dataclass(frozen=True)
class Refusal:
    """A use that may not be: who, what, where, why, and the page that mends it."""

    contributor: Contributor
    material: str
    channel: str
    why: str = _CONSENT

    @property
    def mend_at(self) -> str:
        """Return the address of the contributor's admin page."""
        return reverse("admin:safeguarding_contributor_change", args=[self.contributor.pk])

    def __str__(self) -> str:
        return str(_WHY[self.why]) % {
            "person": self.contributor.public_name,
            "material": Material(self.material).label,
            "channel": Channel(self.channel).label,
        }


@dataclass(frozen=True)
class Verdict:
    """The gate's answer: refusals (empty: may go out) and the day the story must be gone unless somebody acts."""

    refusals: tuple[Refusal, ...]
    ends_on: datetime.date | None


def charity_zone() -> ZoneInfo:
    """Return the charity's time zone."""
    return ZoneInfo(settings.CHARITY_TIME_ZONE)


def charity_today() -> datetime.date:
    """Return the day it is in the charity's time zone."""
    return timezone.localdate(timezone=charity_zone())


def start_of_day(day: datetime.date) -> datetime.datetime:
    """Return the moment a day begins in the charity's time zone."""
    return datetime.datetime.combine(day, datetime.time.min, tzinfo=charity_zone())


def judge(uses: Iterable[Use], on: datetime.date | None = None, reviewed_on: datetime.date | None = None) -> Verdict:
    """Return whether every use may be on the day `on` (default today), and until when all may.

    `ends_on` is the first day on which a consent or a legal sign-off has ended or the story, last looked at on
    `reviewed_on` (default `on`), is due for review; None without uses. One query however many uses; a second where a
    decision is needed.
    """
    uses = set(uses)
    day = on or charity_today()
    consents: dict[int, list[Consent]] = defaultdict(list)
    for consent in Consent.objects.live(day).filter(contributor__in={use.contributor.pk for use in uses}):
        consents[consent.contributor_id].append(consent)
    decisions = _decisions({use.contributor for use in uses}, day)
    refusals: dict[tuple[object, ...], Refusal] = {}
    ends: list[datetime.date] = [add_months(reviewed_on or day, REVIEW_MONTHS)] if uses else []
    for use in sorted(uses, key=lambda use: (use.contributor.public_name, use.material, use.channel)):
        whys, ends_on = _weigh(use, day, consents[use.contributor.pk], decisions[use.contributor.pk])
        for why in whys:
            # What does not depend on the channel is said once.
            once = (use.contributor.pk, why, *(() if why == "risk" else (use.material,)))
            key = (*once, use.channel) if why in {_CONSENT, "agreements"} else once
            refusals.setdefault(key, Refusal(use.contributor, use.material, use.channel, why))
        ends += ends_on
    return Verdict(tuple(refusals.values()), min(ends, default=None))


def _decisions(people: set[Contributor], day: datetime.date) -> dict[int, dict[str, datetime.date]]:
    """Return the newest decision of each kind about each person, for those of whom one is needed."""
    newest: dict[int, dict[str, datetime.date]] = defaultdict(dict)
    wanted = [person.pk for person in people if person.court == Court.PENDING or person.support == Support.ENDED]
    if wanted:
        made = Decision.objects.filter(contributor__in=wanted, made_on__lte=day).order_by("made_on")
        for contributor, kind, made_on in made.values_list("contributor", "kind", "made_on"):
            newest[contributor][kind] = made_on
    return newest


def _weigh(
    use: Use, day: datetime.date, consents: list[Consent], decisions: dict[str, datetime.date]
) -> tuple[list[str], list[datetime.date]]:
    """Return why a use may not be, and the days on which what allows it ends."""
    person = use.contributor
    whys = [*_support(person, use.material, day, decisions)]
    ends: list[datetime.date] = []
    if person.risk == Risk.HIGH:
        whys.append("risk")
    if person.was_minor and use.material in RECOGNISABLE:
        whys.append("minor")
    if person.court == Court.PENDING:
        until = decisions.get(Decided.LEGAL, datetime.date.min) + datetime.timedelta(days=SIGN_OFF_DAYS)
        if until > day:
            ends.append(until)
        else:
            whys.append("court")
    covering = [consent for consent in consents if consent.covers(use.material, use.channel)]
    if not covering:
        whys.append(_CONSENT)
    elif agreed := [consent for consent in covering if _agreements_complete(person, consent)]:
        ends.append(max(consent.ends_on for consent in agreed))
    else:
        whys.append("agreements")
    return whys, ends


def _support(person: Contributor, material: str, day: datetime.date, decisions: dict[str, datetime.date]) -> list[str]:
    if person.support == Support.UNKNOWN:
        return ["support_unknown"]
    if person.support == Support.ONGOING:
        return ["support_ongoing"]
    if person.support == Support.NEVER or person.support_ended_on is None:
        return []
    days = (day - person.support_ended_on).days
    if days < SUPPORT_ENDED_DAYS:
        return ["support_recent"]
    if days < RECOGNISABLE_DAYS and material in RECOGNISABLE and Decided.RECENT_SUPPORT not in decisions:
        return ["support_decision"]
    return []


def _agreements_complete(person: Contributor, consent: Consent) -> bool:
    """Return whether everybody has agreed who had to: for a minor the guardian and the child (rule 6)."""
    if not person.was_minor or (person.of_age_on and person.of_age_on <= consent.given_on):
        return True
    return consent.guardian_agreed_on is not None and consent.child_agreed_on is not None
