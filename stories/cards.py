"""The rendered cards of stories, fetched together and lightly."""

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from stories import rendering
from stories.models import ShelvedStory


@dataclass(frozen=True)
class FetchedCard:
    """A public story's card; title and text where a search asks for them."""

    story: int
    html: str
    title: str = ""
    text: str = ""


# By hand: every story page, list and search asks this, and the ORM takes longer to put it into words than a database to
# answer. The clock's conditions are those of StoryQuerySet.published.
_CARDS = """
SELECT s.id, s.slug, r.card_html, CASE WHEN r.rendered_by = %s THEN NULL ELSE r.content END{texts}
FROM stories_story AS s JOIN stories_storyrevision AS r ON r.id = s.live_revision_id {join}
WHERE s.id IN ({stories}) AND s.status = 'published' AND s.publish_at <= %s AND (s.live_until IS NULL OR s.live_until > %s)
ORDER BY s.publish_at DESC, s.id DESC"""
_TEXTS = {"texts": ", d.title, d.text", "join": "LEFT JOIN stories_searchdocument AS d ON d.story_id = s.id"}
_NO_TEXTS = {"texts": "", "join": ""}


def fetch(
    stories: Sequence[int] | QuerySet[ShelvedStory, Any], at: datetime.datetime, with_text: bool = False
) -> list[FetchedCard]:
    """Return the cards of those of the stories that are public at a moment, newest first: one query.

    A card rendered before the last deployment is rendered anew from the content, which is only then fetched.
    """
    if isinstance(stories, QuerySet):
        wanted, ids = stories.query.sql_with_params()
    elif stories:
        wanted, ids = ", ".join(["%s"] * len(stories)), tuple(stories)
    else:
        return []
    moment = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        question = _CARDS.format(stories=wanted, **(_TEXTS if with_text else _NO_TEXTS))
        cursor.execute(question, [rendering.fingerprint(), *ids, moment, moment])
        rows = cursor.fetchall()
    return [
        FetchedCard(pk, html if content is None else rendering.card_of(json.loads(content), slug), *texts)
        for pk, slug, html, content, *texts in rows
    ]
