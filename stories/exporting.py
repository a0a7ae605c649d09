"""Stories for other hands: their facts for a spreadsheet, everything of them as JSON.

Withdrawn stories are left out: nobody should make another copy of what somebody wanted gone (safeguarding rule 4). Whose
consent a story rests on is never in it.
"""

import datetime
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Subquery

from stories import publishing
from stories.models import Story, StoryRevision
from stories.models.stories import Status
from stories.snapshots import blocks_in_order, content_of

CHUNK = 200  # stories held at once

COLUMNS = (
    "Address", "Title", "Standfirst", "By", "Language", "State", "Goes live (UTC)", "Shown until (UTC)", "Country", "Region", "Themes",
    "Goes out through", "Translation of", "Lead picture", "Changed (UTC)",
)  # fmt: skip


def exportable(found: Any) -> Any:
    """Return the stories of a query that may leave the house, in their order."""
    return found.exclude(status=Status.WITHDRAWN)


def rows(found: Any) -> Iterator[Iterable[object]]:
    """Yield the heading and a row of facts for each story: two queries for every CHUNK of them."""
    yield COLUMNS
    stories = exportable(found).select_related("place", "lead", "translation_of").prefetch_related("themes")
    for story in stories.iterator(chunk_size=CHUNK):
        place = story.place
        yield (
            address(story),
            story.title,
            story.standfirst,
            story.byline,
            story.language,
            publishing.where(story),
            _utc(story.publish_at),
            _utc(story.live_until or story.expire_at),
            place.country.name if place else "",
            place.region if place else "",
            ", ".join(theme.name for theme in story.themes.all()),
            ", ".join(story.channels),
            address(story.translation_of) if story.translation_of else "",
            story.lead.title if story.lead else "",
            _utc(story.changed_at),
        )


def as_json(found: Any) -> Iterator[str]:
    """Yield the lines of a JSON file, a story each: three queries for every CHUNK of them."""
    newest = StoryRevision.objects.filter(story=OuterRef("pk")).order_by("-number").values("pk")[:1]
    stories = exportable(found).annotate(newest=Subquery(newest)).select_related("translation_of", "lead", "place")
    first = True
    yield '{"version": 1, "stories": ['
    chunk: list[Any] = []
    for story in stories.iterator(chunk_size=CHUNK):
        chunk.append(story)
        if len(chunk) == CHUNK:
            yield from _objects(chunk, first=first)
            first, chunk = False, []
    yield from _objects(chunk, first=first)
    yield "\n]}\n"


def _objects(stories: list[Any], *, first: bool) -> Iterator[str]:
    wanted = {pk for story in stories for pk in (story.newest, story.live_revision_id) if pk}
    revisions = StoryRevision.objects.only("content", "number", "story_id", "published_at").in_bulk(wanted)
    for number, story in enumerate(stories):
        separator = "\n" if first and number == 0 else ",\n"
        yield separator + json.dumps(_everything(story, revisions), ensure_ascii=False)


def _everything(story: Any, revisions: dict[int, StoryRevision]) -> dict[str, Any]:
    """Return a story as plain data: what is being written, and what readers see where that is something."""
    newest, live = revisions.get(story.newest), revisions.get(story.live_revision_id or 0)
    return {
        "address": address(story),
        "slug": story.slug,
        "language": story.language,
        "translation_of": story.translation_of.slug if story.translation_of else None,
        "status": story.status,
        "stage": story.stage,
        "state": story.state().value,
        "publish_at": _iso(story.publish_at),
        "live_until": _iso(story.live_until),
        "changed_at": _iso(story.changed_at),
        "working_copy": _told(newest.content if newest else content_of(story, blocks_in_order(story))),
        "published": _told(live.content) if live else None,
    }


def _told(content: dict[str, Any]) -> dict[str, Any]:
    blocks = [{name: value for name, value in block.items() if name != "key"} for block in content["blocks"]]
    return {name: value for name, value in content.items() if name != "people"} | {"blocks": blocks}


def address(story: Story) -> str:
    """Return the whole address at which readers find a story."""
    return settings.SITE_URL + story.get_absolute_url()


def _utc(moment: datetime.datetime | None) -> str:
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def _iso(moment: datetime.datetime | None) -> str | None:
    return moment.astimezone(datetime.UTC).isoformat() if moment else None
