"""Lists of published stories: all, filtered, searched, and what to read next."""

import datetime
import functools
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone, translation

from stories import around, cards, search, shelves
from stories.models import Place, Story, Theme
from stories.search.excerpts import excerpt

PER_PAGE = 12
RELATED = 3
SUGGESTED = 3
_SLUG = re.compile(r"[-a-zA-Z0-9_]{1,80}")


@dataclass(frozen=True)
class Card:
    """One story in a list: its rendered card and, in a search, the words that matched (safe html)."""

    html: str
    excerpt: str = ""


@dataclass(frozen=True)
class Filter:
    """One choice of place or theme: what it is called, how many stories it leaves, and its address."""

    slug: str
    label: str
    count: int
    chosen: bool
    address: str


@dataclass(frozen=True)
class Page:
    """One page of a list and all that its template shows."""

    cards: list[Card]
    total: int
    number: int = 1
    pages: int = 1
    query: str = ""
    places: list[Filter] = field(default_factory=list)
    themes: list[Filter] = field(default_factory=list)
    previous_address: str = ""
    next_address: str = ""
    suggestions: list[Card] = field(default_factory=list)  # when nothing was found
    did_you_mean: str = ""
    fresh_until: datetime.datetime | None = None
    total_is_minimum: bool = False  # a search found more than it counts: "more than {total}"; counts of filters as well
    did_you_mean_address: str = ""  # the search for what was meant, the chosen filters kept


@dataclass(frozen=True)
class Neighbours:
    """What to read after a story."""

    next: Card | None
    related: list[Card]


@dataclass(frozen=True)
class _Asked:
    """What a list's address asks for, cleaned; `number` is not yet held to the pages there are."""

    query: str
    place: str
    theme: str
    number: int
    base: str

    def address(self, number: int = 1, /, **others: str) -> str:
        """Return the address of this list with some choices changed; an empty one is left out."""
        choices = {"q": self.query, "place": self.place, "theme": self.theme} | others
        kept = {name: value for name, value in choices.items() if value} | ({"page": str(number)} if number > 1 else {})
        return f"{self.base}?{urlencode(kept)}" if kept else self.base


def page(params: QueryDict, language: str) -> Page:
    """Return the page of stories that the parameters q, place, theme and page ask for.

    Two queries for a list, three for a search, five at most. Never raises for anything a reader may send: a page that
    is not there becomes the nearest, an unknown place or theme no choice.
    """
    with translation.override(language):
        at = timezone.now()
        query = search.cleaned(params.get("q", ""))
        place, theme = _slug(params.get("place", "")), _slug(params.get("theme", ""))
        board = shelves.board(language, place, theme, at)
        place, theme = place if board.place else "", theme if board.theme else ""
        asked = _Asked(query, place, theme, _number(params.get("page", "")), reverse("stories:list"))
        return _search(asked, board, language, at) if query else _list(asked, board, language, at)


