"""The rendered cards of stories, fetched together and lightly."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

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

    A card rendered before the last deployment is rendered anew from the content, which only then is fetched: one more.
    """
    columns = ["pk", "slug", "live_revision__card_html", "live_revision__rendered_by"]
    if with_text:
        columns += ["search_document__title", "search_document__text"]
    rows = list(Story.objects.published(at).filter(pk__in=stories).newest_first().values_list(*columns))
    stale = [pk for pk, _slug, _html, rendered_by, *_texts in rows if rendered_by != rendering.fingerprint()]
    contents = dict(Story.objects.filter(pk__in=stale).values_list("pk", "live_revision__content")) if stale else {}
    return [
        FetchedCard(pk, rendering.card_of(contents[pk], slug) if pk in contents else html, *texts)
        for pk, slug, html, _rendered_by, *texts in rows
    ]
