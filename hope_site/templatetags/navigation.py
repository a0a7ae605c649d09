"""Ways through the site that every page draws: {% load navigation %}{% language_links as links %}."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.template import Context
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils import translation

register = template.Library()


@dataclass(frozen=True)
class LanguageLink:
    """One language of the site: its code, its own name for itself, and where this page is in it."""

    code: str
    name: str
    address: str
    current: bool


@register.simple_tag(takes_context=True)
def language_links(context: Context) -> list[LanguageLink]:
    """Return this page's address in every language; a story's page leads to that language's list.

    A story exists in the language it was written in: its own page names its translations.
    Works without a request (error pages) by leading to the home pages.
    """
    request = context.get("request")
    path = request.path_info if request is not None else ""
    current = translation.get_language()
    return [
        LanguageLink(
            code=code,
            name=str(translation.get_language_info(code)["name_local"]).capitalize(),
            address=_address_in(code, path),
            current=code == current,
        )
        for code, _name in settings.LANGUAGES
    ]


def _address_in(language: str, path: str) -> str:
    with translation.override(language):
        view, kwargs = _place_of(path)
        try:
            return reverse(view, kwargs=kwargs)
        except NoReverseMatch:
            return reverse("home")


def _place_of(path: str) -> tuple[str, dict[str, Any]]:
    """Return the named view that a path leads to in any language, made general where it is one story."""
    language = translation.get_language_from_path(path) or settings.LANGUAGE_CODE
    with translation.override(language):
        try:
            match = resolve(path)
        except Resolver404:
            return "home", {}
    if match.view_name == "stories:story":
        return "stories:list", {}
    return match.view_name or "home", match.kwargs
