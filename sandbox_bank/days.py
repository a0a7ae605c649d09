"""The bank's calendar: days of the charity's time zone, and the months of a schedule."""

import datetime
from calendar import monthrange
from zoneinfo import ZoneInfo

from django.conf import settings

OPENS = datetime.time(9)  # what falls due on a day happens then, by the charity's clock
ONE_DAY = datetime.timedelta(days=1)


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.CHARITY_TIME_ZONE)


def day_of(moment: datetime.datetime) -> datetime.date:
    """Return the day a moment falls on."""
    return moment.astimezone(_zone()).date()


def opening(day: datetime.date) -> datetime.datetime:
    """Return the moment at which what is due on a day happens, in UTC."""
    return datetime.datetime.combine(day, OPENS, _zone()).astimezone(datetime.UTC)


def months_on(day: datetime.date, months: int, anchor_day: int) -> datetime.date:
    """Return the anchor day of the month that many months later; the last day where the month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(anchor_day, monthrange(year, month + 1)[1]))


def next_due(billed_month: datetime.date, anchor_day: int, not_before: datetime.date) -> datetime.date:
    """Return the first instalment in a month after the one billed last, on or after a day."""
    due = months_on(billed_month, 1, anchor_day)
    while due < not_before:
        due = months_on(due, 1, anchor_day)
    return due


def month_later(moment: datetime.datetime) -> datetime.datetime:
    """Return the same time of day a month on, by the charity's clock."""
    local = moment.astimezone(_zone())
    day = months_on(local.date(), 1, local.day)
    return datetime.datetime.combine(day, local.time(), _zone()).astimezone(datetime.UTC)


def card_end(today: datetime.date) -> datetime.date:
    """Return the last day of a fresh card: the end of a month three years on."""
    return months_on(today, 36, 31)


def soon_ending(today: datetime.date) -> datetime.date:
    """Return the next end of a month far enough ahead for both warnings (30 and 7 days) to be seen."""
    return next(end for months in range(3) if ((end := months_on(today, months, 31)) - today).days > 30)
