"""Gift Aid: declared and withdrawn by the giver, and for each gift whether it may be claimed and why.

Rules: HMRC, "Chapter 3: Gift Aid" of its guidance for charities. A declaration covers what it says; withdrawing it counts
from its day on, never backwards; a claim is made within four years of the end of the year of the gift.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from donations import declaration_words
from donations.calendar import charity_day, today
from donations.models import Gift, GiftAidDeclaration, LedgerEntry
from donations.models.declarations import four_years_before
from donations.money import Money
from donations.statements import issuing
from donations.tax_years import tax_year
from supporters.models import Supporter

CURRENCY = "GBP"
WHY = {
    "claimable": _("Covered by a Gift Aid declaration."),
    "no_declaration": _("No Gift Aid declaration covers it."),
    "withdrawn": _("The declaration was withdrawn before it was given."),
    "returned": _("It went back to the giver."),
    "currency": _("It was not given in pounds."),
    "too_late": _("It was given more than four years ago."),
    "test": _("No money moved: it is a test."),
}


@dataclass(frozen=True)
class Standing:
    """How a gift stands with Gift Aid: `why` names a reason of WHY, "claimable" alone lets it be claimed."""

    gift: Gift
    left: Money
    why: str
    declaration: GiftAidDeclaration | None = None

    @property
    def claimable(self) -> bool:
        """Return whether it may be claimed."""
        return self.why == "claimable"


def possible() -> bool:
    """Return whether there is such a thing as Gift Aid here."""
    return settings.TAX_JURISDICTION == "GB"


def declare(supporters: Iterable[Supporter], *, future: bool, past: bool, channel: str = "portal", **who: Any) -> None:
    """Keep a declaration of one person, for each of the supporters they are; `who` are the model's name and address fields."""
    with transaction.atomic():
        for supporter in supporters:
            GiftAidDeclaration.objects.create(
                supporter=supporter,
                charity=settings.CHARITY_NAME,
                future=future,
                past_four_years=past,
                words=declaration_words.standing(future=future, past=past),
                version=declaration_words.GIFT_AID_VERSION,
                channel=channel,
                **who,
            )
            issuing.void_changed(supporter, "Gift Aid")


def withdraw(supporters: Iterable[Supporter]) -> int:
    """Withdraw every declaration of one person from today on; return how many were in force. What was given stays covered."""
    found = GiftAidDeclaration.objects.filter(supporter__in=list(supporters), cancelled_on=None)
    return found.update(cancelled_on=today())


def of(supporters: Iterable[Supporter]) -> list[GiftAidDeclaration]:
    """Return all declarations of one person, newest first; those of several addresses made at once are one."""
    found: dict[tuple[Any, ...], GiftAidDeclaration] = {}
    for one in GiftAidDeclaration.objects.filter(supporter__in=list(supporters)).order_by("-at", "-pk"):
        found.setdefault((one.at.replace(second=0, microsecond=0), one.words, one.cancelled_on, one.gift_id), one)
    return list(found.values())


def standings(gifts: Iterable[Gift]) -> list[Standing]:
    """Return how each received gift stands; two questions however many they are."""
    listed = list(gifts)
    kept = LedgerEntry.objects.kept().filter(gift__in=listed).order_by().values_list("gift").annotate(Sum("amount"))
    left = dict(kept)
    declarations: dict[int, list[GiftAidDeclaration]] = {}
    for one in (
        GiftAidDeclaration.objects.filter(supporter__in={gift.supporter_id for gift in listed})
        .exclude(last_name="")
        .order_by("at", "pk")
    ):
        declarations.setdefault(one.supporter_id, []).append(one)
    return [
        _standing(gift, Money(left.get(gift.pk, 0), gift.currency), declarations.get(gift.supporter_id or 0, []))
        for gift in listed
    ]


def _standing(gift: Gift, left: Money, declarations: list[GiftAidDeclaration]) -> Standing:
    assert gift.given_on is not None  # a received gift has a day
    covering = next((one for one in declarations if one.covers(gift.given_on, charity_day(one.at), gift.pk)), None)
    if gift.provider == "sandbox" and not settings.SANDBOX:
        return Standing(gift, left, "test")
    if left.minor <= 0:
        return Standing(gift, left, "returned")
    if gift.currency != CURRENCY:
        return Standing(gift, left, "currency")
    if today() > last_day_to_claim(gift.given_on):
        return Standing(gift, left, "too_late")
    if covering is None:
        withdrawn = any(one.cancelled_on and one.future and one.cancelled_on <= gift.given_on for one in declarations)
        return Standing(gift, left, "withdrawn" if withdrawn else "no_declaration")
    return Standing(gift, left, "claimable", covering)


def last_day_to_claim(given_on: datetime.date) -> datetime.date:
    """Return the last day on which a gift may be claimed: four years after the end of its tax year."""
    end = tax_year(given_on, "GB").end
    return end.replace(year=end.year + 4)


def worth_declaring(supporters: Iterable[Supporter]) -> tuple[int, Money]:
    """Return how many gifts of the past four years no declaration covers, and what Gift Aid would add to them: 25p a pound."""
    since = four_years_before(today())
    gifts = Gift.objects.received().filter(supporter__in=list(supporters), given_on__gte=since, currency=CURRENCY)
    open_ones = [one for one in standings(gifts) if one.why in {"no_declaration", "withdrawn"}]
    total = sum((one.left.minor for one in open_ones), 0)
    return len(open_ones), Money(total, CURRENCY).share(1, 4)
