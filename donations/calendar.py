"""The charity's own days and months: which day an instant falls on, and when a promised gift is due.

Instants are aware and in UTC everywhere else. Here, once, they become days: in the charity's time zone, by plain dates,
so that a change of the clocks can neither double an instalment nor lose one.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone


def charity_day(at: datetime, zone: str | None = None) -> date:
    """Return the day an instant falls on where the charity is (CHARITY_TIME_ZONE unless a zone is named).

    Raises ValueError for a time that does not say its zone: its day would be a guess.
    """
    if timezone.is_naive(at):
        raise ValueError("A day can only be told from an aware time.")
    return at.astimezone(_zone(zone)).date()


def today() -> date:
    """Return the charity's day of this moment."""
    return charity_day(timezone.now())


def start_of_day(day: date, zone: str | None = None) -> datetime:
    """Return the first instant of a day where the charity is, in UTC.

    Where clocks leap over midnight the day begins with the leap; where midnight strikes twice, with the first stroke.
    A day that a place left out of its calendar (Samoa, 30 December 2011) begins and ends with the next one.
    """
    place = _zone(zone)
    midnight = datetime.combine(day, time.min)
    stroke = midnight.replace(tzinfo=place).astimezone(UTC)
    if stroke.astimezone(place).replace(tzinfo=None) == midnight:
        return stroke
    # Midnight does not exist: find the leap, the first second at which the clock there shows midnight or later.
    before, leapt = stroke - timedelta(days=2), stroke
    while leapt - before > timedelta(seconds=1):
        middle = before + (leapt - before) // timedelta(seconds=2) * timedelta(seconds=1)
        if middle.astimezone(place).replace(tzinfo=None) < midnight:
            before = middle
        else:
            leapt = middle
    return leapt


def instalment_day(anchor_day: int, year: int, month: int) -> date:
    """Return the day of a month on which a pledge falls due: its anchor, or the last day of a shorter month.

    The anchor (1 to 31) is kept for ever, so a pledge from the 31st returns to the 31st. Raises ValueError outside it.
    """
    if not 1 <= anchor_day <= 31:
        raise ValueError(f"A pledge falls due on a day from 1 to 31, not {anchor_day}.")
    return date(year, month, min(anchor_day, monthrange(year, month)[1]))


def next_instalment(after: date, anchor_day: int) -> date:
    """Return the first day strictly after the given one on which a pledge with this anchor falls due."""
    this_month = instalment_day(anchor_day, after.year, after.month)
    return this_month if this_month > after else add_months(after, 1, anchor_day)


def add_months(day: date, months: int, anchor_day: int) -> date:
    """Return the instalment day of the month that stands so many calendar months after (or, negative, before) a day's."""
    years, month = divmod(day.month - 1 + months, 12)
    return instalment_day(anchor_day, day.year + years, month + 1)


def instalments(first: date, anchor_day: int, count: int) -> list[date]:
    """Return the days of a pledge's first so many gifts: the first as given, then one in each calendar month after.

    When the first stands on its anchor this is what next_instalment() gives step by step. Raises ValueError for a
    negative count.
    """
    if count < 0:
        raise ValueError("There cannot be fewer than no instalments.")
    return [first if step == 0 else add_months(first, step, anchor_day) for step in range(count)]


def _zone(name: str | None) -> ZoneInfo:
    return ZoneInfo(settings.CHARITY_TIME_ZONE if name is None else name)