def _list(asked: _Asked, board: shelves.Board, language: str, at: datetime.datetime) -> Page:
    total = board.chosen.total if board.chosen else 0
    pages = max(1, -(-total // PER_PAGE))
    number = min(asked.number, pages)
    shown: list[Card] = []
    if board.chosen and total:
        start = (number - 1) * PER_PAGE
        standing = shelves.standing(at).filter(shelf=board.chosen.pk).values("story")[start : start + PER_PAGE]
        shown = [Card(card.html) for card in cards.fetch(standing, at)]
    return Page(
        cards=shown,
        total=total,
        places=_filters(asked, board, {row.place: row.total for row in board.rows.values() if row.theme == board.theme}, "place"),
        themes=_filters(asked, board, {row.theme: row.total for row in board.rows.values() if row.place == board.place}, "theme"),
        suggestions=[] if shown else _suggestions(language, at),
        fresh_until=board.next_change,
        **_paging(asked, number, pages),
    )


def _search(asked: _Asked, board: shelves.Board, language: str, at: datetime.datetime) -> Page:
    results = search.find(asked.query, search.Facets(language, board.place, board.theme), at)
    hits = results.shown.hits
    pages = max(1, -(-len(hits) // PER_PAGE))
    number = min(asked.number, pages)
    wanted = [hit.story for hit in hits[(number - 1) * PER_PAGE : number * PER_PAGE]]
    fetched = {card.story: card for card in cards.fetch(wanted, at, with_text=True)} if wanted else {}
    found = results.found
    of_places = Counter(hit.place for hit in found.get(search.ANY_PLACE, results.shown).hits)
    of_themes: Counter[int | None] = Counter(
        theme for hit in found.get(search.ANY_THEME, results.shown).hits for theme in hit.themes
    )
    return Page(
        cards=[_with_excerpt(fetched[pk], results) for pk in wanted if pk in fetched],
        total=len(hits),
        total_is_minimum=results.shown.more,
        query=asked.query,
        places=_filters(asked, board, of_places, "place"),
        themes=_filters(asked, board, of_themes, "theme"),
        suggestions=[] if fetched else _suggestions(language, at),
        did_you_mean=results.did_you_mean,
        did_you_mean_address=asked.address(q=results.did_you_mean) if results.did_you_mean else "",
        fresh_until=board.next_change,
        **_paging(asked, number, pages),
    )


def _with_excerpt(card: cards.FetchedCard, results: search.Results) -> Card:
    return Card(card.html, excerpt(card.title, card.text, results.query))


def _filters(asked: _Asked, board: shelves.Board, counts: Mapping[int | None, int], kind: str) -> list[Filter]:
    """Return the places or themes that leave any story under the other choices, and the chosen one, by label."""
    language = translation.get_language()
    made = []
    for (place, theme), row in board.rows.items():
        pk, other, chosen = (place, theme, board.place) if kind == "place" else (theme, place, board.theme)
        if pk is None or other is not None or not (counts.get(pk) or pk == chosen):
            continue
        slug = str(row.place_slug or row.theme_slug)
        address = asked.address(**{kind: "" if pk == chosen else slug})
        made.append(Filter(slug, _label(row._replace(total=0), language), counts.get(pk, 0), pk == chosen, address))
    return sorted(made, key=lambda choice: choice.label.casefold())


# Remembered: countries' names are slow to look up, and there are few places and themes.
@functools.lru_cache(maxsize=4096)
def _label(row: shelves.ShelfRow, _language: str) -> str:
    """Return the name of a shelf's place or theme in the active language."""
    if row.place:
        return Place(country=str(row.country), region=row.region or "").name
    return Theme(name=str(row.theme_name), translations=json.loads(row.theme_translations or "{}")).label


def _paging(asked: _Asked, number: int, pages: int) -> dict[str, Any]:
    return {
        "number": number,
        "pages": pages,
        "previous_address": asked.address(number - 1) if number > 1 else "",
        "next_address": asked.address(number + 1) if number < pages else "",
    }


def _number(typed: str) -> int:
    """Return the page number typed, 1 for what is none; one past all pages stands for the last."""
    digits = typed.strip()
    if not digits.isdecimal():
        return 1
    return max(1, int(digits[:19]))


def _slug(typed: str) -> str:
    """Return the slug typed, nothing for what cannot be one."""
    return typed if _SLUG.fullmatch(typed) else ""


def _suggestions(language: str, at: datetime.datetime) -> list[Card]:
    whole = {"shelf__language": language, "shelf__place": None, "shelf__theme": None}
    return [Card(card.html) for card in cards.fetch(shelves.standing(at).filter(**whole).values("story")[:SUGGESTED], at)]


def neighbours(story: Story, standing: list[tuple[int | None, ...]] | None = None) -> Neighbours:
    """Return the next older story, or the newest after the oldest, and up to three related ones: two queries.

    `standing` is where a story would stand that stands nowhere yet (see `around.shelves_to_be`).

    Related are the editor's own choice, then stories that share place and theme, a theme, the place; newest first.
    """
    at = timezone.now()
    chosen, next_choices, akin = _candidates(around.shelves_around(story.pk, at) if standing is None else standing)
    fetched = cards.fetch(list({*chosen, *next_choices, *akin}), at)  # newest first
    public = {card.story: Card(card.html) for card in fetched}
    following = next((pk for pk in next_choices if pk in public), None)
    closest = sorted((pk for pk in public if pk in akin), key=lambda pk: akin[pk])
    related = [pk for pk in dict.fromkeys([*chosen, *closest]) if pk in public and pk != following]
    return Neighbours(next=public[following] if following else None, related=[public[pk] for pk in related[:RELATED]])


def _candidates(standing: list[tuple[int | None, ...]]) -> tuple[list[int], list[int], dict[int, int]]:
    """Return the ids of the editor's choice, of what may come next, and of what is akin, by how far.

    Every shelf the story stands on offers its newest others.
    """
    chosen: list[int] = []
    next_choices: list[int] = []
    akin: dict[int, int] = {}
    for place, theme, older, *ids in standing:
        chosen = [pk for pk in ids[: around.CHOICES] if pk]
        newest = [pk for pk in ids[around.CHOICES :] if pk]
        if place is None and theme is None:
            next_choices = [pk for pk in (older, *newest[:1]) if pk]
        else:
            distance = 0 if place and theme else 1 if theme else 2
            akin |= {pk: min(distance, akin.get(pk, distance)) for pk in newest}
    return chosen, next_choices, akin
