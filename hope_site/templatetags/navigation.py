"""Ways through the site that every page draws: {% load navigation %}{% language_links as links %}.

What many pages have in common is drawn once: {% kept "components/footer.html" %}.
"""

import functools
import json
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.core.signals import setting_changed
from django.http import HttpRequest
from django.template import Context
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.safestring import SafeString

from hope_site.context import site

register = template.Library()


@dataclass(frozen=True)
class LanguageLink:
    """One language of the site: its code, its own name for itself, and where this page is in it."""

    code: str
    name: str
    address: str
    current: bool


@dataclass(frozen=True)
class Here:
    """Where a page stands: the name and arguments of its view, "" where none was found.

    All stories are one place: no way through the site tells them apart.
    """

    view: str = ""
    arguments: tuple[tuple[str, Hashable], ...] = ()


@register.simple_tag(takes_context=True)
def kept(context: Context, name: str, **data: Any) -> SafeString:
    """Draw a part of the page once a process for each place, language and `data` (what JSON can say).

    The part is given the data, `here`, and the site's own facts (hope_site.context): nothing of the visitor, neither
    the request nor its query, can be kept in it.
    """
    said = json.dumps(data, default=vars)
    if settings.DEBUG:  # templates change while the process runs
        return _draw(name, _here(context), said)
    return _drawn(name, translation.get_language(), _here(context), said)


def _draw(name: str, here: Here, said: str) -> SafeString:
    return render_to_string(name, {**site(HttpRequest()), "here": here, **json.loads(said)})


@functools.lru_cache(maxsize=256)
def _drawn(name: str, _language: str | None, here: Here, said: str) -> SafeString:
    return _draw(name, here, said)


def _forget(**_changed: Any) -> None:
    """Draw anew after a setting changed: tests do that."""
    _drawn.cache_clear()


setting_changed.connect(_forget)


@register.simple_tag(takes_context=True)
def language_links(context: Context) -> list[LanguageLink]:
    """Return this page's address in every language; a story's page leads to that language's list.

    A story exists in the language it was written in: its own page names its translations.
    Works without a request (error pages) by leading to the home pages.
    """
    here = _here(context)
    current = translation.get_language()
    return [
        LanguageLink(
            code=code,
            name=str(translation.get_language_info(code)["name_local"]).capitalize(),
            address=_address_in(code, here),
            current=code == current,
        )
        for code, _name in settings.LANGUAGES
    ]


def _here(context: Context) -> Here:
    if known := context.get("here"):
        return known
    match = getattr(context.get("request"), "resolver_match", None)
    if match is None:
        return Here()
    return Here(match.view_name) if match.view_name == "stories:story" else Here(match.view_name, tuple(match.kwargs.items()))


def _address_in(language: str, here: Here) -> str:
    with translation.override(language):
        view = "stories:list" if here.view == "stories:story" else here.view
        try:
            return reverse(view, kwargs=dict(here.arguments))
        except NoReverseMatch:
            return reverse("home")
