"""Words of the publishing pages: times in the charity's zone, what a change is called."""

import datetime
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from stories import timing

register = template.Library()


@register.filter
def own_time(moment: datetime.datetime | None) -> SafeString | str:
    """Return a moment in the charity's zone, which a script completes with the reader's own time."""
    return timing.shown(moment)


@register.simple_tag
def change_words(state: str, row: Any) -> str:
    """Return what happened to a block, in words: colour alone says it to too few."""
    match state:
        case "added":
            return _("came in")
        case "removed":
            return _("went out")
        case "moved":
            return _("moved from place %(before)d to %(after)d") % {"before": row.place_before, "after": row.place_after}
    return _("changed")
