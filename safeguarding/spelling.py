"""Names as they may be spelt: folded to plain Latin letters, and the skeleton that spellings of one name share.

"Muḥammad", "Mohamed" and "محمد" are one name to whoever looks for somebody. Folding takes accents off and writes other
scripts in Latin letters; the skeleton drops vowels and doubled letters and takes alike-sounding ones for one.
"""

import functools
import re
import unicodedata

# Letters that NFKD leaves alone, and the scripts whose letter names are not their sounds.
_LATIN = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ŋ": "n", "ə": "a", "ħ": "h"}
)
_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґў",
        "a b v g d e e zh z i i k l m n o p r s t u f h ts ch sh sh - y - e yu ya i i e g u".split(),
        strict=True,
    )
)
_ARABIC = dict(
    zip(
        "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءأإآؤئپچژگکیےں",
        "a b t th j h kh d dh r z s sh s d t z a gh f q k l m n h w y a a - a a a w y p ch zh g k y e n".split(),
        strict=True,
    )
)
_GREEK = dict(zip("αβγδεζηθικλμνξοπρσςτυφχψω", "a v g d e z i th i k l m n x o p r s s t y f ch ps o".split(), strict=True))
_TABLES = {**_CYRILLIC, **_ARABIC, **_GREEK}
# "DEVANAGARI LETTER KA", "TAMIL VOWEL SIGN AA", "KHMER LETTER KO": Indic and neighbouring letters are named by their sound.
_NAMED = re.compile(
    r"^(?:DEVANAGARI|BENGALI|GURMUKHI|GUJARATI|ORIYA|TAMIL|TELUGU|KANNADA|MALAYALAM|SINHALA|KHMER|MYANMAR|LAO|ETHIOPIC) "
    r"(?:LETTER|VOWEL SIGN|SYLLABLE|SIGN|INDEPENDENT VOWEL) (?:\w+ )*?(\w+)$"
)
_SIGNS = {"virama": "-", "coeng": "-", "pulli": "-", "asat": "-", "nukta": "", "anusvara": "n", "candrabindu": "n", "visarga": ""}
_SOUNDS = {"ca": "cha", "cca": "cha", "nya": "na"}
_ALIKE = [
    (re.compile(pattern), to)
    for pattern, to in [
        (r"ph", "f"), (r"kh", "h"), (r"gh|q|ck|c(?=[^eiyh]|$)", "k"), (r"th|dh", "t"), (r"d", "t"), (r"sh|sch|ch|tj|c", "s"),
        (r"zh|j|z", "s"), (r"bh", "b"), (r"v|w", "v"), (r"x", "ks"), (r"h$|(?<=[bdfgkprstvz])h", ""), (r"g", "k"), (r"[aeiouy]", ""),
    ]
]  # fmt: skip
_WORD = re.compile(r"[^\W_]+(?:['’‘ʼ`´][^\W_]+)*", re.UNICODE)
_MARKS_IN_WORDS = re.compile(r"['’‘ʼ`´]")


def words(text: str) -> list[tuple[str, int, int]]:
    """Return each word of a text, folded, with where it begins and ends there."""
    found = []
    for start, end in _spans(text):
        if folded := fold(text[start:end]):
            found.append((folded, start, end))
    return found


def _spans(text: str) -> list[tuple[int, int]]:
    """Return where words stand; vowel signs of other scripts, which are no letters to `re`, belong to their word."""
    spans: list[tuple[int, int]] = []
    for match in _WORD.finditer(text):
        start, end = match.span()
        while end < len(text) and unicodedata.category(text[end]) in {"Mn", "Mc", "Cf"}:
            end += 1
        if spans and spans[-1][1] >= start:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


@functools.lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """Return a word in lower-case Latin letters and digits, without accents and marks."""
    plain = unicodedata.normalize("NFKD", _MARKS_IN_WORDS.sub("", word)).casefold().translate(_LATIN)
    if plain.isascii():
        return re.sub(r"[^a-z0-9]", "", plain)
    folded = ""
    for letter in plain:
        # Inside a word these two Arabic letters are mostly long vowels.
        sound = {"و": "u", "ي": "i"}.get(letter, "") if folded else ""
        sound = sound or _sound(letter)
        # A vowel sign, or the mark for none, takes the place of the vowel that every Indic consonant brings along.
        if sound[:1] in {"-", "+"}:
            folded, sound = folded.removesuffix("a"), sound[1:]
        folded += sound
    return re.sub(r"[^a-z0-9]", "", folded)


@functools.lru_cache(maxsize=4096)
def _sound(letter: str) -> str:
    """Return a letter in Latin ones; "-" or "+…" for a sign that changes the letter before it."""
    if letter.isascii():
        return letter
    if letter in _TABLES:
        return _TABLES[letter]
    if letter.isdigit():
        return str(unicodedata.digit(letter))
    name = unicodedata.name(letter, "")
    named = _NAMED.match(name)
    if not named:
        return ""
    sound = re.sub(r"^([a-z])\1+", r"\1", named[1].lower())
    if sound in _SIGNS or named[1].lower() in _SIGNS:
        return _SIGNS[named[1].lower()]
    vowelled = re.sub(r"([aeiou])\1+", r"\1", _SOUNDS.get(named[1].lower(), sound))
    return f"+{vowelled}" if " VOWEL SIGN " in name else vowelled


@functools.lru_cache(maxsize=65536)
def skeleton(folded: str) -> str:
    """Return what the spellings of a folded name share, or "" where too little is left to tell names apart."""
    bones = folded[:1] if folded[:1] in "aeiouy" else ""
    rest = folded
    for pattern, to in _ALIKE:
        rest = pattern.sub(to, rest)
    rest = re.sub(r"(.)\1+", r"\1", rest)
    return f"{'a' if bones else ''}{rest}" if len(rest) >= 3 else ""


def edits_allowed(folded: str) -> int:
    """Return how many letters of a name may differ: one in five, three at most."""
    return min(len(folded) // 5, 3)


@functools.lru_cache(maxsize=16384)
def shortened(folded: str, by: int) -> frozenset[str]:
    """Return the word with up to `by` letters left out, in every way: two words that near share one of these."""
    found = {folded}
    last = {folded}
    for _ in range(by):
        last = {word[:at] + word[at + 1 :] for word in last for at in range(len(word))}
        found |= last
    return frozenset(found)


def distance(one: str, other: str, most: int) -> int:
    """Return the edit distance (a swap of neighbours counts one), or `most` + 1 where it is greater."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, opposite in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != opposite))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == opposite:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return min(row[-1], most + 1)
