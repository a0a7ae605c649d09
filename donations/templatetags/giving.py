"""Where giving happens, for pages that point there: {% load giving %}{% page_address "give" as giving %}."""

from django import forms, template
from django.urls import NoReverseMatch, reverse

register = template.Library()

# The names under which the pages of giving and support are wired, once they are.
PAGES = {"give": "give", "freedom-partner": "freedom-partner", "portal": "portal", "updates": "updates"}


@register.simple_tag
def page_address(name: str) -> str:
    """Return a page's address in the active language, or "" while the site has no such page.

    Raises KeyError for a page that is not in PAGES, so that a typing error cannot hide a panel for ever.
    """
    try:
        return reverse(PAGES[name])
    except NoReverseMatch:
        return ""


@register.filter
def opens(form: forms.Form, names: str) -> bool:
    """Return whether a folded part of a form has to stand open: something in the fields so named is said or wrong.

    {% if form|opens:"dedication anonymous" %}: each word is a field's name, or how some fields' names begin.
    """
    begun = tuple(names.split())
    return any(field.errors or field.value() for field in form if field.name.startswith(begun))
