"""The ways through the portal: {% load portal_pages %}{% portal_pages as pages %}."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy

register = template.Library()

# In the order in which they are asked for; each shows once its address exists.
PAGES: tuple[tuple[str, Any], ...] = (
    ("portal", gettext_lazy("Overview")),
    ("portal-giving", gettext_lazy("Giving")),
    ("portal-pledges", gettext_lazy("Freedom Partner")),
    ("portal-statements", gettext_lazy("Tax statements")),
    ("portal-gift-aid", gettext_lazy("Gift Aid")),
    ("portal-contact", gettext_lazy("Contact details")),
    ("portal-preferences", gettext_lazy("Preferences")),
    ("portal-data", gettext_lazy("Your data")),
    ("portal-security", gettext_lazy("Signing in")),
)


@dataclass(frozen=True)
class PortalPage:
    """One page of the portal: what it is called, where it is.

    `mark`: what aria-current says of it, "page" where this is it, "true" where this is a page below it, else "".
    """

    name: str
    label: str
    address: str
    mark: str


@register.simple_tag(takes_context=True)
def portal_pages(context: Context) -> list[PortalPage]:
    """Return the pages there are; the current one is that whose address begins this page's."""
    path = context["request"].path
    found = [(name, str(label), where) for name, label in PAGES if (where := address(name))]
    here = max((where for _name, _label, where in found if path.startswith(where)), key=len, default="")
    mark = "page" if path == here else "true"
    return [PortalPage(name, label, where, mark if where == here else "") for name, label, where in found]


def address(name: str) -> str:
    """Return where a page is, or "" while the site has no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
