"""Compare two versions of a story: word by word, block by block, what moved, which pictures changed."""

import difflib
import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from safeguarding.models import Channel
from stories.addresses import media_address

MANY_WORDS = 3000  # above, the matcher may take frequent words for noise: a minute's comparison becomes a second's
ALIKE = 0.5  # two blocks whose words agree by half are one block that was rewritten

_ENDS = re.compile(r"</(?:p|li|h2|h3)>|<br ?/?>")
_LINK = re.compile(r'<a\b[^>]*href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
KINDS = {
    "text": gettext_lazy("Text"),
    "picture": gettext_lazy("Picture"),
    "clip": gettext_lazy("Clip"),
    "quote": gettext_lazy("Quote"),
    "aside": gettext_lazy("Aside"),
    "link": gettext_lazy("Link"),
}


@dataclass(frozen=True)
class Piece:
    """A run of words: "same", "added" or "removed"."""

    state: str
    words: str


@dataclass(frozen=True)
class Shown:
    """A picture of one side, as a small view: its address and what it says of itself. Empty address: none ready."""

    address: str
    words: str


@dataclass(frozen=True)
class Row:
    """One field or block of the comparison. `states`: any of added, removed, changed, moved; none: the same on both sides."""

    name: str
    states: tuple[str, ...] = ()
    pieces: tuple[Piece, ...] = ()
    before: Shown | None = None
    after: Shown | None = None
    place_before: int | None = None  # number of the block in the older version, from 1
    place_after: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Comparison:
    """Everything that differs between two versions, and the blocks that do not, for their places."""

    fields: list[Row] = field(default_factory=list)
    blocks: list[Row] = field(default_factory=list)

    @property
    def same(self) -> bool:
        """Return whether nothing differs."""
        return not self.fields and not any(row.states for row in self.blocks)


def compare(before: dict[str, Any], after: dict[str, Any]) -> Comparison:
    """Compare the contents of two revisions (snapshots.py says their shape)."""
    return Comparison(fields=_fields(before, after), blocks=_blocks(before["blocks"], after["blocks"]))


# --- words ------------------------------------------------------------------------------------------
def words_between(before: str, after: str) -> tuple[Piece, ...]:
    """Return the runs of words that two texts share, that were taken out and that came in, in reading order."""
    first, second = _tokens(before), _tokens(after)
    matcher = difflib.SequenceMatcher(None, first, second, autojunk=max(len(first), len(second)) > MANY_WORDS)
    pieces = []
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            pieces.append(Piece("same", "".join(first[a:b])))
            continue
        pieces += [Piece("removed", "".join(first[a:b]))] if b > a else []
        pieces += [Piece("added", "".join(second[c:d]))] if d > c else []
    return tuple(pieces)


def _tokens(text: str) -> list[str]:
    return re.findall(r"\S+\s*|\s+", text)


def plain(text: str) -> str:
    """Return the words of some html, a line for each paragraph, with the addresses of links beside them."""
    linked = _LINK.sub(lambda found: f"{found[2]} ⟨{found[1]}⟩", text)
    lines = strip_tags(_ENDS.sub("\n", linked)).splitlines()
    return "\n".join(line for line in (html.unescape(" ".join(line.split())) for line in lines) if line)


def words_of(block: dict[str, Any]) -> str:
    """Return all words of a block that a reader sees or hears."""
    match block["kind"]:
        case "text":
            return plain(block["html"])
        case "aside":
            return f"{block['title']}\n{plain(block['html'])}"
        case "quote":
            return "\n".join(filter(None, [block["text"], block["attribution"]]))
        case "picture":
            return "\n".join(filter(None, [block["caption"], _alt(block["picture"])]))
        case "clip":
            return "\n".join(filter(None, [block["clip"]["title"], block["clip"]["transcript"]]))
        case "link":
            return " ".join(filter(None, [block["label"], block["title"], block.get("url") or block.get("slug")]))
    return ""


def _alt(picture: dict[str, Any]) -> str:
    return _("Alternative text: %(alt)s") % {"alt": picture["alt"]} if picture["alt"] else _("Decorative")


# --- the story around its blocks --------------------------------------------------------------------
_FIELDS = {
    "title": gettext_lazy("Title"),
    "standfirst": gettext_lazy("Standfirst"),
    "byline": gettext_lazy("Byline"),
    "lead_caption": gettext_lazy("Caption of the lead picture"),
    "content_note": gettext_lazy("Content note"),
    "language": gettext_lazy("Language"),
    "place": gettext_lazy("Place"),
    "themes": gettext_lazy("Themes"),
    "channels": gettext_lazy("Goes out through"),
    "people": gettext_lazy("People"),
}


def _fields(before: dict[str, Any], after: dict[str, Any]) -> list[Row]:
    rows = []
    for name, label in _FIELDS.items():
        first, second = _in_words(name, before), _in_words(name, after)
        if first != second:
            rows.append(Row(str(label), ("changed",), words_between(first, second)))
    first, second = before["lead"], after["lead"]
    if _identity(first) != _identity(second):
        words = words_between(_alt(first) if first else "", _alt(second) if second else "")
        rows.append(Row(_("Lead picture"), ("changed",), words, _view(first), _view(second)))
    return rows


def _in_words(name: str, content: dict[str, Any]) -> str:
    value: Any = content.get(name) or ""
    match name:
        case "place" if value:
            return ", ".join(filter(None, [value["region"], countries.name(value["country"])]))
        case "themes":
            return ", ".join(theme["name"] for theme in value)
        case "channels":
            return ", ".join(str(Channel(channel).label) for channel in value)
        case "people":  # by number: references say nothing, and names are not for everybody who compares
            return ", ".join(sorted("+".join(materials) for materials in value.values())) if value else ""
    return str(value)


def _identity(picture: dict[str, Any] | None) -> Any:
    return (picture["token"], picture["alt"], picture["credit"], picture["origin"]) if picture else None


def _view(picture: dict[str, Any] | None) -> Shown | None:
    if picture is None:
        return None
    crop = next((name for name in ("full", *picture["crops"]) if name in picture["crops"]), "")
    width = min(picture["crops"][crop]["widths"], default=0) if crop else 0
    return Shown(media_address(f"p/{picture['token']}/{crop}-{width}.jpg") if width else "", picture["alt"])


# --- blocks -----------------------------------------------------------------------------------------
def _blocks(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[Row]:
    pairs = _pairs(before, after)
    stayed = _longest_rising([pairs[place] for place in sorted(pairs)])
    met = {second: first for first, second in pairs.items()}
    rows: list[Row] = []
    gone = [place for place in range(len(before)) if place not in pairs]
    for place in range(len(after)):
        first = met.get(place)
        while gone and first is not None and gone[0] < first and place in stayed:
            rows.append(_row(before, gone.pop(0), after, None, moved=False))
        rows.append(_row(before, first, after, place, moved=first is not None and place not in stayed))
    return rows + [_row(before, place, after, None, moved=False) for place in gone]


def _pairs(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> dict[int, int]:
    """Return which block became which: by its key, else by the same words, else by half of them."""
    pairs: dict[int, int] = {}

    def match(judge: Any) -> None:
        for first, old in enumerate(before):
            if first in pairs:
                continue
            taken = set(pairs.values())
            for second, new in enumerate(after):
                if second not in taken and old["kind"] == new["kind"] and judge(old, new):
                    pairs[first] = second
                    break

    match(lambda old, new: old.get("key") and old.get("key") == new.get("key"))
    match(lambda old, new: _judged(old) == _judged(new))
    match(_alike)
    return pairs


def _judged(block: dict[str, Any]) -> Any:
    picture = _picture_of(block)
    return words_of(block), block.get("html"), picture["token"] if picture else None


def _alike(old: dict[str, Any], new: dict[str, Any]) -> bool:
    matcher = difflib.SequenceMatcher(None, words_of(old).split(), words_of(new).split())
    return matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def _longest_rising(places: Sequence[int]) -> set[int]:
    """Return the longest run of places that kept their order: the others are what was moved."""
    best: list[list[int]] = []
    for place in places:
        before = _longest(run for run in best if run[-1] < place)
        best.append([*before, place])
    return set(_longest(best))


def _longest(runs: Iterable[list[int]]) -> list[int]:
    return max(runs, key=len, default=[])


def _picture_of(block: dict[str, Any]) -> dict[str, Any] | None:
    return block["picture"] if block["kind"] == "picture" else block["clip"]["poster"] if block["kind"] == "clip" else None


def _row(before: list[dict[str, Any]], first: int | None, after: list[dict[str, Any]], second: int | None, *, moved: bool) -> Row:
    old = before[first] if first is not None else None
    new = after[second] if second is not None else None
    states = [name for name, so in (("added", old is None), ("removed", new is None), ("moved", moved)) if so]
    same_words = old is not None and new is not None and words_of(old) == words_of(new)
    pictures = [_picture_of(block) if block else None for block in (old, new)]
    if old is not None and new is not None and (_judged(old) != _judged(new) or _identity(pictures[0]) != _identity(pictures[1])):
        states.append("changed")
    differs = "changed" in states and _identity(pictures[0]) != _identity(pictures[1])
    return Row(
        name=str(KINDS[(old or new or {})["kind"]]),
        states=tuple(states),
        pieces=words_between(words_of(old) if old else "", words_of(new) if new else ""),
        before=_view(pictures[0]) if differs or new is None else None,
        after=_view(pictures[1]) if differs or old is None else None,
        place_before=None if first is None else first + 1,
        place_after=None if second is None else second + 1,
        note=_("Only emphasis, headings or lists differ.") if "changed" in states and same_words and not differs else "",
    )
