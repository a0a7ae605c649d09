"""Words about a story, from its snapshot: places, themes, languages, lengths, origins of pictures."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils import translation
from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django_countries import countries

from stories.models.pictures import Origin
from stories.models.stories import story_address
from stories.text import clean_html

register = template.Library()


@register.filter
def place_name(place: dict[str, str] | None) -> str:
    """Return "Region, Country" in the active language, or "" for a story without a place."""
    if not place:
        return ""
    country = str(countries.name(place["country"]))
    return f"{place['region']}, {country}" if place["region"] else country


@register.filter
def theme_name(theme: dict[str, Any]) -> str:
    """Return a theme's name in the active language, or as entered where there is no translation."""
    name: str = theme["translations"].get((get_language() or "").split("-")[0]) or theme["name"]
    return name


@register.simple_tag
def list_address(**chosen: str) -> str:
    """Return the list's address with filters chosen: {% list_address place="india" %}."""
    return f"{reverse('stories:list')}?{urlencode(chosen)}"


@register.filter
def link_address(block: dict[str, str]) -> str:
    """Return where a link block leads: one of our stories, or a page elsewhere."""
    return block["url"] if "url" in block else story_address(block["slug"], block["language"])


@register.filter
def direction(language: str) -> str:
    """Return "rtl" or "ltr" for a language code; unknown ones read left to right."""
    try:
        return "rtl" if translation.get_language_info(language)["bidi"] else "ltr"
    except KeyError:
        return "ltr"


@register.filter
def language_name(language: str) -> str:
    """Return a language's own name for itself, with a capital: "Español"."""
    try:
        name = str(translation.get_language_info(language)["name_local"])
    except KeyError:
        return language
    return name[:1].upper() + name[1:]


@register.filter
def grouped(number: int) -> str:
    """Return a whole number with its thousands set apart as the active language does: 100000 is "100,000"."""
    return number_format(number, force_grouping=True)


@register.filter
def clock(duration_ms: int) -> str:
    """Return a length as minutes and seconds: 83000 (ms) is "1:23"."""
    seconds = round(duration_ms / 1000)
    return f"{seconds // 60}:{seconds % 60:02}"


@register.filter
def clock_iso(duration_ms: int) -> str:
    """Return a length for a time element: 83000 (ms) is "PT83S"."""
    return f"PT{round(duration_ms / 1000)}S"


@register.filter
def origin_words(picture: dict[str, Any]) -> str:
    """Return what a reader should know about where a picture comes from, or "" for our own photograph.

    Safeguarding rule 10: where the picture is not the person, the page says so.
    """
    match picture["origin"]:
        case Origin.ILLUSTRATION:
            return gettext("Illustration.")
        case Origin.MODEL:
            return gettext("The person in this photograph is a model.")
        case Origin.STOCK:
            return gettext("Stock photograph: not the person in the story.")
        case Origin.GENERATED:
            return gettext("Picture made by a computer: not the person in the story.")
    return ""


@register.filter
def credit_words(picture: dict[str, Any]) -> str:
    """Return the credit as a sentence: "Drawn for this site" becomes "Drawn for this site."."""
    credit: str = picture["credit"].strip()
    return credit if not credit or credit.endswith((".", "!", "?")) else f"{credit}."


@register.filter
def origin_mark(picture: dict[str, Any] | None) -> str:
    """Return the same in one or two words, for a card; "" for our own photograph or none."""
    match picture and picture["origin"]:
        case Origin.ILLUSTRATION:
            return gettext("Illustration")
        case Origin.MODEL:
            return gettext("Model")
        case Origin.STOCK:
            return gettext("Stock photograph")
        case Origin.GENERATED:
            return gettext("Computer-made picture")
    return ""


@register.filter
def cleaned(html: str) -> SafeString:
    """Return a snapshot's rich text with only the allowed elements left, once more on its way to the page."""
    return mark_safe(clean_html(html))  # noqa: S308  only the allowed elements are left
