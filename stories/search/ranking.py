"""The order of what is found, the same on both engines.

A story ranks by the closest circle that holds every word of the query: its title (0), title and standfirst (1),
those and the words its text returns to (2), everything (3). Within a circle the newest comes first. Each circle is
a plain question to an index, cut at the newest thousand, so a word in every story costs no more than one in a
thousand, and the first thousand are exactly those of the whole order.
"""

from dataclasses import dataclass, field

CIRCLES = 4
LIMIT = 1000


@dataclass(frozen=True)
class Facets:
    """The place and theme a search is kept to (primary keys), and the list's language."""

    language: str
    place: int | None = None
    theme: int | None = None


@dataclass(frozen=True)
class Hit:
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


def sorted_out(rows: list[tuple[str, int, int, int, int | None, str]]) -> dict[str, Found]:
    """Return what was found by variant, from rows of (variant, circle, position, story, place, theme ids)."""
    best: dict[str, dict[int, tuple[int, int, int, int | None, str]]] = {}
    for variant, circle, position, story, place, theme_ids in sorted(rows, key=lambda row: (row[1], -row[2])):
        best.setdefault(variant, {}).setdefault(position, (circle, position, story, place, theme_ids))
    themes: dict[str, frozenset[int]] = {}
    found: dict[str, Found] = {}
    for variant, hits in best.items():
        kept = [
            Hit(position, story, place, themes.get(ids) or themes.setdefault(ids, frozenset(map(int, ids.split()))))
            for _circle, position, story, place, ids in list(hits.values())[:LIMIT]
        ]
        found[variant] = Found(kept, more=len(hits) > LIMIT)
    return found
