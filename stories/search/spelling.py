"""Words that were meant by words that are nowhere: the nearest of the stories' own words."""

from stories.search import engine
from stories.search.query import Query, Term
from stories.search.words import words_of

SHORTEST = 4  # shorter words are near too many others
LONG = 7  # from here on two slips are forgiven
_ALIKE = 60  # candidates by common trigrams; the nearest of them is chosen by its slips
_MOST_SPELLINGS = 3
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def slips(typed: str, meant: str, most: int) -> int:
    """Return how many letters must be changed, left out, put in or swapped with the next; `most` + 1 for more."""
    if abs(len(typed) - len(meant)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for i, letter in enumerate(typed, start=1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(meant, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == meant[j - 2] and typed[i - 2] == other:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def one_slip_away(word: str) -> list[str]:
    """Return every spelling one slip away from a short word, whose trigrams would not find it."""
    letters = "".join(sorted({*_LETTERS, *word}))
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    found = {head + tail[1:] for head, tail in cuts if tail}
    found |= {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    found |= {head + letter + tail[1:] for head, tail in cuts if tail for letter in letters}
    found |= {head + letter + tail for head, tail in cuts for letter in letters}
    return sorted(found - {word})


def corrected(query: Query, language: str) -> tuple[Query, str] | None:
    """Return the query with unknown words replaced by the nearest known, and how to write it; None when none helps.

    One database query. None as well when some unknown word has nothing near it: the search would find nothing.
    """
    typed = query.words()
    asked = {
        word: one_slip_away(word) if len(word) < LONG else [] for word in typed if len(word) >= SHORTEST and not word.isdigit()
    }
    if not asked:
        return None
    near: dict[str, list[tuple[int, int, str, str]]] = {}
    for word, meant, written, stories in engine.current().near(language, asked, _ALIKE):
        most = 2 if len(word) >= LONG else 1
        distance = 0 if meant.startswith(word) else slips(word, meant, most)
        if distance <= most:
            near.setdefault(word, []).append((distance, -stories, meant, written))
    terms, writing = [], []
    for word in typed:
        best = sorted(near.get(word, []))
        if word not in asked or (best and best[0][0] == 0):
            terms.append(Term((word,)))
            writing.append(word)
        elif best:
            terms.append(Term(tuple(meant for distance, _, meant, _ in best if distance == best[0][0])[:_MOST_SPELLINGS]))
            writing.append(best[0][3])
        else:
            return None
    corrected_query = Query(tuple(terms))
    return (corrected_query, " ".join(writing)) if corrected_query != query else None


def as_typed(typed: str, words: tuple[str, ...], writing: str) -> str:
    """Return what was typed with its changed words written as suggested, common words kept where they stood."""
    changes = dict(zip(words, writing.split(), strict=True))
    return " ".join(changes.get(word, word) for word in words_of(typed))
