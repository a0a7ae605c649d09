"""Autosave: what is being written is kept every few seconds in a slot of its own, and who else has the story open.

A slot belongs to one person in one story (see models/autosaves.py). It never reaches the story by itself: its owner
restores it into the form, looks, and saves.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from stories.models import Autosave, Story

MAX_BYTES = 2_000_000  # of one form as posted: some 60 long blocks are a tenth of it
KEPT_DAYS = 30
# What a browser posts beside the words: tokens, buttons, and what said which question the page was asked.
_NOT_WORDS = ("csrfmiddlewaretoken", "_save", "_continue", "_addanother", "_step", "_popup", "_to_field", "_preview")


class TooLong(Exception):
    """The form is larger than a slot holds."""


@dataclass(frozen=True)
class Colleague:
    """Somebody else who has the story open: their name, and when they last wrote in it (None: they only look)."""

    name: str
    wrote_at: datetime.datetime | None


@transaction.atomic
def keep(account: Any, story: Story | None, posted: QueryDict) -> Autosave:
    """Put a posted form into the person's slot, replacing what was there. Raises TooLong."""
    words = posted.copy()
    for name in _NOT_WORDS:
        words.pop(name, None)
    form = words.urlencode()
    if len(form) > MAX_BYTES:
        raise TooLong
    return _put(account, story, form=form, saved_at=timezone.now(), seen_at=timezone.now())


@transaction.atomic
def look_in(account: Any, story: Story) -> None:
    """Note that the person has the story open; what they wrote stays as it is."""
    _put(account, story, seen_at=timezone.now())


def forget(account: Any, story: Story | None) -> None:
    """Empty the person's slot: it was saved or discarded."""
    Autosave.objects.slot(story.pk if story else None, account.pk).update(form="", saved_at=None)


def leave(account: Any, story: Story) -> None:
    """Note that the person has left the story; what they wrote stays."""
    Autosave.objects.slot(story.pk, account.pk).update(seen_at=timezone.now() - datetime.timedelta(days=1))


def unsaved(account: Any, story: Story | None) -> Autosave | None:
    """Return the person's slot where it holds words that nobody saved. One query."""
    return Autosave.objects.slot(story.pk if story else None, account.pk).unsaved().first()


def colleagues(account: Any, story: Story) -> list[Colleague]:
    """Return who else has the story open now. One query."""
    present = Autosave.objects.present().filter(story=story).exclude(account=account.pk).select_related("account")
    return [Colleague(slot.account.get_short_name(), slot.saved_at if slot.form else None) for slot in present.order_by("pk")]


def forget_old() -> int:
    """Delete slots that nobody came back to within KEPT_DAYS; return how many."""
    long_ago = timezone.now() - datetime.timedelta(days=KEPT_DAYS)
    return Autosave.objects.filter(seen_at__lt=long_ago).delete()[0]


def _put(account: Any, story: Story | None, **values: Any) -> Autosave:
    return Autosave.objects.update_or_create(story=story, account=account, defaults=values)[0]
