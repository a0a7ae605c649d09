"""Shelves: the lists a story stands in. All of a language, of a place, of a theme, of both; each knows its total.

A list page is one step along one shelf, however the filters are combined and however many stories there are.
"""

import datetime
import functools
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from stories.models import SearchDocument, Shelf, ShelvedStory
from stories.models.search import last_position
from stories.models.stories import STORY_LANGUAGES, interface_language


def put(document: SearchDocument, at: datetime.datetime | None = None) -> None:
    """Put a document's story on its shelves, and count it there if it is public at a moment (default now)."""
    shelves = _shelves_of(document)
    ShelvedStory.objects.filter(story_id=document.story_id).delete()  # left over where a document was lost
    ShelvedStory.objects.bulk_create(
        ShelvedStory(shelf=shelf, story_id=document.story_id, position=document.position, live_until=document.live_until)
        for shelf in shelves
    )
    if is_public(document, at):
        count(document)


def take_off(document: SearchDocument) -> None:
    """Take a document's story off its shelves and out of their totals."""
    if document.counted:
        _add_to_totals(document, -1)
    ShelvedStory.objects.filter(story_id=document.story_id).delete()


def count(document: SearchDocument) -> None:
    """Let the totals count a story that has become public."""
    SearchDocument.objects.filter(pk=document.pk).update(counted=True)
    document.counted = True
    _add_to_totals(document, 1)


def is_public(document: SearchDocument, at: datetime.datetime | None = None) -> bool:
    """Return whether the clock shows a document at a moment (default now)."""
    at = at or timezone.now()
    return document.position <= last_position(at) and (document.live_until is None or document.live_until > at)


def _add_to_totals(document: SearchDocument, change: int) -> None:
    Shelf.objects.filter(entries__story_id=document.story_id).order_by().update(total=F("total") + change)


def _shelves_of(document: SearchDocument) -> list[Shelf]:
    """Return the shelves of a document, made where they are new."""
    themes = [None, *map(int, document.theme_ids.split())]
    wanted = set(product(dict.fromkeys([None, document.place_id]), themes))
    known = {(shelf.place_id, shelf.theme_id): shelf for shelf in _kept(document.language, wanted)}
    made = [Shelf(language=document.language, place_id=place, theme_id=theme) for place, theme in wanted - known.keys()]
    return [*known.values(), *Shelf.objects.bulk_create(made)]


def _kept(language: str, wanted: Iterable[tuple[int | None, int | None]]) -> list[Shelf]:
    wanted = set(wanted)
    return [shelf for shelf in Shelf.objects.filter(language=language) if (shelf.place_id, shelf.theme_id) in wanted]


class ShelfRow(NamedTuple):
    """One shelf as a list page needs it: its total, and the place and theme it is for."""

    pk: int
    total: int
    place: int | None
    place_slug: str | None
    country: str | None
    region: str | None
    theme: int | None
    theme_slug: str | None
    theme_name: str | None
    theme_translations: str | None  # JSON


@dataclass(frozen=True)
class Board:
    """The shelves of a language that a choice of place and theme touches, and when the clock next changes them."""

    rows: dict[tuple[int | None, int | None], ShelfRow]
    place: int | None
    theme: int | None
    next_change: datetime.datetime | None

    @property
    def chosen(self) -> ShelfRow | None:
        """Return the shelf of the choice; None while no story ever stood there."""
        return self.rows.get((self.place, self.theme))


# By hand: every list and search asks this, and the ORM takes longer to put it into words than a database to answer.
# `|| ''` keeps both engines from an index by language: the next moment is one step into an index by time.
_BOARD = """
SELECT
  (SELECT publish_at FROM stories_story WHERE status = 'published' AND publish_at > %s AND language || '' IN ({languages})
   ORDER BY publish_at LIMIT 1),
  (SELECT live_until FROM stories_story WHERE status = 'published' AND live_until > %s AND language || '' IN ({languages})
   ORDER BY live_until LIMIT 1),
  s.id, s.total, s.place_id, p.slug, p.country, p.region, s.theme_id, t.slug, t.name, t.translations
FROM stories_shelf AS s LEFT JOIN stories_place AS p ON p.id = s.place_id LEFT JOIN stories_theme AS t ON t.id = s.theme_id
WHERE s.language = %s AND (s.place_id IS NULL OR s.theme_id IS NULL OR p.slug = %s OR t.slug = %s)"""


def board(language: str, place_slug: str, theme_slug: str, at: datetime.datetime) -> Board:
    """Return the shelves that a list page counts from: one query. A slug that no shelf has is no choice."""
    languages = languages_of(language)
    moment = connection.ops.adapt_datetimefield_value(at)
    params = [moment, *languages, moment, *languages, language, place_slug, theme_slug]
    with connection.cursor() as cursor:
        cursor.execute(_BOARD.format(languages=", ".join(["%s"] * len(languages))), params)
        found = cursor.fetchall()
    rows: dict[tuple[int | None, int | None], ShelfRow] = {}
    place = theme = None
    for _begins, _ends, *values in found:
        row = ShelfRow(*values)
        rows[row.place, row.theme] = row
        place = row.place if place_slug and row.place_slug == place_slug else place
        theme = row.theme if theme_slug and row.theme_slug == theme_slug else theme
    changes = [moment for moment in map(_moment, found[0][:2]) if moment] if found else []
    return Board(rows, place, theme, min(changes, default=None))


def _moment(value: datetime.datetime | str | None) -> datetime.datetime | None:
    """Return a moment as either engine answers it: SQLite keeps UTC without saying so."""
    moment = datetime.datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=datetime.UTC) if moment and moment.tzinfo is None else moment


@functools.cache
def languages_of(language: str) -> list[str]:
    """Return the languages of the stories that the list of an interface language shows."""
    return [code for code, _name in STORY_LANGUAGES if interface_language(code) == language]


def standing(at: datetime.datetime) -> QuerySet[ShelvedStory]:
    """Return places on shelves that the clock shows, newest first."""
    shown = Q(live_until=None) | Q(live_until__gt=at)
    return ShelvedStory.objects.filter(shown, position__lte=last_position(at)).order_by("-position")
