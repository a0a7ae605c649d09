"""What the giving page shows around its form: the same whether the form is new, wrong, or shown again."""

import dataclasses
from typing import Any

from babel.numbers import get_currency_name
from django.utils.translation import get_language

from donations import asking, calendar, declaration_words, fees, review
from donations.asking import AmountSet, Preset
from donations.forms import OTHER, GivingForm, gift_aid_possible, typed_again
from donations.models import Appeal
from donations.models.appeals import Frequency
from donations.money import Money, NotAnAmount, formatted, parse

# Where Gift Aid adds a quarter: 25p for each pound.
GIFT_AID_PARTS = 4


@dataclasses.dataclass(frozen=True)
class ShownSet:
    """The amounts of one frequency and currency as the page draws them."""

    frequency: str
    currency: str
    shown: bool  # of the currency that is chosen: frequencies change by style alone
    presets: tuple[tuple[Preset, bool], ...]  # each with whether it is the chosen one


def first_choice(asked: dict[str, str], appeal: Appeal, sets: list[AmountSet]) -> dict[str, str]:
    """Return what a new form has chosen: what the address asks for where it can be had, or else the appeal's default."""
    form = GivingForm(initial=asked)
    frequency, currency = form.chosen_frequency, form.chosen_currency
    choice = {"frequency": frequency, "currency": currency}
    own = set_of(sets, frequency, currency)
    try:
        money = parse(asked.get("amount", ""), currency, get_language() or "en")
    except NotAnAmount:
        return choice | {"amount": own.default.value if own.default else OTHER}
    preset = own.holding(money)
    return choice | ({"amount": preset.value} if preset else {"amount": OTHER, "other_amount": typed_again(money)})


def set_of(sets: list[AmountSet], frequency: str, currency: str) -> AmountSet:
    """Return the set of a frequency and currency on offer."""
    return next(one for one in sets if (one.frequency, one.currency) == (frequency, currency))


def context(form: GivingForm, appeal: Appeal, sets: list[AmountSet], story: dict[str, Any] | None) -> dict[str, Any]:
    """Return what templates/donations/give.html takes. One query, for an appeal with a goal."""
    gift, currency, day = form.chosen_gift(), form.chosen_currency, calendar.today()
    cover = fees.cover(gift) if gift else None
    covered = bool(form["cover_fee"].value())
    total = gift + cover if gift and cover and covered else gift
    chosen = set_of(sets, form.chosen_frequency, currency).holding(gift) if gift else None
    reviews = {str(frequency): review.pattern(frequency, day) for frequency in Frequency}
    return {
        "form": form,
        "appeal": appeal,
        "worded": appeal.worded(),
        "story": story,
        "sets": [_shown(one, form, chosen) for one in sets if one.presets],
        "other": {"chosen": chosen is None, "value": _other(form, gift, chosen)},
        "currencies": [(one, _name(one.code)) for one in asking.currencies()],
        "reviews": reviews,
        "review": reviews[form.chosen_frequency].of(total) if total else None,
        "covered": covered,
        "cover": _written(cover),
        "gift": _written(gift),
        "gift_aid": {
            "possible": "gift_aid" in form.fields,
            "shown": gift_aid_possible(currency),
            "adds": _written(total and total.share(1, GIFT_AID_PARTS)),
            "worth": _written(total and total + total.share(1, GIFT_AID_PARTS)),
            "keep_us_told": declaration_words.keep_us_told(),
        },
        "progress": asking.progress(appeal),
        "errors": _summary(form),
    }


def _shown(one: AmountSet, form: GivingForm, chosen: Preset | None) -> ShownSet:
    here = (one.frequency, one.currency) == (form.chosen_frequency, form.chosen_currency)
    presets = tuple((preset, here and preset is chosen) for preset in one.presets)
    return ShownSet(one.frequency, one.currency, one.currency == form.chosen_currency, presets)


def _other(form: GivingForm, gift: Money | None, chosen: Preset | None) -> str:
    """Return what stands in the field for one's own amount: what was typed there, or a sum no preset has."""
    if form.said("amount") == OTHER:
        return form.said("other_amount")
    return typed_again(gift) if gift and chosen is None else ""


def _name(currency: str) -> str:
    return get_currency_name(currency, locale=(get_language() or "en").replace("-", "_"))


def _written(money: Money | None) -> str:
    return formatted(money, get_language() or "en") if money else ""


def _summary(form: GivingForm) -> list[tuple[str, str]]:
    """Return each thing that is wrong with the id of the field to mend, "" for those of the whole form."""
    order = list(form.fields)
    found = []
    for name, messages in sorted(form.errors.items(), key=lambda wrong: order.index(wrong[0]) if wrong[0] in order else -1):
        hidden = name not in form.fields or form[name].is_hidden
        found += [("" if hidden else _target(form, name), str(message)) for message in messages]
    return found


def _target(form: GivingForm, name: str) -> str:
    """Return the id to jump to: of a group, its first choice."""
    if name == "amount":
        return "id_amount_other"
    field = form[name]
    return f"{field.auto_id}_0" if field.use_fieldset else field.auto_id
