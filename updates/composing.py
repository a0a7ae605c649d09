"""What a digest says at this moment: its words, and those of its stories that may go out by e-mail now.

Asked anew for every letter: a story that is withdrawn while a digest is being sent is missing from the next letter.
"""

import datetime
import threading
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone

from public_pages.models import Edition
from safeguarding import gate
from safeguarding.models import Channel
from stories import takedown
from stories.addresses import absolute_media_address
from stories.models import Story
from updates.models import Digest, DigestStory

COLUMN = 552  # the width of the letter's column, in pixels
# Nothing is believed longer than this, even where no new edition says that something changed.
BELIEVED = datetime.timedelta(seconds=60)


@dataclass(frozen=True)
class ToldStory:
    """A story as a letter tells it."""

    title: str
    words: str
    address: str
    language: str
    note: str
    picture: str
    alt: str


@dataclass(frozen=True)
class Composed:
    """A digest's content, good for one edition of the site and until a moment."""

    edition: int
    changed_at: datetime.datetime
    until: datetime.datetime
    subject: str
    paragraphs: tuple[str, ...]
    stories: tuple[ToldStory, ...]
    left_out: tuple[str, ...]  # titles, for its editors

    @property
    def empty(self) -> bool:
        """Return whether stories were chosen and none may be told."""
        return bool(self.left_out) and not self.stories


_kept: dict[int, Composed] = {}
_lock = threading.Lock()


def compose(digest: Digest) -> Composed:
    """Return what the digest says now, read anew."""
    edition, now = Edition.current(), timezone.now()
    told: list[ToldStory] = []
    left_out: list[str] = []
    ends = [now + BELIEVED]
    for chosen in digest.chosen.select_related("story__live_revision"):
        if may_be_mailed(chosen.story):
            told.append(_told(chosen))
            ends += [chosen.story.live_until] if chosen.story.live_until else []
        else:
            left_out.append(chosen.story.title)
    paragraphs = tuple(" ".join(part.split()) for part in digest.introduction.replace("\r", "").split("\n\n") if part.strip())
    return Composed(edition, digest.changed_at, min(ends), digest.subject, paragraphs, tuple(told), tuple(left_out))


def composed(digest: Digest) -> Composed:
    """Return what a digest, just read, says now; its stories as read before where nothing changed since.

    One query for the edition: every publishing and every withdrawal begins a new one.
    """
    kept = _kept.get(digest.pk)
    if kept and (kept.edition, kept.changed_at) == (Edition.current(), digest.changed_at) and kept.until > timezone.now():
        return kept
    fresh = compose(digest)
    with _lock:
        if len(_kept) > 20:
            _kept.clear()
        _kept[digest.pk] = fresh
    return fresh


def may_be_mailed(story: Story) -> bool:
    """Return whether a story may go out by e-mail now: public, meant for e-mail, and every person in it agrees to that."""
    revision = story.live_revision
    if revision is None or not story.is_public() or Channel.EMAIL not in revision.content["channels"]:
        return False
    uses = {use for use in takedown.live_uses(story) if use.channel == Channel.EMAIL}
    return not gate.judge(uses).refusals


def _told(chosen: DigestStory) -> ToldStory:
    story, content = chosen.story, chosen.story.live_revision.content  # type: ignore[union-attr]  # may_be_mailed
    picture, alt = _picture(content["lead"])
    return ToldStory(
        title=content["title"],
        words=chosen.words or content["standfirst"],
        address=settings.SITE_URL + story.get_absolute_url(),
        language=content["language"],
        note=content["content_note"],
        picture=picture,
        alt=alt,
    )


def _picture(lead: dict[str, Any] | None) -> tuple[str, str]:
    """Return the address and words of a story's picture, the same for every reader: it tells nobody who has opened a mail."""
    crops = (lead or {}).get("crops") or {}
    name = "wide" if "wide" in crops else "full"
    widths = (crops.get(name) or {}).get("widths") or []
    if lead is None or not widths:
        return "", ""
    width = min((width for width in widths if width >= COLUMN), default=max(widths))
    return absolute_media_address(f"p/{lead['token']}/{name}-{width}.jpg"), lead["alt"]
