"""Search on SQLite: FTS5, one table of stories by column and one of words by trigram.

Rows of `stories_search` are numbered by position, so FTS5 itself yields the newest first and stops at a limit.
The words are folded already: the ascii tokenizer only cuts them at the spaces.
"""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from stories.models.search import last_position
from stories.search.indexed import Indexed
from stories.search.query import Query, Term
from stories.search.ranking import LIMIT, Facets, Found, sorted_out, variants

_COLUMNS = ("title", "standfirst", "often", "text")
_CIRCLE = """
SELECT * FROM (
  SELECT %s AS variant, {circle} AS circle, d.position, d.story_id, d.place_id, d.theme_ids
  FROM stories_search AS f CROSS JOIN stories_searchdocument AS d ON d.position = f.rowid
  WHERE f.stories_search MATCH %s AND f.rowid <= %s AND d.language = %s AND (d.live_until IS NULL OR d.live_until > %s)
  ORDER BY f.rowid DESC LIMIT {limit})"""
_NEAR = """
SELECT %s AS typed, w.word, w.written, w.stories FROM stories_searchword AS w WHERE w.language = %s AND w.word IN ({edits})
UNION
SELECT * FROM (
  SELECT %s AS typed, w.word, w.written, w.stories
  FROM stories_search_spelling AS s CROSS JOIN stories_searchword AS w ON w.id = s.rowid
  WHERE s.stories_search_spelling MATCH %s AND w.language = %s ORDER BY s.rank LIMIT {limit})
UNION
SELECT * FROM (
  SELECT %s AS typed, w.word, w.written, w.stories FROM stories_searchword AS w
  WHERE w.language = %s AND w.word >= %s AND w.word < %s LIMIT 1)"""


def lock() -> None:
    """Let one publisher change the index at a time: SQLite knows only one writer."""


def put(documents: Iterable[Indexed]) -> None:
    """Index documents under their positions."""
    rows = [
        (d.position, " ".join(d.title), " ".join(d.standfirst), " ".join(d.often), " ".join(d.text), " ".join(d.facets))
        for d in documents
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO stories_search (rowid, title, standfirst, often, text, facets) VALUES (%s, %s, %s, %s, %s, %s)", rows
        )


def candidates(query: Query, facets: Facets, at: datetime.datetime) -> dict[str, Found]:
    """Return what is public at a moment and holds every word, by variant: one statement."""
    parts: list[str] = []
    params: list[Any] = []
    for variant, (kept_to, circles) in variants(facets).items():
        for circle in circles:
            parts.append(_CIRCLE.format(circle=circle, limit=LIMIT + 1))
            params += [
                variant,
                _match(query, kept_to, circle, circles.start),
                last_position(at),
                facets.language,
                connection.ops.adapt_datetimefield_value(at),
            ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        return sorted_out(cursor.fetchall())


def near(language: str, words: dict[str, Sequence[str]], limit: int) -> list[tuple[str, str, str, int]]:
    """Return (typed word, indexed word, as written, stories) for words that may be meant: one statement.

    `words` gives for each typed word the spellings one slip away from it; others are found by common trigrams.
    A word that begins with the typed one is among the answers where there is any.
    """
    parts: list[str] = []
    params: list[Any] = []
    for word, edits in words.items():
        parts.append(_NEAR.format(edits=", ".join(["%s"] * len(edits)) or "NULL", limit=limit))
        params += [word, language, *edits]
        params += [word, " OR ".join(f'"{three}"' for three in trigrams(word)), language]
        params += [word, language, word, word + "\U0010ffff"]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(parts), params)
        return cursor.fetchall()


def trigrams(word: str) -> list[str]:
    """Return the threes of letters in a word as stored in stories_search_spelling: two spaces before, one after."""
    padded = f"  {word} "
    return [padded[start : start + 3] for start in range(len(padded) - 2)]


def _match(query: Query, facets: Facets, circle: int, innermost: int) -> str:
    """Return the question for the stories of a circle that are in none of those asked for within it."""
    words = " AND ".join(_term(term) for term in query.terms)
    asked = f"{{{_columns(circle)}}} : ({words})"
    if circle > innermost:
        asked = f"({asked}) NOT ({{{_columns(circle - 1)}}} : ({words}))"
    tokens = [f"p{facets.place}"] * bool(facets.place) + [f"t{facets.theme}"] * bool(facets.theme)
    return " AND ".join([f"({asked})", *(f'facets : "{token}"' for token in tokens)])


def _columns(circle: int) -> str:
    return " ".join(_COLUMNS[: circle + 1])


def _term(term: Term) -> str:
    # Folded words hold letters and digits only, so quoting them is enough.
    beginnings = term.beginnings()
    return "(" + " OR ".join(f'"{word}" *' if word in beginnings else f'"{word}"' for word in term.spellings) + ")"
