"""What a statement says in each jurisdiction, as data. The law's own words stand in English in every language."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext_lazy as _

from donations.money import Money


@dataclass(frozen=True)
class Rules:
    """Say what a jurisdiction adds to the list of gifts.

    `sentences` stand below every statement. From `single` on, a gift needs an acknowledgment of its own: `single_note`
    stands beside it and `single_sentence` below. `gift_aid`: each gift says whether a declaration covers it.
    """

    sentences: tuple[Any, ...]
    single: Money | None = None
    single_note: str = ""
    single_sentence: str = ""
    gift_aid: bool = False


# Whoever holds receipts of single gifts must not count them a second time.
_ONCE = _("This statement lists gifts of which you may hold single receipts too: each gift counts once.")

RULES: Mapping[str, Rules] = MappingProxyType(
    {
        "GB": Rules(sentences=(_ONCE,), gift_aid=True),
        "US": Rules(  # Internal Revenue Code 170(f)(8); IRS publication 1771
            sentences=("No goods or services were provided in exchange for these gifts.", _ONCE),
            single=Money(250_00, "USD"),
            single_note="Single gift of $250 or more. No goods or services were provided in exchange for it.",
            single_sentence=(
                "For each single gift of $250 or more this statement is the written acknowledgment that section 170(f)(8) of "
                "the Internal Revenue Code asks for."
            ),
        ),
        "CA": Rules(  # Income Tax Regulations 3501; a year's cash gifts may stand on one receipt
            sentences=(
                "Official receipt for income tax purposes.",
                "This statement takes in the official receipts named beside the gifts: each gift may be claimed once.",
                "Canada Revenue Agency: canada.ca/charities-giving",
            )
        ),
        "AU": Rules(sentences=("This statement is for gifts.", _ONCE)),  # Income Tax Assessment Act 1997, 30-228
        "NZ": Rules(sentences=("These gifts are donations made without benefit to the giver.", _ONCE)),
    }
)
