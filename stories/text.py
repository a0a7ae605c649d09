"""Rich text: the elements a story's words may use, enforced on save and again on render."""

import dataclasses
import functools
import re
from typing import Any

import nh3
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.html import strip_tags
from django_prose_editor.fields import ProseEditorField

from stories import pasting

# Words per minute of an adult reading on a screen (Brysbaert 2019 gives 238 for English non-fiction).
WORDS_PER_MINUTE = 230

_EXTENSIONS: dict[str, Any] = {
    "Bold": True,
    "Italic": True,
    "Heading": {"levels": [2, 3]},
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto"]},
    "History": True,
}

_CLEANER = nh3.Cleaner(
    tags={"p", "h2", "h3", "ul", "ol", "li", "strong", "em", "a", "br"},
    # Deleted (tracked) words, scripts and styles go with all that is inside them (safeguarding rule 16).
    clean_content_tags={"script", "style", "del", "s", "strike", "template", "noscript", "iframe", "title"},
    attributes={"*": set(), "a": {"href"}},  # "*": else title and lang are let through
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener",
    strip_comments=True,
)


_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SLUG = re.compile(r"[-a-zA-Z0-9_]+")
_WEB_ADDRESS = URLValidator(schemes=["http", "https"])


def is_web_address(address: str) -> bool:
    """Return whether an address leads to a page of the web: http or https, with a host."""
    try:
        _WEB_ADDRESS(address)
    except ValidationError:
        return False
    return True


@functools.lru_cache(maxsize=256)  # rendering cleans again what saving cleaned: the same few texts each time
def clean_html(html: str) -> str:
    """Return the html with only the allowed elements, attributes and link schemes left, and no control characters."""
    cleaned = _CLEANER.clean(html).strip()
    if _CONTROLS.search(cleaned):  # written as references they only show now; the second cleaning sees what they hid
        cleaned = _CLEANER.clean(_CONTROLS.sub("", cleaned)).strip()
    return "" if not strip_tags(cleaned).strip() else cleaned


def clean_pasted(html: str) -> pasting.Pasted:
    """Return pasted markup rebuilt and cleaned, with what was left out of it."""
    rebuilt = pasting.rebuild(html)
    return dataclasses.replace(rebuilt, html=clean_html(rebuilt.html))


def clean_typed(html: str) -> str:
    """Return what a form sent, cleaned: rebuilt first where it has the marks of a word processor or web page."""
    return clean_pasted(html).html if pasting.is_foreign(html) else clean_html(html)


class ProseField(ProseEditorField):
    """A text column edited with the prose editor and cleaned by `clean_typed`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("extensions", _EXTENSIONS)
        kwargs["sanitize"] = clean_typed
        super().__init__(*args, **kwargs)


def plain_words(html: str) -> str:
    """Return the words of some html, elements dropped, white space folded."""
    return " ".join(strip_tags(html.replace("<", " <")).split())


def reading_minutes(words: int) -> int:
    """Return whole minutes it takes to read so many words, at least one."""
    return max(1, round(words / WORDS_PER_MINUTE))


def is_slug(text: str) -> bool:
    """Return whether a text can be the last part of a story's address."""
    return bool(_SLUG.fullmatch(text))
