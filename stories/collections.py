"""The home collection as readers see it: its words, and the chapters whose stories are public now."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from stories.models import Chapter, Collection, Story
from stories.models.collections import HOME_SLUG
from stories.text import clean_html


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

    title: str
    introduction: str
    lead: dict[str, Any] | None
    chapters: list[ChapterView]
    fresh_until: datetime.datetime | None


def home(language: str) -> CollectionView | None:
    """Return the home collection in a language, else in the default one, else None: three queries."""
    found = {
        c.language: c
        for c in Collection.objects.filter(slug=HOME_SLUG, published=True, language__in={language, settings.LANGUAGE_CODE}).select_related("lead")
    }
    collection = found.get(language) or found.get(settings.LANGUAGE_CODE)
    if collection is None:
        return None
    chapters = (
        Chapter.objects.filter(collection=collection, story__in=Story.objects.published())
        .select_related("story__live_revision", "clip__poster")
        .prefetch_related("clip__captions")
    )
    return CollectionView(
        title=collection.title,
        introduction=clean_html(collection.introduction),
        lead=collection.lead.as_data() if collection.lead else None,
        chapters=[_view(chapter) for chapter in chapters],
        fresh_until=Story.objects.filter(collections=collection).next_change(),
    )


def _view(chapter: Chapter) -> ChapterView:
    return ChapterView(
        address=chapter.story.get_absolute_url(),
        content=chapter.story.live_revision.content,
        words=clean_html(chapter.words),
        clip=chapter.clip.as_data() if chapter.clip else None,
        quote=chapter.quote,
    )
