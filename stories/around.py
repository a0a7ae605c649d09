"""What stands around a story: the editor's choice for it, and its neighbours on every shelf it stands on."""

import datetime
from collections.abc import Iterable

from django.db import connection
from django.db.models import Q

from stories.models import Shelf, ShelvedStory, Story
from stories.models.search import last_position, position_of
from stories.models.stories import interface_language

CHOICES = 3
NEWEST = 4

_STANDING = "FROM stories_shelvedstory AS o WHERE o.shelf_id = mine.shelf_id AND (o.live_until IS NULL OR o.live_until > %s)"
# One upper bound each: given two, SQLite may begin at the newest and walk down a hundred thousand stories to this one.
_OLDER = f"(SELECT o.story_id {_STANDING} AND o.position < mine.position ORDER BY o.position DESC LIMIT 1)"
_CHOICE = (
    "(SELECT c.to_story_id FROM stories_story_related AS c WHERE c.from_story_id = mine.story_id ORDER BY c.id LIMIT 1 OFFSET {})"
)
_NEWEST = f"(SELECT o.story_id {_STANDING} AND o.position <= %s AND o.story_id <> mine.story_id ORDER BY o.position DESC LIMIT 1 OFFSET {{}})"
# By hand: every story page asks this, and the ORM takes many times as long to put it into words as a database to answer.
# Each scalar subquery is one step into an index, however many stories a shelf holds.
_COLUMNS = [_OLDER, *map(_CHOICE.format, range(CHOICES)), *map(_NEWEST.format, range(NEWEST))]
_QUERY = (
    f"SELECT s.place_id, s.theme_id, {', '.join(_COLUMNS)} "  # noqa: S608  made of the constants above
    "FROM stories_shelvedstory AS mine JOIN stories_shelf AS s ON s.id = mine.shelf_id WHERE mine.story_id = %s"
)


def shelves_around(story: int, at: datetime.datetime) -> list[tuple[int | None, ...]]:
    """Return a row for each shelf a story stands on, from one query.

    A row: place, theme, the next older story there, the editor's `CHOICES` (the same in every row), the `NEWEST` other
    stories there; ids, None where there is none. The clock decides who stands on a shelf, not who was chosen.
    """
    moment = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        cursor.execute(_QUERY, [moment, *[moment, last_position(at)] * NEWEST, story])
        return cursor.fetchall()


def shelves_to_be(
    story: Story, themes: Iterable[int], related: Iterable[int], at: datetime.datetime
) -> list[tuple[int | None, ...]]:
    """Return what `shelves_around` would say of a story and its choices once it is published. A few queries a shelf."""
    position = position_of(story.publish_at or at, story.pk or 0)
    places, kinds = {None, story.place_id}, {None, *themes}
    shelves = [
        shelf
        for shelf in Shelf.objects.filter(language=interface_language(story.language))
        if shelf.place_id in places and shelf.theme_id in kinds
    ]
    chosen: list[int | None] = [*list(related)[:CHOICES], *[None] * CHOICES][:CHOICES]
    found: list[tuple[int | None, ...]] = []
    for shelf in shelves:
        on_it = ShelvedStory.objects.filter(Q(live_until=None) | Q(live_until__gt=at), shelf=shelf).exclude(story=story.pk)
        newest = on_it.order_by("-position").values_list("story_id", flat=True)
        older = newest.filter(position__lt=position).first()
        shown: list[int | None] = list(newest.filter(position__lte=last_position(at))[:NEWEST])
        found.append((shelf.place_id, shelf.theme_id, older, *chosen, *shown, *[None] * (NEWEST - len(shown))))
    return found
