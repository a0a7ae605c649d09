"""Shelves: the lists a story stands in. All of a language, of a place, of a theme, of both; each knows its total.

A list page is one step along one shelf, however the filters are combined and however many stories there are.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from stories.models import SearchDocument, Shelf, ShelvedStory, Story
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


@dataclass(frozen=True)
class ShelfRow:
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
    theme_translations: dict[str, str] | None


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


def board(language: str, place_slug: str, theme_slug: str, at: datetime.datetime) -> Board:
    """Return the shelves that a list page counts from: one query. A slug that no shelf has is no choice."""
    begins, ends = Story.objects.filter(language__in=languages_of(language)).next_changes(at)
    touched = Q(place=None) | Q(theme=None)
    if place_slug:
        touched |= Q(place__slug=place_slug)
    if theme_slug:
        touched |= Q(theme__slug=theme_slug)
    found = Shelf.objects.filter(touched, language=language).values_list(
        "pk", "total", "place", "place__slug", "place__country", "place__region",
        "theme", "theme__slug", "theme__name", "theme__translations", begins, ends,
    )  # fmt: skip
    rows: dict[tuple[int | None, int | None], ShelfRow] = {}
    place = theme = next_change = None
    for *values, begins_at, ends_at in found:
        row = ShelfRow(*values)
        rows[row.place, row.theme] = row
        place = row.place if place_slug and row.place_slug == place_slug else place
        theme = row.theme if theme_slug and row.theme_slug == theme_slug else theme
        next_change = min((time for time in (begins_at, ends_at) if time), default=None)
    return Board(rows, place, theme, next_change)


def languages_of(language: str) -> list[str]:
    """Return the languages of the stories that the list of an interface language shows."""
    return [code for code, _name in STORY_LANGUAGES if interface_language(code) == language]


def standing(at: datetime.datetime) -> QuerySet[ShelvedStory]:
    """Return places on shelves that the clock shows, newest first."""
    shown = Q(live_until=None) | Q(live_until__gt=at)
    return ShelvedStory.objects.filter(shown, position__lte=last_position(at)).order_by("-position")
