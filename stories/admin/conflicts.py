"""Two people in one story: what somebody's form was made from, whether that still stands, and how the two differ."""

import difflib
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from stories.text import plain_words

MOST_ROWS = 1000  # of one kind in one form
_MANAGEMENT = ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")


@dataclass(frozen=True)
class Difference:
    """One place where the saved story and somebody's form differ, with the words of both, changed ones marked."""

    where: str
    theirs: SafeString
    mine: SafeString


def fingerprint(form: Any, formsets: Iterable[Any]) -> str:
    """Return what tells a working copy from every other: a hash of all that its forms were filled from."""
    digest = hashlib.blake2b(digest_size=16)
    for name in sorted(form.fields):
        digest.update(repr((name, _plain(form.initial.get(name)))).encode())
    for formset in formsets:
        for row in formset.initial_forms:
            values = sorted((name, _plain(row.initial.get(name))) for name in row.fields if name != "DELETE")
            digest.update(repr((formset.prefix, row.instance.pk, values)).encode())
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple | set) or hasattr(value, "values_list"):
        return sorted(str(_plain(one)) for one in value)
    return str(getattr(value, "pk", value))


def fitted(posted: QueryDict, formsets: Iterable[Any], drop_others: bool) -> QueryDict:
    """Return a posted form that fits the story's present rows, whatever was added or deleted meanwhile.

    Rows that are gone come back as new ones. Rows the form knows nothing of stay, or with `drop_others` are deleted:
    then the form's state is the whole of the story.
    """
    made = posted.copy()
    for formset in formsets:
        _fit(made, formset.prefix, formset.fk.name, [row.instance.pk for row in formset.initial_forms], drop_others)
    return made


def _fit(posted: QueryDict, prefix: str, parent: str, present: list[Any], drop_others: bool) -> None:
    rows = _rows(posted, prefix)
    kept: dict[str, dict[str, list[str]]] = {}
    added = []
    for row in rows:
        key = (row.get("id") or [""])[0]
        if key in {str(pk) for pk in present} and key not in kept:
            kept[key] = row
        elif "DELETE" not in row:
            added.append(row | {"id": [""]})
    if drop_others:
        for pk in present:
            kept.setdefault(str(pk), {"id": [str(pk)], "DELETE": ["on"]})
    for name in [
        name for name in posted if name.startswith(f"{prefix}-") and name[len(prefix) + 1 :].partition("-")[0].isdigit()
    ]:
        del posted[name]
    for number, row in enumerate([*kept.values(), *added]):
        for field, values in row.items():
            posted.setlist(f"{prefix}-{number}-{field}", values)
    posted[f"{prefix}-INITIAL_FORMS"] = str(len(kept))
    posted[f"{prefix}-TOTAL_FORMS"] = str(len(kept) + len(added))


def _rows(posted: QueryDict, prefix: str) -> list[dict[str, list[str]]]:
    rows: dict[int, dict[str, list[str]]] = {}
    for name, values in posted.lists():
        if not name.startswith(f"{prefix}-"):
            continue
        number, _dash, field = name[len(prefix) + 1 :].partition("-")
        if field and number.isascii() and number.isdigit() and len(number) < 6:
            rows.setdefault(int(number), {})[field] = values
    total = (posted.get(f"{prefix}-TOTAL_FORMS") or "0")[:6]
    most = min(int(total) if total.isascii() and total.isdigit() else 0, MOST_ROWS)
    return [rows[number] for number in sorted(rows) if number < most]


def differences(saved: tuple[Any, list[Any]], typed: tuple[Any, list[Any]]) -> list[Difference]:
    """Return where two pairs of form and formsets differ: what is stored, and what somebody typed."""
    found = list(_between("", saved[0], typed[0]))
    for stored, posted in zip(saved[1], typed[1], strict=True):
        kind = capfirst(str(stored.model._meta.verbose_name))
        theirs = {row.instance.pk: row for row in stored.initial_forms}
        seen = set()
        for row in posted.forms:
            pk = row.instance.pk
            gone = posted.can_delete and posted._should_delete_form(row)
            if pk in theirs:
                seen.add(pk)
            if gone and pk in theirs:
                found.append(Difference(kind, _text(_all_words(theirs[pk])), _text(_("Deleted by you."))))
            elif not gone and pk in theirs:
                found += _between(kind, theirs[pk], row)
            elif not gone and (words := _all_words(row)):
                found.append(Difference(kind, _text(_("Not in the saved story.")), _text(words)))
        missing = [row for pk, row in theirs.items() if pk not in seen]
        found += [Difference(kind, _text(_all_words(row)), _text(_("Not on your page."))) for row in missing]
    return found


def _between(kind: str, theirs: Any, mine: Any) -> Iterator[Difference]:
    for name, field in theirs.fields.items():
        if name in {"id", "DELETE", "ordering", "region", "parent", "story"} and kind:
            continue
        before, after = _words(theirs, name), _words(mine, name)
        if before != after:
            label = capfirst(str(field.label or name))
            yield Difference(f"{kind}: {label}" if kind else label, *_marked(before, after))


def _all_words(row: Any) -> str:
    hidden = {"id", "DELETE", "ordering", "region", "parent", "story"}
    return " · ".join(words for name in row.fields if name not in hidden and (words := _words(row, name)))


def _words(form: Any, name: str) -> str:
    """Return what a field shows, in words: labels for choices, no markup."""
    field = form.fields[name]
    bound = form[name]
    value = bound.value()
    if hasattr(field.widget, "decompress"):  # date and time
        value = value if isinstance(value, list) else field.widget.decompress(value)
        return " ".join(str(part) for part in value if part)
    values = value if isinstance(value, list | tuple) else [] if value in (None, "") else [value]
    if choices := getattr(field, "queryset", None):
        keys = [str(getattr(one, "pk", one)) for one in values]
        known = {str(row.pk): str(row) for row in choices.model._default_manager.filter(pk__in=[k for k in keys if _is_key(k)])}
        return ", ".join(known.get(key, key) for key in keys)
    if choices := getattr(field, "choices", None):
        labels = {str(key): str(label) for key, label in choices}
        return ", ".join(sorted(labels.get(str(one), str(one)) for one in values))
    return plain_words(" ".join(str(one) for one in values).replace("\r\n", "\n")) if values else ""


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _marked(before: str, after: str) -> tuple[SafeString, SafeString]:
    """Return both texts with the words that only one has marked as deleted and inserted."""
    old, new = before.split(), after.split()
    left, right = [], []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        left.append(("del" if kind != "equal" and b > a else "", " ".join(old[a:b])))
        right.append(("ins" if kind != "equal" and d > c else "", " ".join(new[c:d])))
    return _joined(left), _joined(right)


def _joined(parts: list[tuple[str, str]]) -> SafeString:
    pieces = [format_html("<{}>{}</{}>", SafeString(tag), text, SafeString(tag)) if tag else text for tag, text in parts if text]
    return format_html_join(" ", "{}", ((piece,) for piece in pieces)) or _text(_("Empty."))


def _text(words: str) -> SafeString:
    return format_html("{}", words)
