"""Ask in time: 90, 30 and 7 days before a consent or a legal sign-off ends (rules 6 and 14)."""

import datetime

from django.db.models import Max
from django.urls import reverse

from safeguarding import letters
from safeguarding.gate import SIGN_OFF_DAYS, charity_today
from safeguarding.models import Consent, Contributor, Court, Decided


def ending_consents(today: datetime.date) -> list[Consent]:
    """Return the live consents that end within 90 days and that no later one replaces, soonest first."""
    within = today + datetime.timedelta(days=max(letters.STEPS))
    live = Consent.objects.live(today).filter(contributor__erased_at=None).select_related("contributor")
    found = list(live.filter(ends_on__lte=within).order_by("ends_on"))
    others: dict[int, list[Consent]] = {}
    for other in live.filter(contributor__in={consent.contributor_id for consent in found}):
        others.setdefault(other.contributor_id, []).append(other)
    return [consent for consent in found if not any(_replaces(other, consent) for other in others[consent.contributor_id])]


def _replaces(other: Consent, consent: Consent) -> bool:
    later = other.ends_on > consent.ends_on
    return later and set(consent.materials) <= set(other.materials) and set(consent.channels) <= set(other.channels)


def ending_sign_offs(today: datetime.date) -> list[tuple[Contributor, datetime.date]]:
    """Return everybody about whom a court is to decide, with the day on which the last sign-off ends (or ended)."""
    pending = Contributor.objects.filter(court=Court.PENDING, erased_at=None)
    signed = pending.filter(decisions__kind=Decided.LEGAL).annotate(signed_on=Max("decisions__made_on"))
    found = [(person, person.signed_on + datetime.timedelta(days=SIGN_OFF_DAYS)) for person in signed]
    return sorted(found, key=lambda each: each[1])


def remind(today: datetime.date | None = None) -> int:
    """Write the letters that are due; return how many were asked for. Each is written once however often this runs."""
    today = today or charity_today()
    to = list(letters.leads())
    asked = 0
    for consent in ending_consents(today):
        page = reverse("admin:safeguarding_contributor_change", args=[consent.contributor_id])
        asked += letters.ask("consent", f"consent:{consent.pk}", consent.ends_on, (consent.ends_on - today).days, page, to)
    for person, until in ending_sign_offs(today):
        page = reverse("admin:safeguarding_contributor_change", args=[person.pk])
        asked += letters.ask("legal", f"contributor:{person.reference}", until, (until - today).days, page, to)
    return asked
