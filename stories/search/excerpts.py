"""The passage of a story that shows why it was found."""

import functools
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from html import escape
from itertools import groupby

from django.utils.safestring import SafeString, mark_safe

from stories.search.query import Query
from stories.search.words import fold, words_of

WORDS = 30
_BEFORE = 8  # words before the first match
_TOKEN = re.compile(r"\S+")


def excerpt(title: str, text: str, query: Query) -> SafeString:
    """Return about thirty words of the text as html, the matching ones marked; the title where only it matches.

    `text` is standfirst, line break, the rest. The passage is the first that holds most of the query's words.
    """
    standfirst, _, body = text.partition("\n")
    for part in (body, standfirst, title):
        if passage := _passage(part, query):
            return passage
    return SafeString("")


def _passage(text: str, query: Query) -> SafeString | None:
    places = _places(text, query)
    if not places:
        return None
    tokens = [match.span() for match in _TOKEN.finditer(text)]
    hits = _hits(text, tokens, places, query)
    if not hits:
        return None
    start = max(0, min(_best_start(hits) - _BEFORE, len(tokens) - WORDS))
    shown = tokens[start : start + WORDS]
    matched = {at for at, _terms in hits}
    pieces = [_marked(text[a:b], query) if start + at in matched else escape(text[a:b]) for at, (a, b) in enumerate(shown)]
    opening = "… " if start else ""
    closing = " …" if start + WORDS < len(tokens) else ""
    return mark_safe(opening + " ".join(pieces) + closing)  # noqa: S308  every piece is escaped


def _places(text: str, query: Query) -> list[int] | range:
    """Return where words may match: every place of a text whose letters come apart when folded."""
    folded = fold(text)
    if len(folded) != len(text):
        return range(len(text))
    return [match.start() for match in _pattern(query).finditer(folded)]


def _hits(text: str, tokens: list[tuple[int, int]], places: Sequence[int], query: Query) -> list[tuple[int, set[int]]]:
    """Return (number of the token, terms it matches) for each token at the places that matches any."""
    hits = []
    for at in _tokens_at(places, tokens):
        words = words_of(text[slice(*tokens[at])])
        if terms := {number for number, term in enumerate(query.terms) if any(map(term.matches, words))}:
            hits.append((at, terms))
    return hits


@functools.lru_cache(maxsize=64)
def _pattern(query: Query) -> re.Pattern[str]:
    """Return what finds places worth a closer look: a word that begins with one of the spellings."""
    return re.compile(r"(?<![^\W_])(?:" + "|".join(re.escape(word) for term in query.terms for word in term.spellings) + ")")


def _tokens_at(places: Sequence[int], tokens: list[tuple[int, int]]) -> list[int]:
    if isinstance(places, range):
        return list(range(len(tokens)))
    ends = [end for _start, end in tokens]
    return list(dict.fromkeys(bisect_right(ends, place) for place in places))


def _best_start(hits: list[tuple[int, set[int]]]) -> int:
    """Return the token of the first hit whose passage holds most terms."""
    best, most = hits[0][0], 0
    for number, (at, _terms) in enumerate(hits):
        held: set[int] = set()
        for other, terms in hits[number:]:
            if other >= at + WORDS - _BEFORE:
                break
            held |= terms
        if len(held) > most:
            best, most = at, len(held)
    return best


def _marked(token: str, query: Query) -> str:
    """Return a token as html with those of its words marked that match: “Chennai”, without its quotes."""
    pieces = []
    for is_word, letters in groupby(token, key=_belongs_to_a_word):
        piece = "".join(letters)
        found = is_word and any(term.matches(word) for term in query.terms for word in words_of(piece))
        pieces.append(f"<mark>{escape(piece)}</mark>" if found else escape(piece))
    return "".join(pieces)


def _belongs_to_a_word(letter: str) -> bool:
    return letter.isalnum() or unicodedata.category(letter)[0] == "M"
