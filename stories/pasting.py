"""Pasting: markup from word processors and web pages rebuilt as the few elements a story's words may use.

Tracked deletions, comments and hidden words are dropped and counted: a deleted name must never come back as visible
text (safeguarding rule 16). Pictures are refused: they belong in the library, and a remote one tells who is reading.
What comes out still goes through the sanitiser (see text.py); this module knows what the marks of Word, Google Docs and
web pages mean, not what is safe.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MOST_DEPTH = 120  # elements inside each other; deeper ones are taken as siblings

# Marks that the editor itself never makes: with any of them, markup is rebuilt before it is cleaned.
_FOREIGN = re.compile(
    r"<(?:del|s|strike|ins|h1|h4|h5|h6|table|img|font|span|div|o:|v:|w:|b|i)\b|<!\[|<!--|\sstyle\s*=|\sclass\s*=|\shidden\b|mso-|cmnt",
    re.IGNORECASE,
)
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "v:imagedata"}
_SILENT = {
    "script", "style", "template", "noscript", "iframe", "title", "head", "xml", "svg", "math", "object", "select", "textarea",
    "button", "canvas", "audio", "video",
}  # fmt: skip
_DELETED = {"del", "s", "strike"}
_PICTURES = {"img", "v:imagedata", "picture", "embed", "image"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_LISTS = {"ul", "ol"}
_BLOCKS = _HEADINGS | _LISTS | {
    "p", "div", "li", "blockquote", "section", "article", "main", "header", "footer", "aside", "nav", "figure", "figcaption",
    "table", "tbody", "thead", "tfoot", "tr", "dl", "dt", "dd", "pre", "address", "hr", "form", "fieldset", "body", "html", "details",
}  # fmt: skip
_CLOSED_BY_BLOCKS = {"p", *_HEADINGS}
_LEVEL = re.compile(r"mso-list\s*:[^;]*?level([1-9])", re.IGNORECASE)
_OUTLINE = re.compile(r"mso-outline-level\s*:\s*([1-6])", re.IGNORECASE)
_NUMBER = re.compile(r"\(?(?:[0-9]{1,3}|[a-z]|[ivxlc]{1,6})[.)]", re.IGNORECASE)
_BLANK = re.compile(r"[ \t\n\r\f\xa0]+")


@dataclass(frozen=True)
class Pasted:
    """Markup rebuilt, and how many deletions, comments and pictures were left out of it."""

    html: str
    deletions: int = 0
    comments: int = 0
    pictures: int = 0

    def notice(self) -> str:
        """Return what was left out as a sentence for whoever pasted, "" when nothing was."""
        parts = []
        if self.deletions:
            parts.append(ngettext("%d deleted passage", "%d deleted passages", self.deletions) % self.deletions)
        if self.comments:
            parts.append(ngettext("%d comment", "%d comments", self.comments) % self.comments)
        if self.pictures:
            parts.append(ngettext("%d picture", "%d pictures", self.pictures) % self.pictures)
        if not parts:
            return ""
        said = _("Left out: %(what)s.") % {"what": ", ".join(parts)}
        return " ".join((said, _("Upload a picture into a block of its own."))) if self.pictures else said


@dataclass
class _Element:
    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["_Element | str"] = field(default_factory=list)

    @property
    def style(self) -> str:
        return self.attributes.get("style", "").lower()

    @property
    def classes(self) -> str:
        return self.attributes.get("class", "").lower()

    def words(self) -> str:
        return "".join(child if isinstance(child, str) else child.words() for child in self.children)


@dataclass
class _Line:
    """One block of the result: "p", "h2" or a list item of a depth from 1."""

    kind: str
    html: str = ""
    depth: int = 0
    heading: int = 0


def is_foreign(html: str) -> bool:
    """Return whether markup has marks that the editor itself never makes."""
    return bool(_FOREIGN.search(html))


def rebuild(html: str) -> Pasted:
    """Return markup rebuilt as headings, paragraphs and lists, and what was left out."""
    tree = _Tree()
    tree.feed(_fragment(html))
    tree.close()
    writer = _Writer()
    writer.walk(tree.root)
    writer.end_line()
    return Pasted(_written(writer.lines), writer.deletions, writer.comments, writer.pictures)


def _fragment(html: str) -> str:
    """Return what was selected, where the clipboard says so."""
    start, end = html.find("<!--StartFragment-->"), html.rfind("<!--EndFragment-->")
    return html[start:end] if 0 <= start < end else html


class _Tree(HTMLParser):
    """A tree of whatever was pasted: forgiving, and closing what word processors leave open."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = _Element("")
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self._close_while(_CLOSED_BY_BLOCKS, until=_LISTS | {"li", "td", "th", "div"})
        if tag == "li":
            self._close_while({"li"}, until=_LISTS)
        made = _Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(made)
        if tag not in _VOID and len(self.open) < MOST_DEPTH:
            self.open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID and tag not in _BLOCKS and self.open[-1].tag == tag and ":" in tag:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        for position in range(len(self.open) - 1, 0, -1):
            if self.open[position].tag == tag:
                del self.open[position:]
                return

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)

    def _close_while(self, tags: set[str], until: set[str]) -> None:
        for position in range(len(self.open) - 1, 0, -1):
            if self.open[position].tag in until:
                return
            if self.open[position].tag in tags:
                del self.open[position:]
                return


