"""The order of what is found, the same on both engines.

A story ranks by the closest circle that holds every word of the query: its title (0), title and standfirst (1),
those and the words its text returns to (2), everything (3). Within a circle the newest comes first. Each circle is
a plain question to an index, cut at the newest thousand, so a word in every story costs no more than one in a
thousand, and the first thousand are exactly those of the whole order.
"""

from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

CIRCLES = 4
LIMIT = 1000


@dataclass(frozen=True)
class Facets:
    """The place and theme a search is kept to (primary keys), and the list's language."""

    language: str
    place: int | None = None
    theme: int | None = None


class Hit(NamedTuple):
    """One story that was found."""

    position: int
    story: int
    place: int | None
    themes: frozenset[int]


@dataclass
class Found:
    """Stories found for one choice of facets, best first; `more` when they were cut at the limit."""

    hits: list[Hit] = field(default_factory=list)
    more: bool = False


Row = tuple[str, int, int, int, int | None, str]
# Variants of a search that one statement answers: what is shown, and what the other filters would leave.
SHOWN, ANY_PLACE, ANY_THEME = "shown", "any place", "any theme"


def variants(facets: Facets) -> dict[str, tuple[Facets, range]]:
    """Return the facets and the circles to ask for, by variant: counting needs no ranking."""
    asked = {SHOWN: (facets, range(CIRCLES))}
    if facets.place:
        asked[ANY_PLACE] = (Facets(facets.language, None, facets.theme), range(CIRCLES - 1, CIRCLES))
    if facets.theme:
        asked[ANY_THEME] = (Facets(facets.language, facets.place, None), range(CIRCLES - 1, CIRCLES))
    return asked


def sorted_out(rows: list[Row]) -> dict[str, Found]:
    """Return what was found by variant, from rows of (variant, circle, position, story, place, theme ids)."""
    rows.sort(key=itemgetter(2), reverse=True)
    rows.sort(key=itemgetter(1))  # keeps the newest first within a circle
    best: dict[str, dict[int, Row]] = {}
    for row in rows:
        best.setdefault(row[0], {}).setdefault(row[2], row)
    themes = {ids: frozenset(map(int, ids.split())) for ids in {row[5] for row in rows}}
    return {
        variant: Found(
            [Hit(position, story, place, themes[ids]) for _, _, position, story, place, ids in islice(hits.values(), LIMIT)],
            more=len(hits) > LIMIT,
        )
        for variant, hits in best.items()
    }
