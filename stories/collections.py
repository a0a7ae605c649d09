"""The home collection as readers see it: its words, and the chapters whose stories are public now."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from stories.models import Captions, Chapter, Collection, Story
from stories.models.collections import HOME_SLUG
from stories.models.stories import Status
from stories.text import clean_html


def _through(relation: str, columns: tuple[str, ...]) -> list[str]:
    return [f"{relation}__{column}" for column in columns]


# What the page and as_data() read. The rest, long texts among it, stays where it is.
PICTURE_COLUMNS = (
    "token", "alt", "decorative", "credit", "origin", "focal_x", "focal_y", "colour", "stand_in", "renditions", "share_bytes"
)  # fmt: skip
CLIP_COLUMNS = ("token", "title", "host", "video_id", "unlisted_hash", "width", "height", "duration_ms", "transcript", "poster")
STORY_COLUMNS = ("slug", "language", "status", "publish_at", "live_until", "live_revision__content")
CHAPTER_COLUMNS = (
    "words",
    "quote",
    *_through("story", STORY_COLUMNS),
    *_through("clip", CLIP_COLUMNS),
    *_through("clip__poster", PICTURE_COLUMNS),
)


@dataclass(frozen=True)
class ChapterView:
    """One chapter: the story's snapshot and address, the words that lead into it, its clip, a quote after it."""

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
    found = {c.language: c for c in _homes().filter(language__in={language, settings.LANGUAGE_CODE})}
    collection = found.get(language) or found.get(settings.LANGUAGE_CODE)
    if collection is None:
        return None
    # A collection has few chapters: all are fetched, and the clock is asked here, where it also tells the next change.
    at = timezone.now()
    chapters = list(_chapters().filter(collection=collection))
    return CollectionView(
        language=collection.language,
        title=collection.title,
        introduction=clean_html(collection.introduction),
        lead=collection.lead.as_data() if collection.lead else None,
        chapters=[_view(chapter) for chapter in chapters if chapter.story.is_public(at)],
        fresh_until=min((time for chapter in chapters for time in _changes_after(at, chapter.story)), default=None),
    )


def _homes() -> QuerySet[Collection]:
    homes = Collection.objects.filter(slug=HOME_SLUG, published=True).select_related("lead")
    return homes.only("language", "title", "introduction", *_through("lead", PICTURE_COLUMNS))


def _chapters() -> QuerySet[Chapter]:
    captions = Prefetch("clip__captions", Captions.objects.only("clip", "language"))  # not their text
    return (
        Chapter.objects.select_related("story__live_revision", "clip__poster").prefetch_related(captions).only(*CHAPTER_COLUMNS)
    )


def _changes_after(at: datetime.datetime, story: Story) -> list[datetime.datetime]:
    """Return when the clock makes a story public or ends that; nothing while it is not published."""
    times = (story.publish_at, story.live_until) if story.status == Status.PUBLISHED else ()
    return [time for time in times if time and time > at]


def _view(chapter: Chapter) -> ChapterView:
    assert chapter.story.live_revision is not None  # published() says so
    return ChapterView(
        address=chapter.story.get_absolute_url(),
        content=chapter.story.live_revision.content,
        words=clean_html(chapter.words),
        clip=chapter.clip.as_data() if chapter.clip else None,
        quote=chapter.quote,
    )
