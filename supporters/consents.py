"""What people agreed to, read from the rows that are never changed: for each topic of a channel, the newest word counts.

A row of the purpose "updates" speaks of every topic of its channel at once: the giving form asks for all of them in one
sentence, and whoever stops everything stops all.
"""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from supporters.models import Supporter, SupporterConsent

EVERYTHING = "updates"


class Channel(TextChoices):
    """How somebody may be reached."""

    EMAIL = "email", _("E-mail")
    POST = "post", _("Post")
    PHONE = "phone", _("Telephone")


class Topic(TextChoices):
    """What the e-mails are about."""

    STORIES = "stories", _("Stories")
    EVENTS = "events", _("Events")
    WAYS = "ways", _("Ways to help")


# What may be agreed to: e-mail by topic, the others as a whole.
TOPICS: dict[str, tuple[str, ...]] = {
    Channel.EMAIL: tuple(Topic.values),
    Channel.POST: (EVERYTHING,),
    Channel.PHONE: (EVERYTHING,),
}


def standing(supporters: Iterable[int], channel: str = Channel.EMAIL) -> dict[int, frozenset[str]]:
    """Return, for each key of a supporter, the topics agreed to in a channel as of now. One query.

    A row that was said to be of a day still to come does not count yet.
    """
    agreed: dict[int, set[str]] = {pk: set() for pk in supporters}
    rows = SupporterConsent.objects.filter(supporter__in=agreed.keys(), channel=channel, at__lte=timezone.now())
    for supporter, purpose, given in rows.order_by("at", "pk").values_list("supporter_id", "purpose", "given"):
        topics = TOPICS[channel] if purpose == EVERYTHING else (purpose,)
        if given:
            agreed[supporter].update(topics)
        else:
            agreed[supporter].difference_update(topics)
    return {pk: frozenset(topics) for pk, topics in agreed.items()}


def of(supporter: Supporter, channel: str = Channel.EMAIL) -> frozenset[str]:
    """Return the topics one supporter agrees to in a channel."""
    return standing([supporter.pk], channel)[supporter.pk]


def say(
    supporter: Supporter,
    wanted: Iterable[str],
    words: Mapping[str, Any],
    source: str,
    channel: str = Channel.EMAIL,
    at: datetime.datetime | None = None,
) -> int:
    """Write down what somebody wants of a channel from now on, a row for each topic that changes; return how many.

    `words` says for each topic exactly what the person read. Lock the supporter where two may speak at once.
    """
    before, after = of(supporter, channel), frozenset(wanted) & frozenset(TOPICS[channel])
    rows = [
        SupporterConsent(
            supporter=supporter, channel=channel, purpose=topic, given=topic in after, words=str(words[topic]),
            source=source[:40], at=at or timezone.now(),
        )
        for topic in TOPICS[channel] if (topic in before) != (topic in after)
    ]  # fmt: skip
    SupporterConsent.objects.bulk_create(rows)
    return len(rows)


def stop(supporter: Supporter, words: str, source: str, channel: str = Channel.EMAIL) -> bool:
    """Write down that somebody wants nothing more by a channel; return whether that changes anything."""
    if not of(supporter, channel):
        return False
    SupporterConsent.objects.create(
        supporter=supporter, channel=channel, purpose=EVERYTHING, given=False, words=str(words), source=source[:40]
    )
    return True
