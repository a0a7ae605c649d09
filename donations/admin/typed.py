"""Sums as staff type them: read by the rules of donations.money in the currency the same form names."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from donations.money import Money, NotAnAmount, parse


def currencies() -> list[tuple[str, str]]:
    """Return the currencies there are to choose from."""
    return [(currency, currency) for currency in settings.CURRENCIES]


def read(form: forms.BaseForm, field: str, currency: str) -> Money | None:
    """Return the sum typed into a field, or None after saying beside the field what is wrong with it."""
    typed = (form.cleaned_data.get(field) or "").strip()
    if not typed or not currency:
        return None
    try:
        return parse(typed, currency, get_language() or "en")
    except NotAnAmount as wrong:
        form.add_error(field, wrong.message)
        return None


def sum_field(label: Any, **options: Any) -> forms.CharField:
    """Return a field for a sum."""
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "sum"})
    return forms.CharField(label=label, max_length=24, widget=widget, strip=False, **options)


def reason_field(**options: Any) -> forms.CharField:
    """Return a field for why something is done; it stays in the log."""
    widget = forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"})
    options = {"label": _("Reason"), "max_length": 180, "help_text": _("Kept in the log, with your name."), **options}
    return forms.CharField(widget=widget, **options)
