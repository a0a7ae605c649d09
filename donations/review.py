"""The line that says what will happen when the button is pressed, and the button's own words: always the whole truth."""

import datetime
from dataclasses import dataclass

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from donations.money import Money, formatted

SHORTEST_MONTH = 28  # days: a gift begun later in a month falls on the last day of shorter ones


@dataclass(frozen=True)
class Review:
    """What will happen, for one frequency; "{amount}" stands where the page's script puts the sum."""

    line: str
    button: str

    def of(self, total: Money) -> "Review":
        """Return the words with the sum in its place."""
        amount = formatted(total, get_language() or "en")
        return Review(self.line.replace("{amount}", amount), self.button.replace("{amount}", amount))


def pattern(frequency: str, day: datetime.date) -> Review:
    """Return the words for a gift whose first charge is on a day of the charity's calendar."""
    if frequency != "monthly":
        return Review(_("{amount}, once, today"), _("Give {amount}"))
    return Review(
        _("{amount} every month, first today, then %(when)s") % {"when": monthly_day(day.day)}, _("Give {amount} every month")
    )


def monthly_day(day: int) -> str:
    """Return on which day of every month: "on the 22nd", and what becomes of the 31st in short months."""
    words = pgettext("day of every month", "on the %(day)s") % {"day": ordinal(day)}
    if day <= SHORTEST_MONTH:
        return words
    return _("%(on_the_day)s (in shorter months, on the last day)") % {"on_the_day": words}


def ordinal(day: int) -> str:
    """Return a day of the month as English says it (22nd), or plain for languages that count days (22)."""
    if not (get_language() or "en").startswith("en"):
        return str(day)
    ending = "th" if 10 < day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"