class _Writer:
    """Walks the tree and writes lines."""

    def __init__(self) -> None:
        self.lines: list[_Line] = []
        self.deletions = self.comments = self.pictures = 0
        self._line: _Line | None = None
        self._marks: list[str] = []
        self._lists: list[str] = []
        self._after_deletion = False

    # --- lines ---
    def begin_line(self, kind: str, depth: int = 0, heading: int = 0) -> None:
        self.end_line()
        self._line = _Line(kind, "".join(f"<{mark}>" for mark in self._marks), depth, heading)

    def end_line(self) -> None:
        if self._line:
            self._line.html += "".join(f"</{mark.split(' ')[0]}>" for mark in reversed(self._marks))
            self.lines.append(self._line)
        self._line = None

    def _write(self, html: str) -> None:
        if self._line is None:
            depth = len(self._lists)
            self.begin_line(self._lists[-1] if depth else "p", depth)
        assert self._line is not None
        self._line.html += html

    # --- the walk ---
    def walk(self, element: _Element) -> None:
        for child in element.children:
            if isinstance(child, str):
                self._text(child)
            elif not self._left_out(child):
                self._element(child)

    def _text(self, text: str) -> None:
        folded = _BLANK.sub(" ", text)
        if folded != " " or (self._line and self._line.html and not self._line.html.endswith(" ")):
            self._write(escape(folded, quote=False))
        if folded.strip():
            self._after_deletion = False

    def _left_out(self, element: _Element) -> bool:
        """Return whether an element and all in it is dropped, counting what it was."""
        if element.tag in _PICTURES:
            self.pictures += 1
            return True
        if _is_comment(element):
            self.comments += _is_comment_mark(element) and bool(element.words().strip())
            return True
        if element.tag in _DELETED or "msodel" in element.classes or "line-through" in element.style:
            # Word splits one deletion into many runs; what follows on without a word between is the same one.
            if element.words().strip() and not self._after_deletion:
                self.deletions += 1
                self._after_deletion = True
            return True
        if (
            re.search(r"display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden", element.style)
            or "hidden" in element.attributes
        ):
            self.deletions += bool(element.words().strip())
            return True
        return element.tag in _SILENT or "mso-list:ignore" in element.style.replace(" ", "")

    def _element(self, element: _Element) -> None:
        if element.tag == "br":
            if "interchange" not in element.classes and self._line:
                self._write("<br>")
        elif element.tag in _LISTS:
            self._list(element)
        elif element.tag in {"td", "th"}:
            if self._line and self._line.html.strip():
                self._write(" – ")
            self.walk(element)
        elif element.tag in _BLOCKS:
            self._block(element)
        else:
            self._inline(element)

    def _list(self, element: _Element) -> None:
        self.end_line()
        self._lists.append(element.tag)
        self.walk(element)
        self.end_line()
        self._lists.pop()

    def _block(self, element: _Element) -> None:
        level, heading = _LEVEL.search(element.attributes.get("style", "")), _heading_of(element)
        depth = len(self._lists)
        if level and element.tag not in _HEADINGS:
            self.begin_line(_kind_of_word_list(element), int(level[1]))
        elif depth and element.tag in {"p", "div"} and self._line and not self._line.html.strip():
            self.walk(element)  # Google Docs puts a paragraph into each list item
            return
        elif depth:
            self.begin_line(self._lists[-1], depth)
        elif heading:
            self.begin_line("h", heading=heading)
        else:
            self.end_line()
        self.walk(element)
        self.end_line()

    def _inline(self, element: _Element) -> None:
        opened = [mark for mark in _marks_of(element) if mark.split(" ")[0] not in {m.split(" ")[0] for m in self._marks}]
        for mark in opened:
            self._write(f"<{mark}>")
            self._marks.append(mark)
        self.walk(element)
        for mark in reversed(opened):
            self._marks.pop()
            if self._line:
                self._line.html += f"</{mark.split(' ')[0]}>"


def _is_comment(element: _Element) -> bool:
    style = element.style.replace(" ", "")
    return (
        _is_comment_mark(element)
        or "mso-element:comment" in style
        or "mso-special-character:comment" in style
        or any(name in element.classes for name in ("msocomtxt", "msocomoff", "msocommenttext", "msocommentsubject"))
        or (element.tag in {"p", "div"} and any(_is_note(child) for child in element.children))
    )


