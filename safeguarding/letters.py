"""Mails to whoever leads safeguarding: neutral subjects, no name, and a link behind which one signs in."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from letters import outbox
from letters.kinds import Kind, register
from letters.models import Letter
from safeguarding.models import Consent, Contributor

STEPS = (7, 30, 90)  # days ahead at which somebody is asked (rule 14)


class Due(Kind):
    """Something that ends unless somebody acts: a consent, a legal sign-off, a story's year."""

    name = "safeguarding_due"
    folder = "safeguarding/letters"

    def context(self, letter: Letter) -> dict[str, Any]:
        """Return what ends, when, and where to look."""
        return {**letter.data, "on": datetime.date.fromisoformat(letter.data["on"])}

    def not_needed(self, letter: Letter) -> str:
        """Drop the letter when the consent was withdrawn or the person erased since."""
        kind, _, key = letter.about.partition(":")
        if kind == "consent" and not Consent.objects.filter(pk=key, withdrawn_at=None, contributor__erased_at=None).exists():
            return "the consent has ended"
        if kind == "contributor" and not Contributor.objects.filter(reference=key, erased_at=None).exists():
            return "the person was erased"
        return ""


def register_kinds() -> None:
    """Make the kinds known to the outbox."""
    register(Due())


def leads() -> QuerySet[Any]:
    """Return whoever looks after safeguarding: the accounts that may see the desk, or every superuser while none may."""
    staff = get_user_model()._default_manager.filter(is_active=True, is_staff=True)
    may = Q(groups__permissions__codename="see_desk") | Q(user_permissions__codename="see_desk")
    found = staff.filter(may).distinct()
    return found if found.exists() else staff.filter(is_superuser=True)


def step_of(days: int) -> int | None:
    """Return at which of the steps something stands that ends in so many days, or None while it is further off."""
    return next((step for step in STEPS if days <= step), None)


def ask(what: str, about: str, on: datetime.date, days: int, address: str, to: Iterable[Any]) -> int:
    """Write to each lead once per step; return how many letters were asked for."""
    step = step_of(days)
    if step is None or days < 0:
        return 0
    written = [
        outbox.letter(
            Due.name,
            f"{what}:{about}:{on}:{step}:{lead.pk}",
            to=lead.email,
            about=about,
            data={"what": what, "days": days, "on": on.isoformat(), "address": address},
        )
        for lead in to
    ]
    outbox.put(written)
    return len(written)
