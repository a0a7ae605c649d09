"""Find protected names in what is about to be published, without reading the vault through (safeguarding rule 5).

Each word of a vault name is kept as keyed digests: of the word with letters left out (so that near spellings meet), of
its skeleton (so that other transliterations do), and of two words written as one. A text's words are digested alike and
looked up, whatever the size of the vault; only the entries that answer are opened, to make sure, in memory.

A name of several words counts where two of them stand together, in any order; a name of one word where it begins with a
capital. Of the people in the story each single word counts that they are not published by.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from safeguarding import spelling, vault
from safeguarding.models import Contributor, VaultEntry, VaultMark

AROUND = 40  # characters shown on either side of a find
AT_ONCE = 900  # digests in one question to the database
MOST_WORDS = 60_000  # of all texts together; a story of twenty thousand words is a long one
_APART = 2  # words that may stand between the parts of a name
_PARTICLES = frozenset("de la las los del da das do dos di du van von der den bin bint ibn abu al el ul ur of and y e".split())
_PHONE = re.compile(r"\+?\d(?:[\d\s().\-/–]{5,30})\d")
_PHONE_DIGITS = 8  # the last ones: with or without the country's code


@dataclass(frozen=True)
class Hit:
    """A protected name, phone number or address where it stands: shown to whoever may know, named by nothing else."""

    field: str
    start: int
    end: int
    found: str
    before: str
    after: str
    contributor_id: int

    def sentence(self, may_know: bool) -> str:
        """Return why this blocks: with the words around for somebody who may know, else without them."""
        if may_know:
            return _("A protected name stands in %(field)s: “…%(before)s[%(found)s]%(after)s…”") % {
                "field": self.field, "before": self.before, "found": self.found, "after": self.after,
            }  # fmt: skip
        return _("A protected name stands in %(field)s. The safeguarding lead can see where.") % {"field": self.field}


@dataclass(frozen=True)
class _Find:
    """Marks of one term that stand together in a text: from which word to which, and what was written there."""

    first: int
    last: int
    parts: tuple[tuple[int, str], ...]  # (the term's words as bits, the folded words of the text)


# --- marking --------------------------------------------------------------------------------------------
@transaction.atomic
def mark(entry: VaultEntry, private: vault.Private) -> None:
    """Make an entry's marks anew."""
    entry.marks.all().delete()
    VaultMark.objects.bulk_create(marks(entry, private), batch_size=500)


def marks(entry: VaultEntry, private: vault.Private) -> list[VaultMark]:
    """Return the marks of what an entry holds, not saved."""
    rows = {(vault.digests(key)[0], term, words, needed) for term, key, words, needed in _keys(private)}
    return [VaultMark(entry=entry, digest=digest, term=term, words=words, needed=needed) for digest, term, words, needed in rows]


def _keys(private: vault.Private) -> Iterator[tuple[int, str, int, int]]:
    """Yield term, key, words as bits, and how many words must stand together."""
    term = 0
    for name in private.names:
        parts = _parts(name)
        needed = min(2, len([word for word in parts if _tells(word)]) or 1)
        for bits, joined in _units(parts):
            if bits.bit_count() > 1 or _tells(joined) or len(parts) == 1:
                for key in _spellings(joined, spelling.edits_allowed(joined)):
                    yield term, key, bits, needed
        term += 1
    for phone in private.phones:
        if digits := _digits(phone):
            yield term, f"p:{digits}", 1, 1
    for line in re.split(r"[\n;]", private.address):
        folded = _parts(line)
        if len(folded) > 1:
            yield term, f"a:{''.join(folded)}", 1, 1


def _parts(name: str) -> list[str]:
    return [word for word, _start, _end in spelling.words(name)][:12]


def _tells(word: str) -> bool:
    """Return whether a word of a name tells people apart by itself."""
    return len(word) > 2 and word not in _PARTICLES


