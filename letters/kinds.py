"""The kinds of letters: each app registers its own, with the words it fills in and when it has become pointless.

The words: templates/<folder>/<name>.subject, .txt and .html; the HTML extends templates/letters/frame.html.
"""

from typing import Any

from letters.models import Letter

Attachment = tuple[str, bytes, str]  # file name, content, type


class Kind:
    """One kind of letter; `name` is unique over the whole site."""

    name = ""
    folder = ""

    def context(self, letter: Letter) -> dict[str, Any]:
        """Return what the words need, beside letter, charity_name and site_url."""
        return dict(letter.data)

    def not_needed(self, letter: Letter) -> str:
        """Return why the letter has become pointless since it was written, or ""."""
        return ""

    def headers(self, letter: Letter) -> dict[str, str]:
        """Return headers beside the usual ones."""
        return {}

    def attachments(self, letter: Letter, context: dict[str, Any]) -> list[Attachment]:
        """Return the files that go with the letter; may change the context where one is missing."""
        return []

    def sent(self, letter: Letter) -> None:
        """Take note that the letter has left; it may run again after a crash."""


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known; raises ValueError for a second one of the same name."""
    if type(_KINDS.get(kind.name, kind)) is not type(kind):
        raise ValueError(f"There is another kind of letter called {kind.name}")
    _KINDS[kind.name] = kind


def kind_of(name: str) -> Kind:
    """Return the kind of a name; raises KeyError for an unknown one."""
    return _KINDS[name]


def every_kind() -> list[Kind]:
    """Return all kinds by name."""
    return [_KINDS[name] for name in sorted(_KINDS)]
