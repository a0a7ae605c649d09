"""Changing one's mind by the links in a mail: every change is a consent of its own, and a digest counts those it caused."""

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import F

from supporters import consents
from supporters.consents import EVERYTHING
from supporters.models import Supporter
from updates import words
from updates.models import Digest


@transaction.atomic
def choose(supporter: Supporter, topics: Iterable[str], digest: int = 0, where: str = "preferences") -> None:
    """Let a supporter have exactly these topics from now on."""
    locked = Supporter.objects.select_for_update().get(pk=supporter.pk)
    wanted = set(topics)
    if not wanted:
        stop(locked, digest, where)
        return
    consents.say(locked, wanted, words.agreed(locked.language), _source(where, digest))


@transaction.atomic
def choose_all(
    topics: Mapping[Supporter, Iterable[str]], supporters: Iterable[Supporter], others: Mapping[str, bool], where: str
) -> None:
    """Let a person have these topics at each of their addresses, and yes or no for each other channel."""
    for supporter, wanted in topics.items():
        choose(supporter, wanted, where=where)
    for supporter in supporters:
        for channel, yes in others.items():
            said = words.agreed_otherwise(channel, supporter.language)
            consents.say(supporter, [EVERYTHING] if yes else [], said, where, channel)


@transaction.atomic
def stop(supporter: Supporter, digest: int = 0, where: str = "unsubscribe link") -> None:
    """Send a supporter no more updates; the second time changes nothing and counts nothing."""
    locked = Supporter.objects.select_for_update().get(pk=supporter.pk)
    changed = consents.stop(locked, words.stopped(locked.language), _source(where, digest))
    if changed and digest:
        Digest.objects.filter(pk=digest).update(unsubscribed=F("unsubscribed") + 1)


def _source(what: str, digest: int) -> str:
    return f"{what}, digest {digest}" if digest else what
