"""Changing one's mind by the links in a mail: every change is a consent of its own, and a digest counts those it caused."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F

from supporters import consents
from supporters.models import Supporter
from updates import words
from updates.models import Digest


@transaction.atomic
def choose(supporter: Supporter, topics: Iterable[str], digest: int = 0) -> None:
    """Let a supporter have exactly these topics from now on."""
    locked = Supporter.objects.select_for_update().get(pk=supporter.pk)
    wanted = set(topics)
    if not wanted:
        stop(locked, digest)
        return
    consents.say(locked, wanted, words.agreed(locked.language), _source("preferences", digest))


@transaction.atomic
def stop(supporter: Supporter, digest: int = 0) -> None:
    """Send a supporter no more updates; the second time changes nothing and counts nothing."""
    locked = Supporter.objects.select_for_update().get(pk=supporter.pk)
    changed = consents.stop(locked, words.stopped(locked.language), _source("unsubscribe link", digest))
    if changed and digest:
        Digest.objects.filter(pk=digest).update(unsubscribed=F("unsubscribed") + 1)


def _source(what: str, digest: int) -> str:
    return f"{what}, digest {digest}" if digest else what
