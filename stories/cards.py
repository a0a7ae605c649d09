"""The rendered cards of stories, fetched together and lightly."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, QuerySet, Value, When

from stories import rendering
from stories.models import ShelvedStory, Story


@dataclass(frozen=True)
class FetchedCard:
    """A public story's card; title and text where a search asks for them."""

    story: int
    html: str
    title: str = ""
    text: str = ""


def fetch(
    stories: Sequence[int] | QuerySet[ShelvedStory, Any], at: datetime.datetime, with_text: bool = False
) -> list[FetchedCard]:
    """Return the cards of those of the stories that are public at a moment, newest first: one query.

    A card rendered before the last deployment is rendered anew from the content, which is only then fetched.
    """
    fresh = When(live_revision__rendered_by=rendering.fingerprint(), then=Value(None))
    columns: list[Any] = ["pk", "slug", "live_revision__card_html", Case(fresh, default=F("live_revision__content"))]
    if with_text:
        columns += ["search_document__title", "search_document__text"]
    rows = Story.objects.published(at).filter(pk__in=stories).newest_first().values_list(*columns)
    return [
        FetchedCard(pk, html if content is None else rendering.card_of(content, slug), *texts)
        for pk, slug, html, content, *texts in rows
    ]
