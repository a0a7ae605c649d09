"""The home collection as readers see it: its words, and the chapters whose stories are public now."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.conf import settings
from django.utils import timezone

from stories.models import Captions, Chapter, Clip, Collection, Picture, Story
from stories.models.collections import HOME_SLUG
from stories.models.stories import Status
from stories.text import clean_html
from stories.worded import Worded, made


def _through(relation: str, columns: tuple[str, ...]) -> list[str]:
    return [f"{relation}__{column}" for column in columns]


# What the page and as_data() read. The rest, long texts among it, stays where it is.
PICTURE_COLUMNS = (
    "id", "token", "alt", "decorative", "credit", "origin", "focal_x", "focal_y", "colour", "stand_in", "renditions",
    "share_bytes",
)  # fmt: skip
CLIP_COLUMNS = (
    "id", "token", "title", "host", "video_id", "unlisted_hash", "width", "height", "duration_ms", "transcript", "poster_id"
)  # fmt: skip
STORY_COLUMNS = ("id", "slug", "language", "status", "publish_at", "live_until", "live_revision_id")

COLLECTION_COLUMNS = ("id", "language", "title", "introduction", "lead_id")

_HOMES = Worded(
    lambda: Collection.objects.filter(slug="", published=True).values_list(
        *COLLECTION_COLUMNS, *_through("lead", PICTURE_COLUMNS)
    )
)
_CHAPTERS = Worded(
    lambda: Chapter.objects.filter(collection=0).values_list(
        "words",
        "quote",
        "story__live_revision__content",
        *_through("story", STORY_COLUMNS),
        *_through("clip", CLIP_COLUMNS),
        *_through("clip__poster", PICTURE_COLUMNS),
    )
)
_CAPTIONS = Worded(
    lambda: (
        Captions.objects.filter(clip__in=Chapter.objects.filter(collection=0).order_by().values("clip"))
        .order_by("pk")
        .values_list("clip", "language")
    )
)


# What a chapter shows of its story.
SHOWN = ("title", "standfirst", "language", "place", "lead")


@dataclass(frozen=True)
class ChapterView:
    """One chapter: what it shows of the story's snapshot, its address, the words that lead into it, its clip, a quote after it."""

    address: str
    content: dict[str, Any]
    words: str
    clip: dict[str, Any] | None
    quote: str


@dataclass(frozen=True)
class CollectionView:
    """A collection ready for its template."""

    language: str  # of its words: the default one where there is no translation
    title: str
    introduction: str
    lead: dict[str, Any] | None
    chapters: list[ChapterView]
    fresh_until: datetime.datetime | None


def home(language: str) -> CollectionView | None:
    """Return the home collection in a language, else in the default one, else None: three queries."""
    found = {home.language: home for home in map(_home, _HOMES.rows(HOME_SLUG))}
    collection = found.get(language) or found.get(settings.LANGUAGE_CODE)
    if collection is None:
        return None
    # A collection has few chapters: all are fetched, and the clock is asked here, where it also tells the next change.
    at = timezone.now()
    captions: dict[int, list[str]] = defaultdict(list)
    for clip, spoken in _CAPTIONS.rows(collection.pk):
        captions[clip].append(spoken)
    chapters = [_Chapter(row, captions) for row in _CHAPTERS.rows(collection.pk)]
    return CollectionView(
        language=collection.language,
        title=collection.title,
        introduction=clean_html(collection.introduction),
        lead=collection.lead.as_data() if collection.lead else None,
        chapters=[chapter.view() for chapter in chapters if chapter.story.is_public(at)],
        fresh_until=min((time for chapter in chapters for time in _changes_after(at, chapter.story)), default=None),
    )


def _home(row: Sequence[Any]) -> Collection:
    collection = made(Collection, COLLECTION_COLUMNS, row[: len(COLLECTION_COLUMNS)])
    if collection.lead_id:
        collection.lead = made(Picture, PICTURE_COLUMNS, row[len(COLLECTION_COLUMNS) :])
    return collection


def _changes_after(at: datetime.datetime, story: Story) -> list[datetime.datetime]:
    """Return when the clock makes a story public or ends that; nothing while it is not published."""
    times = (story.publish_at, story.live_until) if story.status == Status.PUBLISHED else ()
    return [time for time in times if time and time > at]


class _Chapter:
    """A row of _CHAPTERS."""

    def __init__(self, row: Sequence[Any], captions: dict[int, list[str]]) -> None:
        values = iter(row)
        self.words, self.quote, self.content = islice(values, 3)
        self.story = made(Story, STORY_COLUMNS, list(islice(values, len(STORY_COLUMNS))))
        self.clip = made(Clip, CLIP_COLUMNS, list(islice(values, len(CLIP_COLUMNS))))
        poster = made(Picture, PICTURE_COLUMNS, list(values))
        self.clip.poster = poster if poster.pk else None
        self.captions = captions[self.clip.pk]

    def view(self) -> ChapterView:
        return ChapterView(
            address=self.story.get_absolute_url(),
            content={name: self.content[name] for name in SHOWN},
            words=clean_html(self.words),
            clip=self.clip.as_data(self.captions) if self.clip.pk else None,
            quote=self.quote,
        )
