"""The bank's clock: real time and what staff have added to it."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone

from sandbox_bank.models import Clock


def now() -> datetime.datetime:
    """Return the pretend moment."""
    offset = Clock.objects.filter(pk=1).values_list("offset", flat=True).first() or 0
    return timezone.now() + datetime.timedelta(seconds=offset)


@contextmanager
def at_work() -> Iterator[datetime.datetime]:
    """Open the books: one transaction, one process at a time. Gives the pretend moment."""
    with transaction.atomic():
        clock, _ = Clock.objects.select_for_update().get_or_create(pk=1)
        yield timezone.now() + datetime.timedelta(seconds=clock.offset)


def advance(seconds: int) -> None:
    """Move the clock ahead; inside `at_work`."""
    clock = Clock.objects.select_for_update().get(pk=1)
    clock.offset += seconds
    clock.save(update_fields=["offset"])