def _units(parts: list[str]) -> Iterator[tuple[int, str]]:
    """Yield each word and each two neighbours written as one, with the words they stand for as bits."""
    for at, word in enumerate(parts):
        yield 1 << at, word
        if at + 1 < len(parts):
            yield 3 << at, word + parts[at + 1]
            yield 3 << at, parts[at + 1] + word


def _spellings(word: str, edits: int) -> Iterator[str]:
    yield from (f"w:{variant}" for variant in spelling.shortened(word, edits))
    if bones := spelling.skeleton(word):
        yield f"s:{bones}"


def _digits(phone: str) -> str:
    digits = re.sub(r"\D", "", phone)
    return digits[-_PHONE_DIGITS:] if len(digits) >= 6 else ""


# --- searching ------------------------------------------------------------------------------------------
def hits(texts: Mapping[str, str], people: Iterable[Contributor] = ()) -> list[Hit]:
    """Return every protected name, phone number or address in the texts, by the label of each text.

    `people` are those the story is told of: of them every single word counts. Opens only the entries that answer.
    """
    if not any_protected():
        return []
    search = _Search(list(people))
    left = MOST_WORDS
    for label, text in texts.items():
        words = spelling.words(text)[:left]
        left -= len(words)
        search.read(label, text, words)
    return sorted(set(search.hits()), key=lambda hit: (list(texts).index(hit.field), hit.start, hit.end))


def any_protected() -> bool:
    """Return whether the vault holds anything to search for."""
    return VaultMark.objects.exists()


class _Search:
    """One search through several texts: their keys are gathered first and asked for together."""

    def __init__(self, people: list[Contributor]) -> None:
        self.own = set(VaultEntry.objects.filter(contributor__in=people).values_list("pk", flat=True)) if people else set()
        self.published_by = {word for person in people for word in _parts(person.public_name)}
        self.texts: list[tuple[str, str, list[tuple[str, int, int]]]] = []
        self.units: dict[str, tuple[str, ...]] = {}  # what stands in a text, folded -> its keys
        self.exact: dict[str, list[tuple[int, int, int]]] = defaultdict(list)  # key -> (text, start, end)

    def read(self, label: str, text: str, words: list[tuple[str, int, int]]) -> None:
        """Take in a text."""
        number = len(self.texts)
        self.texts.append((label, text, words))
        for at, (word, start, _end) in enumerate(words):
            if word not in self.units:
                self.units[word] = tuple(_spellings(word, spelling.edits_allowed(word)))
            joined = word
            for after in range(at + 1, min(at + 8, len(words))):
                joined += words[after][0]
                self.exact[f"a:{joined}"].append((number, start, words[after][2]))
                if after == at + 1 and joined not in self.units:
                    self.units[joined] = tuple(_spellings(joined, 0))
        for match in _PHONE.finditer(text):
            digits = re.sub(r"\D", "", match[0])
            for begin in range(max(1, len(digits) - _PHONE_DIGITS + 1)):
                self.exact[f"p:{digits[begin : begin + _PHONE_DIGITS]}"].append((number, *match.span()))

    def hits(self) -> list[Hit]:
        """Ask for all keys, put the answers together and make sure of each."""
        marks = _asked({key for keys in self.units.values() for key in keys} | self.exact.keys())
        found: list[tuple[int, int, int, int]] = []  # entry, text, start, end
        for key, places in self.exact.items():
            found += [(entry, *place) for entry, _term, _bits, _needed in marks.get(key, ()) for place in places]
        by_unit = {unit: {row for key in keys for row in marks.get(key, ())} for unit, keys in self.units.items()}
        candidates = [
            (entry, term, number, find)
            for number, (_label, _text, words) in enumerate(self.texts)
            for entry, term, find in self._together(words, by_unit, number)
        ]
        wanted = {entry for entry, *_rest in found} | {entry for entry, *_rest in candidates}
        entries = VaultEntry.objects.in_bulk(wanted)
        opened = {pk: vault.opened(entry) for pk, entry in entries.items()}
        for entry, term, number, find in candidates:
            if _sure(opened[entry], term, find):
                words = self.texts[number][2]
                found.append((entry, number, words[find.first][1], words[find.last][2]))
        return [self._hit(entries[entry].contributor_id, *place) for entry, *place in found]

    def _together(
        self, words: list[tuple[str, int, int]], by_unit: dict[str, set[tuple[int, int, int, int]]], number: int
    ) -> Iterator[tuple[int, int, _Find]]:
        places: dict[tuple[int, int, int], list[tuple[int, int, int, str]]] = defaultdict(list)
        for at, (word, _start, _end) in enumerate(words):
            pairs = [(word, at)] + ([(word + words[at + 1][0], at + 1)] if at + 1 < len(words) else [])
            for unit, last in pairs:
                for entry, term, bits, needed in by_unit.get(unit, ()):
                    places[entry, term, needed].append((at, last, bits, unit))
        for (entry, term, needed), rows in places.items():
            for find in _gathered(rows, 1 if entry in self.own else needed):
                if self._counts(find, words, number, needed, entry in self.own):
                    yield entry, term, find

    def _counts(self, find: _Find, words: list[tuple[str, int, int]], number: int, needed: int, own: bool) -> bool:
        """Return whether a find of one word counts: see the module's head."""
        if sum(bits.bit_count() for bits, _unit in find.parts) > 1:
            return True
        folded, start, _end = words[find.first]
        if folded in self.published_by:
            return False
        first = self.texts[number][1][start]
        if own:
            return needed == 1 or _tells(folded)
        return first.isupper() or not first.islower() or " " not in self.texts[number][1]

    def _hit(self, contributor: int, number: int, start: int, end: int) -> Hit:
        label, text, _words = self.texts[number]
        return Hit(
            label, start, end, text[start:end], text[max(0, start - AROUND) : start], text[end : end + AROUND], contributor
        )