def _is_comment_mark(element: _Element) -> bool:
    """Return whether an element is the sign in the text that a comment hangs on."""
    if "msocommentreference" in element.classes or "msocomanchor" in element.classes:
        return True
    return element.tag == "a" and (
        element.attributes.get("id", "").startswith("cmnt_ref") or element.attributes.get("href", "").startswith("#_msocom")
    )


def _is_note(child: "_Element | str") -> bool:
    """Return whether something is the head of a comment's own text, as Google Docs exports it."""
    if isinstance(child, str):
        return False
    own = child.tag == "a" and re.fullmatch(r"cmnt[0-9]+", child.attributes.get("id", ""))
    return bool(own) or (child.tag in {"p", "div"} and any(_is_note(inner) for inner in child.children))


def _heading_of(element: _Element) -> int:
    """Return the level of a heading, 0 for anything else."""
    if element.tag in _HEADINGS:
        return int(element.tag[1])
    if element.tag != "p":
        return 0
    if "msotitle" in element.classes.split():
        return 1
    if found := re.search(r"msoheading([1-6])|\bheading([1-6])\b", element.classes):
        return int(found[1] or found[2])
    outline = _OUTLINE.search(element.attributes.get("style", ""))
    return int(outline[1]) if outline else 0


def _kind_of_word_list(element: _Element) -> str:
    """Return "ol" where Word wrote a number or letter before the item, else "ul"."""
    return "ol" if any(_NUMBER.fullmatch(words.strip()) for words in _markers(element)) else "ul"


def _markers(element: _Element) -> Iterator[str]:
    for child in element.children:
        if isinstance(child, _Element):
            if "mso-list:ignore" in child.style.replace(" ", ""):
                yield child.words().replace("\xa0", " ")
            else:
                yield from _markers(child)


def _marks_of(element: _Element) -> list[str]:
    """Return the marks an inline element sets: strong, em, a link."""
    style, found = element.style, []
    weight = re.search(r"(?<![-\w])font-weight\s*:\s*([a-z0-9]+)", style)
    if weight:
        if weight[1] in {"bold", "bolder", "600", "700", "800", "900"}:
            found.append("strong")
    elif element.tag in {"b", "strong"}:
        found.append("strong")
    slant = re.search(r"(?<![-\w])font-style\s*:\s*([a-z]+)", style)
    if (slant and slant[1] in {"italic", "oblique"}) or (not slant and element.tag in {"i", "em"}):
        found.append("em")
    if element.tag == "a" and (address := _address(element.attributes.get("href", ""))):
        found.append(f'a href="{escape(address)}"')
    return found


def _address(href: str) -> str:
    """Return where a link leads: Google's own way round it taken out, places inside the pasted document dropped."""
    href = href.strip()
    if href.startswith(("#", "file:")):
        return ""
    try:
        parts = urlsplit(href)
    except ValueError:
        return ""
    if parts.netloc in {"www.google.com", "google.com"} and parts.path == "/url":
        return next(iter(parse_qs(parts.query, max_num_fields=30).get("q", [])), "") if parts.query.count("&") < 30 else ""
    return href


def _written(lines: list[_Line]) -> str:
    """Return the lines as markup: list items in lists by their depth, the highest headings as h2, all others as h3."""
    full = [line for line in lines if re.sub(r"<[^>]+>|&nbsp;", "", line.html).strip()]
    top = min((line.heading for line in full if line.heading), default=0)
    written: list[str] = []
    open_lists: list[str] = []
    for line in full:
        html = re.sub(r"^((?:<[^>]+>)*)\s+|(?:\s|<br>)+((?:</[^>]+>)*)$", r"\1\2", line.html)
        if not line.depth:
            while open_lists:
                written.append(f"</li></{open_lists.pop()}>")
            tag = "p" if line.kind != "h" else "h2" if line.heading == top else "h3"
            written.append(f"<{tag}>{re.sub('</?strong>', '', html) if line.kind == 'h' else html}</{tag}>")
            continue
        depth = min(line.depth, len(open_lists) + 1)  # no level is skipped
        while len(open_lists) > depth:
            written.append(f"</li></{open_lists.pop()}>")
        if len(open_lists) == depth and open_lists[-1] != line.kind:
            written.append(f"</li></{open_lists.pop()}>")
        if len(open_lists) == depth:
            written.append("</li>")
        else:
            written.append(f"<{line.kind}>")
            open_lists.append(line.kind)
        written.append(f"<li><p>{html}</p>")
    while open_lists:
        written.append(f"</li></{open_lists.pop()}>")
    return "".join(written)
