"""Search on PostgreSQL: a GIN index over lexemes for stories, a trigram index for words.

The column `words` holds each word once for every circle that knows it, named by the circle ("0:chennai" stands in the
title), and the facets ("p3"). So every question is answered by the index alone: no text is fetched to be ranked.
"""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from stories.models.search import last_position
from stories.search.indexed import Indexed
from stories.search.query import Query, Term
from stories.search.ranking import CIRCLES, LIMIT, Facets, Found, sorted_out, variants

# Two ways to the newest of those that match. Through the index, all of them are found and the newest kept: `OFFSET 0`
# keeps the planner from the other way, which looks into one story after another, from the newest back, until it has
# enough: the better one only where a fifth or more of all stories match.
_COLUMNS = "SELECT %s AS variant, {circle} AS circle, position, story_id, place_id, theme_ids"
_STANDS = "position <= %s AND language = %s AND (live_until IS NULL OR live_until > %s)"
_INDEXED = f"""
({_COLUMNS} FROM (
   SELECT * FROM stories_searchdocument WHERE stories_search_words(words) @@ %s::tsquery AND {_STANDS} AND NOT {{common}} OFFSET 0
 ) AS matching ORDER BY position DESC LIMIT {{limit}})"""  # noqa: S608  made of the constants above
_WALKED = f"""
({_COLUMNS} FROM stories_searchdocument WHERE words @@ %s::tsquery AND {_STANDS} AND {{common}}
 ORDER BY position DESC LIMIT {{limit}})"""
# Asked once a statement, from kept counts: does the rarest of the words stand in more than a fifth of the stories?
_COMMON = """
(LEAST({counts}) * 5 > COALESCE((SELECT total FROM stories_shelf WHERE language = %s AND place_id IS NULL AND theme_id IS NULL), 0))"""
_COUNT = "(SELECT COALESCE(SUM(stories), 0) FROM stories_searchword WHERE language = %s AND ({spellings}))"
_NEAR = """
(SELECT %s AS typed, word, written, stories FROM stories_searchword WHERE language = %s AND word = ANY(%s))
UNION
(SELECT %s AS typed, word, written, stories FROM (
   SELECT word, written, stories FROM stories_searchword WHERE language = %s ORDER BY word <-> %s LIMIT {limit}) AS alike)
UNION
(SELECT %s AS typed, word, written, stories FROM stories_searchword WHERE language = %s AND word LIKE %s LIMIT 1)"""
_LOCK = 0x5EA7C4  # any number of our own


def lock() -> None:
    """Let one publisher change the index at a time until its transaction ends: two would deadlock over words."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def put(documents: Iterable[Indexed]) -> None:
    """Index documents under their positions."""
    rows = [(_lexemes(document), document.position) for document in documents]
    with connection.cursor() as cursor:
        cursor.executemany("UPDATE stories_searchdocument SET words = array_to_tsvector(%s::text[]) WHERE position = %s", rows)


def candidates(query: Query, facets: Facets, at: datetime.datetime) -> dict[str, Found]:
    """Return what is public at a moment and holds every word, by variant: one statement."""
    parts: list[str] = []
    params: list[Any] = []
    stands = [last_position(at), facets.language, at]
    for variant, (kept_to, circles) in variants(facets).items():
        for circle in circles:
            # Only what everyone says can be common; a place or theme narrows that down within the index.
            may_be_common = circle == CIRCLES - 1 and not (kept_to.place or kept_to.theme)
            common, asked = _common(query, facets.language) if may_be_common else ("FALSE", [])
            for way in (_INDEXED, _WALKED) if may_be_common else (_INDEXED,):
                parts.append(way.format(circle=circle, limit=LIMIT + 1, common=common))
                params += [variant, _match(query, kept_to, circle), *stands, *asked]
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
        parts.append(_NEAR.format(limit=limit))
        params += [word, language, list(edits), word, language, word, word, language, word + "%"]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(parts), params)
        return cursor.fetchall()


def _lexemes(document: Indexed) -> list[str]:
    circles = [document.title, [*document.title, *document.standfirst], [*document.title, *document.standfirst, *document.often]]
    named = {f"{circle}:{word}" for circle, words in enumerate(circles) for word in words}
    return [*named, *(f"{CIRCLES - 1}:{word}" for word in document.words), *document.facets]


def _match(query: Query, facets: Facets, circle: int) -> str:
    tokens = [f"'p{facets.place}'"] * bool(facets.place) + [f"'t{facets.theme}'"] * bool(facets.theme)
    return " & ".join([*(_term(term, circle) for term in query.terms), *tokens])


def _term(term: Term, circle: int) -> str:
    # Folded words hold letters and digits only, so quoting them is enough.
    beginnings = term.beginnings()
    return "(" + " | ".join(f"'{circle}:{word}'{':*' * (word in beginnings)}" for word in term.spellings) + ")"


def _common(query: Query, language: str) -> tuple[str, list[Any]]:
    """Return the question whether every word of the query is common, and its parameters."""
    counts: list[str] = []
    params: list[Any] = []
    for term in query.terms:
        patterns = [word + "%" * (word in term.beginnings()) for word in term.spellings]
        counts.append(_COUNT.format(spellings=" OR ".join(["word LIKE %s"] * len(patterns))))
        params += [language, *patterns]
    return _COMMON.format(counts=", ".join(counts)), [*params, language]
