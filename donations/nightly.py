"""Each day's comparison with the provider's book, made once in the night after it and kept."""

import datetime
import logging
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from donations import providers, reconciliation
from donations.calendar import start_of_day, today
from donations.models import ReconciliationRun
from donations.providers.base import ProviderUnavailable

logger = logging.getLogger(__name__)

BEGINS = datetime.timedelta(hours=3)  # after the charity's midnight: by then the day's last messages have come
BACK = 7  # days that are made up for after an outage


def between(first: datetime.date, last: datetime.date) -> tuple[datetime.datetime, datetime.datetime]:
    """Return the first instant of the first of the charity's days and the last before the day after the last."""
    end = start_of_day(last + datetime.timedelta(days=1)) - datetime.timedelta(microseconds=1)
    return start_of_day(first), end


def nightly() -> int:
    """Compare each of the last seven days that has not been compared yet; return how many were.

    A provider that does not answer leaves its day for the next round. Differences are said in the log as errors.
    """
    name = providers.configured().name
    day_now = today()
    newest = day_now - datetime.timedelta(days=1)
    if timezone.now() < start_of_day(day_now) + BEGINS:
        newest -= datetime.timedelta(days=1)
    runs = ReconciliationRun.objects.filter(provider=name)
    first = runs.order_by("day").values_list("day", flat=True).first()
    oldest = max(first or newest, newest - datetime.timedelta(days=BACK - 1))  # a new site has nothing to make up for
    days = [oldest + datetime.timedelta(days=number) for number in range((newest - oldest).days + 1)]
    known = set(runs.filter(day__gte=oldest).values_list("day", flat=True))
    return sum(_compared(name, day) for day in days if day not in known)


def _compared(name: str, day: datetime.date) -> bool:
    try:
        comparison = reconciliation.compare(name, *between(day, day))
    except ProviderUnavailable as error:
        logger.warning("The book of %s for %s could not be read, it is tried again: %s", name, day, error)
        return False
    lines = [as_row(difference) for difference in comparison.differences]
    try:
        with transaction.atomic():
            ReconciliationRun.objects.create(provider=name, day=day, agreeing=comparison.agreeing, differences=lines)
    except IntegrityError:  # another process was a moment faster
        return False
    if lines:
        logger.error("%s lines of %s differ from the book of %s: see Reconciliation in the admin", len(lines), day, name)
    return True


def as_row(difference: reconciliation.Difference) -> dict[str, Any]:
    """Return a difference as JSON keeps it; sums in major units."""
    return {
        "what": difference.what,
        "kind": difference.kind,
        "id": difference.id,
        "ours": str(difference.ours or ""),
        "theirs": str(difference.theirs or ""),
        "gift": difference.gift.pk if difference.gift else None,
    }