def _asked(keys: set[str]) -> dict[str, list[tuple[int, int, int, int]]]:
    """Return the marks of each key that has any: (entry, term, words as bits, needed)."""
    by_digest = {digest: key for key in keys for digest in vault.digests(key)}
    found: dict[str, list[tuple[int, int, int, int]]] = defaultdict(list)
    digests = list(by_digest)
    for start in range(0, len(digests), AT_ONCE):
        rows = VaultMark.objects.filter(digest__in=digests[start : start + AT_ONCE])
        for digest, entry, term, words, needed in rows.values_list("digest", "entry_id", "term", "words", "needed"):
            found[by_digest[bytes(digest)]].append((entry, term, words, needed))
    return found


def _gathered(rows: list[tuple[int, int, int, str]], needed: int) -> Iterator[_Find]:
    """Yield where enough different words of one term stand together."""
    for number, (first, last, bits, unit) in enumerate(rows):
        parts, seen = [(bits, unit)], bits
        for at, end, more, other in rows[number + 1 :]:
            if seen.bit_count() >= needed or at > last + 1 + _APART:
                break
            if at > last and not more & seen:
                parts.append((more, other))
                seen |= more
                last = end  # noqa: PLW2901  (the find grows)
        if seen.bit_count() >= needed:
            yield _Find(first, last, tuple(parts))


def _sure(private: vault.Private, term: int, find: _Find) -> bool:
    """Return whether what was found is a spelling of the name: digests meet for some that are not."""
    names = private.names
    if term >= len(names):
        return False
    units = defaultdict(set)
    for bits, joined in _units(_parts(names[term])):
        units[bits].add(joined)
    return all(any(_alike(written, meant) for meant in units[bits]) for bits, written in find.parts)


def _alike(written: str, meant: str) -> bool:
    most = spelling.edits_allowed(meant)
    if spelling.distance(written, meant, most) <= most:
        return True
    bones = spelling.skeleton(meant)
    return bool(bones) and bones == spelling.skeleton(written)
