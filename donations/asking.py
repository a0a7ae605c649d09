"""What the giving pages show of an appeal: amounts to choose, how far it has come, the story that moved the giver."""

import dataclasses
from typing import Any
from urllib.parse import urlencode

from babel.numbers import get_decimal_symbol, get_group_symbol
from django.conf import settings
from django.core.validators import slug_re
from django.db.models import Q, Subquery
from django.urls import reverse
from django.utils.translation import get_language

from donations import fees
from donations.models import Appeal, Gift, LedgerEntry, SuggestedAmount
from donations.models.appeals import GENERAL_SLUG, Frequency
from donations.money import Money, exponent, formatted
from stories.models import Story

ASK = "ask"  # the channel of a story whose people agreed that it asks for gifts


@dataclasses.dataclass(frozen=True)
class Preset:
    """One amount to choose: what its radio says ("25"), as money, as written here, and what it makes possible."""

    value: str
    money: Money
    label: str
    impact: str
    default: bool


@dataclasses.dataclass(frozen=True)
class AmountSet:
    """The amounts of one frequency and currency, smallest first; empty where nobody suggested any."""

    frequency: str
    currency: str
    presets: tuple[Preset, ...]

    @property
    def default(self) -> Preset | None:
        """Return the amount chosen at first: the one marked, or else the first."""
        return next((preset for preset in self.presets if preset.default), next(iter(self.presets), None))

    def holding(self, money: Money) -> Preset | None:
        """Return the preset of a sum."""
        return next((preset for preset in self.presets if preset.money == money), None)


@dataclasses.dataclass(frozen=True)
class Currency:
    """A currency on offer and how its sums are written here, for the page's script to write them alike."""

    code: str
    sign: str
    before: str
    after: str
    point: str
    group: str
    places: int
    percent: int  # the fee, hundredths of a percent
    fixed: int  # and minor units on top


@dataclasses.dataclass(frozen=True)
class Progress:
    """How far an appeal has come, in its goal's currency; `part` in whole percent, a hundred at most."""

    kept: str
    goal: str
    part: int
    reached: bool


def amount_sets(appeal: Appeal, frequencies: tuple[str, ...] = (Frequency.ONCE, Frequency.MONTHLY)) -> list[AmountSet]:
    """Return a set for each frequency and currency on offer: the appeal's own, or the general appeal's. One query."""
    language = get_language() or settings.LANGUAGE_CODE
    rows = SuggestedAmount.objects.filter(
        Q(appeal=appeal) | Q(appeal__slug=GENERAL_SLUG), frequency__in=frequencies, currency__in=settings.CURRENCIES
    ).order_by("amount")
    own: dict[tuple[str, str], list[SuggestedAmount]] = {}
    general: dict[tuple[str, str], list[SuggestedAmount]] = {}
    for row in rows:
        (own if row.appeal_id == appeal.pk else general).setdefault((row.frequency, row.currency), []).append(row)
    keys = [(str(frequency), currency) for currency in settings.CURRENCIES for frequency in frequencies]
    return [AmountSet(*key, tuple(_preset(row, language) for row in own.get(key) or general.get(key) or [])) for key in keys]


def _preset(row: SuggestedAmount, language: str) -> Preset:
    money = Money(row.amount, row.currency)
    return Preset(
        value=plain(money),
        money=money,
        label=formatted(money, language),
        impact=row.impact_translations.get(language.split("-", maxsplit=1)[0]) or row.impact,
        default=row.default,
    )


def impact_of(gift: Gift) -> str:
    """Return what a gift of such a sum makes possible, in the appeal's own words: of the largest suggested sum within it.

    "" where nobody said anything of so small a sum, or of this currency. One query.
    """
    sets = amount_sets(gift.appeal, (gift.frequency,))
    own = next((one for one in sets if one.currency == gift.currency), None)
    within = [preset for preset in own.presets if preset.money <= gift.total] if own else []
    return within[-1].impact if within else ""


def plain(money: Money) -> str:
    """Return a sum in major units as the form's `amount` says it: "25", "12.50"."""
    major = money.major()
    whole, _point, part = major.partition(".")
    return major if part.strip("0") else whole


def currencies() -> list[Currency]:
    """Return the currencies on offer."""
    language = get_language() or settings.LANGUAGE_CODE
    locale, offered = language.replace("-", "_"), []
    for code in settings.CURRENCIES:
        nought = formatted(Money.zero(code), language)
        before, _nought, after = nought.partition("0")
        offered.append(
            Currency(
                code, nought.replace("0", "").strip(), before, after, get_decimal_symbol(locale), get_group_symbol(locale),
                exponent(code), *fees.rate(code),
            )
        )  # fmt: skip
    return offered


def progress(appeal: Appeal) -> Progress | None:
    """Return how far an appeal with a goal has come, read from the ledger; None without a goal. One query."""
    if not appeal.goal:
        return None
    language = get_language() or settings.LANGUAGE_CODE
    goal = Money(appeal.goal, appeal.goal_currency)
    kept = max(LedgerEntry.objects.filter(appeal=appeal).kept().total(goal.currency), Money.zero(goal.currency))
    return Progress(
        kept=formatted(_whole(kept), language),
        goal=formatted(goal, language),
        part=min(100, 100 * kept.minor // goal.minor),
        reached=kept >= goal,
    )


def _whole(money: Money) -> Money:
    """Return a sum without its pence, never more than it is: a total of many gifts reads as a round figure."""
    unit = 10 ** exponent(money.currency)
    return Money(money.minor // unit * unit, money.currency)


def moving_story(slug: str) -> dict[str, Any] | None:
    """Return the live content of a public story that may ask for gifts, with its address; None for any other. One query."""
    if not slug_re.fullmatch(slug):
        return None
    story = Story.objects.published().filter(slug=slug).select_related("live_revision").first()
    if story is None or story.live_revision is None or ASK not in story.live_revision.content["channels"]:
        return None
    return story.live_revision.content | {"slug": story.slug, "address": story.get_absolute_url()}


def channels_of(slug: str) -> Subquery:
    """Return, to annotate another question with, the channels of a public story; None of them where there is none."""
    known = slug if slug_re.fullmatch(slug) else ""
    return Subquery(Story.objects.published().filter(slug=known).values("live_revision__content__channels")[:1])


def form_address(gift: Gift, *, monthly: bool = False) -> str:
    """Return the path of the form with a gift's choices made; `monthly` asks for every month and leaves the sum open."""
    same = not monthly or gift.frequency == Frequency.MONTHLY
    chosen = {"frequency": gift.frequency if same else Frequency.MONTHLY.value, "currency": gift.currency}
    if same:
        chosen["amount"] = plain(Money(gift.amount - gift.fee_cover, gift.currency))
    if gift.story_slug:
        chosen["story"] = gift.story_slug
    general = gift.appeal.slug == GENERAL_SLUG
    path = reverse("give") if general else reverse("give-appeal", args=[gift.appeal.slug])
    return f"{path}?{urlencode(chosen)}"
