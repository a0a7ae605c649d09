"""Words as search compares them: one folding for both engines, for what is stored and for what is typed."""

import re
import unicodedata
from collections import Counter

LONGEST = 40  # characters of a word that are compared
OFTEN = 3  # a story that says a word so many times is about it
_WORD = re.compile(r"[^\W_]+")
# Letters that do not come apart into a plain one and a mark.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
# Words so common that they say nothing in a search beside others, folded: English, Spanish, French.
_COMMON = """
a about after all also am an and any are as at be because been before but by can could did do does for from had has
have he her here him his how i if in into is it its just me more most my no nor not of on one or our out over she
should so some such than that the their them then there these they this those to too up us very was we were what when
where which while who why will with would you your
al como con cual cuando de del desde donde el ella ellas ellos en era es esta este esto fue ha han hay la las le les
lo los mas mi muy ni nos o para pero por que quien se ser si sin sobre son su sus tambien te tu un una uno unos y ya
yo
au aux avec ce ces cette dans des du elle elles est et eux il ils je leur leurs lui ma mais mes mon ne notre nous ont
ou par pas pour qu quand qui sa ses sont sur ta tes ton une vous
"""
STOP_WORDS = frozenset(_COMMON.split())


def fold(text: str) -> str:
    """Return the text in small letters without accents or other marks; its length may change."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if unicodedata.category(letter)[0] != "M").lower().translate(_PLAIN)


def words_of(text: str) -> list[str]:
    """Return the folded words of a text in their order. A word is letters and digits, nothing else."""
    return [word[:LONGEST] for word in _WORD.findall(fold(text))]


def written_words(text: str) -> dict[str, str]:
    """Return each folded word of a text and how it is written there most often."""
    spellings: dict[str, Counter[str]] = {}
    for token in _WORD.findall(unicodedata.normalize("NFC", text)):
        for word in words_of(token):
            spellings.setdefault(word, Counter())[token] += 1
    return {word: counts.most_common(1)[0][0][:80] for word, counts in spellings.items()}


def often_used(words: list[str]) -> list[str]:
    """Return the words that a text returns to, in order of first use; common ones never count."""
    return [word for word, times in Counter(words).items() if times >= OFTEN and word not in STOP_WORDS]


def is_worth_searching(word: str) -> bool:
    """Return whether a word says something beside others: no common word, no single letter."""
    return word not in STOP_WORDS and (len(word) > 1 or not word.isascii() or word.isdigit())
