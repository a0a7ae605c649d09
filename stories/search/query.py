"""What a reader typed, as words to look for. Nothing typed is ever syntax."""

import unicodedata
from dataclasses import dataclass

from stories.search.words import is_worth_searching, words_of

LONGEST_QUERY = 200  # characters kept of what was typed
MOST_WORDS = 8
# From this length on a word also finds words that begin with it: "traffick" finds trafficking.
SHORTEST_BEGINNING = 3


@dataclass(frozen=True)
class Term:
    """One word to find, in any of its spellings."""

    spellings: tuple[str, ...]

    def beginnings(self) -> tuple[str, ...]:
        """Return the spellings that longer words may begin with."""
        return tuple(word for word in self.spellings if len(word) >= SHORTEST_BEGINNING)

    def matches(self, word: str) -> bool:
        """Return whether a folded word is this one."""
        return word in self.spellings or word.startswith(self.beginnings())


@dataclass(frozen=True)
class Query:
    """All terms must be found."""

    terms: tuple[Term, ...]

    def words(self) -> tuple[str, ...]:
        """Return the first spelling of each term."""
        return tuple(term.spellings[0] for term in self.terms)


def cleaned(typed: str) -> str:
    """Return what was typed in one line of at most 200 characters, control characters left out."""
    kept = "".join(
        " " if unicodedata.category(letter) in {"Cc", "Zl", "Zp", "Cs"} else letter for letter in typed[: 4 * LONGEST_QUERY]
    )
    return " ".join(kept.split())[:LONGEST_QUERY].strip()


def parse(typed: str) -> Query:
    """Return the query of cleaned words: common ones are dropped unless there are no others."""
    every = list(dict.fromkeys(words_of(typed)))
    words = [word for word in every if is_worth_searching(word)] or every
    return Query(tuple(Term((word,)) for word in words[:MOST_WORDS]))
