"""Contact details as they are typed: names, an address as its country writes it, a telephone number, a language."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from donations.forms import line
from supporters.countries import PARTS, form_of

_PHONE = re.compile(r"\+?[\d\s().\-/]{5,28}(?:\s?(?:x|ext\.?)\s?\d{1,6})?", re.ASCII | re.IGNORECASE)
# The names by which browsers know the parts and fill them in.
_KNOWN_AS = {
    "first_name": "given-name", "last_name": "family-name", "phone": "tel", "country": "country", "line1": "address-line1",
    "line2": "address-line2", "city": "address-level2", "region": "address-level1", "postcode": "postal-code",
}  # fmt: skip


def _text(label: Any, most: int, *, required: bool = False) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=required)


class ContactForm(forms.Form):
    """Everything may stay empty but what makes an address one: an address is given whole or not at all."""

    first_name = _text(_("First name"), 60)
    last_name = _text(_("Last name"), 60)
    country = forms.ChoiceField(label=_("Country"), required=False)
    line1 = _text(_("House and street"), 100)
    line2 = _text(_("Flat, building, district"), 100)
    city = _text(_("Town or city"), 80)
    region = _text(_("Region"), 60)
    postcode = _text(_("Postcode"), 16)
    phone = forms.CharField(label=_("Telephone"), max_length=32, required=False, widget=forms.TextInput({"type": "tel"}))
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, help_text=_("Of these pages and of our letters.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        none = _("Please choose the country") if self._unsorted() else _("No postal address")
        choices: list[tuple[str, Any]] = [("", none), *countries]
        self.fields["country"].choices = choices  # type: ignore[attr-defined]
        self.postal = form_of(self._country())
        self._name_parts()
        for name in set(_KNOWN_AS) & set(self.fields):
            self.fields[name].widget.attrs["autocomplete"] = _KNOWN_AS[name]

    def _country(self) -> str:
        chosen = self.data.get("country") if self.is_bound else self.initial.get("country")
        return str(chosen) if chosen in dict(countries) else ""

    def _unsorted(self) -> bool:
        """Return whether what we know of the address are lines that a colleague wrote down, without their country."""
        return not self.initial.get("country") and any(self.initial.get(part) for part in PARTS)

    def _name_parts(self) -> None:
        """Call the parts of the address what the country calls them, and leave out those it does not have."""
        self.fields["city"].label = self.postal.city
        self.fields["postcode"].label = self.postal.postcode_name
        self.fields["region"].label = self.postal.region
        if not self.postal.postcode:
            del self.fields["postcode"]
        if not self.postal.region:
            del self.fields["region"]
        for name in self.needed() if self._country() else ():
            if name in self.fields:
                self.fields[name].sometimes = True  # type: ignore[attr-defined]  # not marked as optional

    def needed(self) -> list[str]:
        """Return the parts without which an address of this country does not arrive."""
        more = {"region": self.postal.region_needed, "postcode": self.postal.postcode_needed}
        return ["line1", "city", *(name for name, needed in more.items() if needed)]

    def clean_first_name(self) -> str:
        """Return the name in one line."""
        return line(self.cleaned_data["first_name"])

    def clean_last_name(self) -> str:
        """Return the name in one line."""
        return line(self.cleaned_data["last_name"])

    def clean_phone(self) -> str:
        """Return the number as it was typed, with single spaces."""
        typed = " ".join(self.cleaned_data["phone"].split())
        if typed and not (_PHONE.fullmatch(typed) and 5 <= sum(letter.isdigit() for letter in typed) <= 21):
            raise forms.ValidationError(_("Please look at the number again: digits, with spaces and a + in front if you like."))
        return typed

    def clean_postcode(self) -> str:
        """Return the postcode as its country writes it."""
        typed = self.cleaned_data["postcode"].strip()
        if not typed:
            return ""
        try:
            return self.postal.tidy(typed)
        except ValueError:
            raise forms.ValidationError(_("This does not look like a postcode of that country. Please look again.")) from None

    def clean(self) -> dict[str, Any]:
        """Ask for what is missing of an address that was begun."""
        given: dict[str, Any] = super().clean() or {}
        for part in set(PARTS) & set(given) - {"postcode"}:
            try:
                given[part] = line(given[part])
            except forms.ValidationError as error:
                self.add_error(part, error)
        # Whoever changes their telephone number need not sort such lines: they stay as they were written down.
        left_alone = self._unsorted() and not set(self.changed_data) & {"country", *PARTS}
        begun = any(given.get(part) for part in PARTS) and not left_alone
        if begun and not given.get("country") and "country" not in self.errors:
            self.add_error("country", _("Please choose the country of the address."))
        elif given.get("country"):
            self._ask_for_missing(given)
        return given

    def _ask_for_missing(self, given: dict[str, Any]) -> None:
        for part in self.needed():
            if not given.get(part) and part in self.fields and part not in self.errors:
                self.add_error(part, _("An address of this country needs this."))
