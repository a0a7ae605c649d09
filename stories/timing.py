"""Times as editors type and read them: in the charity's own time zone, daylight saving explained instead of guessed."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


def zone() -> ZoneInfo:
    """Return the charity's time zone."""
    return ZoneInfo(settings.CHARITY_TIME_ZONE)


def zone_name() -> str:
    """Return the zone as people call it: "London" of "Europe/London"."""
    return str(settings.CHARITY_TIME_ZONE).rpartition("/")[2].replace("_", " ")


def in_words(moment: datetime.datetime | None) -> str:
    """Return a moment as "Tue 8 Dec 2026, 09:00 London", or "" for none."""
    if moment is None:
        return ""
    there = moment.astimezone(zone())
    return f"{formats.date_format(there, 'D j M Y, H:i')} {zone_name()}"


def shown(moment: datetime.datetime | None) -> SafeString | str:
    """Return a moment in words that a script completes with the reader's own time, where that differs."""
    if moment is None:
        return ""
    utc = moment.astimezone(datetime.UTC)
    return format_html(
        '<time class="own-time" datetime="{}" data-zone="{}" data-own-time="{}">{}</time>',
        f"{utc:%Y-%m-%dT%H:%M:%SZ}", zone().key, _("your time"), in_words(moment),
    )  # fmt: skip


def aware(naive: datetime.datetime) -> datetime.datetime:
    """Return a time typed without a zone as a moment in UTC; raises ValidationError when the clocks skip or repeat it."""
    earlier, later = naive.replace(tzinfo=zone()), naive.replace(tzinfo=zone(), fold=1)
    try:
        moment = earlier.astimezone(datetime.UTC)
        back = moment.astimezone(zone()).replace(tzinfo=None)
    except (OverflowError, ValueError) as error:
        raise ValidationError(_("That is no time anybody will see.")) from error
    told = {"time": f"{naive:%H:%M}", "day": formats.date_format(naive, "j F Y"), "zone": zone_name()}
    if back != naive:
        raise ValidationError(
            _("%(time)s does not exist on %(day)s in %(zone)s: the clocks go forward over it. Choose a time an hour later.")
            % told
        )
    if earlier.utcoffset() != later.utcoffset():
        raise ValidationError(
            _("%(time)s comes twice on %(day)s in %(zone)s: the clocks go back. Choose a time outside that hour.") % told
        )
    return moment


def typed(text: str) -> datetime.datetime | None:
    """Return what a date-and-time field of the browser posted, in the charity's zone; None for nothing."""
    if not text:
        return None
    try:
        naive = datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise ValidationError(_("Type a day and a time.")) from error
    if naive.tzinfo is not None:
        raise ValidationError(_("Type a day and a time."))
    return aware(naive)


class CharityTimeInput(forms.TextInput):
    """A day and a time; while it is typed a script says when that is, there and where the editor is (admin-times.js)."""

    input_type = "datetime-local"
    template_name = "admin/charity-time.html"

    def __init__(self, says: Any, attrs: dict[str, Any] | None = None) -> None:
        """Take the words for a moment that was typed: "Goes live %s."."""
        super().__init__(attrs)
        self.says = says

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Give the template the zone, and the words that tell the moment."""
        context = super().get_context(name, value, attrs)
        own = context["widget"]["attrs"]
        own["aria-describedby"] = f"{own.get('aria-describedby', '')} {own['id']}_told".strip()
        try:
            moment = typed(context["widget"]["value"] or "")
        except ValidationError:
            moment = None  # the field says what is wrong
        told = self.says % in_words(moment) if moment else ""
        return context | {"says": self.says, "told": told, "zone": zone().key, "zone_name": zone_name()}


class CharityTimeField(forms.Field):
    """A day and a time in the charity's time zone."""

    def __init__(self, *, says: Any, **kwargs: Any) -> None:
        """Take the words for the moment, as CharityTimeInput; the rest is as for every field."""
        kwargs.setdefault("help_text", gettext_lazy("In the time of %(zone)s.") % {"zone": zone_name()})
        super().__init__(widget=CharityTimeInput(says), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Return a moment as the browser's field wants it, in the charity's zone; what was typed as it was."""
        if not isinstance(value, datetime.datetime):
            return value
        there = value.astimezone(zone()).replace(tzinfo=None, microsecond=0)
        return there.isoformat(timespec="seconds" if there.second else "minutes")

    def to_python(self, value: Any) -> datetime.datetime | None:
        """Return the moment, or say why there is none."""
        return typed((value or "").strip())
