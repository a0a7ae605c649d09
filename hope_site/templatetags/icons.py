"""Draw a glyph of the sprite in a template: {% load icons %}{% icon "search" %}."""

import re
from functools import cache
from pathlib import Path

from django import template
from django.conf import settings
from django.template import TemplateSyntaxError
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draw a glyph, silent to screen readers unless it is given a label.

    Leave the label out where words stand beside the glyph. Raises TemplateSyntaxError for a
    name the sprite does not have, so that a typing error cannot reach a page as an empty box.
    """
    if name not in glyph_names():
        raise TemplateSyntaxError(f"no glyph is named {name!r}; see static/icons/")
    address = f"{static('sprite.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}" focusable="false"><use href="{}"></use></svg>',
            label,
            address,
        )
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"></use></svg>',
        address,
    )


@cache
def glyph_names() -> frozenset[str]:
    """Return the names in the built sprite, read once a process: the sprite is what pages draw from."""
    sprite = Path(settings.BASE_DIR) / "static" / "sprite.svg"
    return frozenset(re.findall(r'<symbol id="([^"]+)"', sprite.read_text(encoding="utf-8")))
