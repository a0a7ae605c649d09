"""A Gift Aid declaration made in the portal: who and where somebody is at home, and which gifts it is for."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from donations import declaration_words, postcodes
from donations.forms import DECLARED_ADDRESS, DECLARED_NAME, line, readable
from supporters.people import Person

_NUMBERED = re.compile(r"([0-9]{1,5}[A-Za-z]?),? +(.+)")


def _text(label: Any, most: int, autocomplete: str, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, widget=forms.TextInput(attrs={"autocomplete": autocomplete}), **options)


class GiftAidForm(forms.Form):
    """The declaration: at least one of future and past gifts, a name, a home address."""

    title = _text(gettext_lazy("Title"), 4, "honorific-prefix", required=False)
    first_name = _text(gettext_lazy("First name"), DECLARED_NAME, "given-name")
    last_name = _text(gettext_lazy("Last name"), DECLARED_NAME, "family-name")
    house = _text(
        gettext_lazy("House name or number"),
        40,
        "off",
        error_messages={"required": gettext_lazy("Please give your house name or number: Gift Aid needs your home address.")},
    )
    address = _text(
        gettext_lazy("Home address"),
        DECLARED_ADDRESS,
        "address-line1",
        help_text=gettext_lazy("Street and town."),
        error_messages={"required": gettext_lazy("Please give your street and town: Gift Aid needs your home address.")},
    )
    postcode = _text(gettext_lazy("Postcode"), 12, "postal-code", required=False)
    abroad = forms.BooleanField(label=gettext_lazy("My home address is outside the UK"), required=False)
    future = forms.BooleanField(required=False)
    past = forms.BooleanField(required=False)

    def __init__(self, data: QueryDict | None = None, **options: Any) -> None:
        super().__init__(None if data is None else readable(data), **options)
        self.fields["future"].label = declaration_words.future_gifts()
        self.fields["past"].label = declaration_words.past_gifts()
        self.fields["postcode"].sometimes = True  # type: ignore[attr-defined]  # unless abroad: not marked as optional

    @classmethod
    def for_person(cls, person: Person) -> "GiftAidForm":
        """Return the form with what is known filled in."""
        known = next((supporter for supporter in person.supporters if supporter.name), None)
        names = {"first_name": known.first_name[:DECLARED_NAME], "last_name": known.last_name[:DECLARED_NAME]} if known else {}
        home = _home(person.foremost.address) if person.foremost else {}
        return cls(initial={**names, **home, "future": True, "past": False})

    def clean(self) -> dict[str, Any]:
        """Hold the postcode to its shape, and ask for one kind of gifts at least."""
        cleaned = super().clean() or self.cleaned_data
        for name in ("title", "first_name", "last_name", "house", "address", "postcode"):
            if cleaned.get(name):
                try:
                    cleaned[name] = line(cleaned[name])
                except ValidationError as wrong:
                    self.add_error(name, wrong)
        if "postcode" in cleaned and not self.errors.get("postcode"):
            self._clean_postcode(cleaned)
        if not cleaned.get("future") and not cleaned.get("past"):
            self.add_error("future", _("Please tick which gifts your declaration is for: those to come, past ones, or both."))
        return cleaned

    def _clean_postcode(self, cleaned: dict[str, Any]) -> None:
        if cleaned["abroad"]:
            # The schedule has no room for another country's code: it belongs to the address.
            whole = ", ".join(part for part in (cleaned.get("address", ""), cleaned["postcode"]) if part)
            cleaned["address"], cleaned["postcode"] = whole[:DECLARED_ADDRESS], ""
        elif code := postcodes.written(cleaned["postcode"]):
            cleaned["postcode"] = code
        else:
            words = _("Please type a UK postcode, for example SW1A 1AA, or say that your home is outside the UK.")
            self.add_error("postcode", words)


def _home(address: dict[str, Any]) -> dict[str, str]:
    """Return what is known of a home in the UK, the house apart from its street, as the tax office wants it."""
    if address.get("country") != "GB":
        return {}
    street = address.get("line1", "")
    numbered = _NUMBERED.fullmatch(street)
    house, street = numbered.groups() if numbered else ("", street)
    parts = (street, address.get("line2", ""), address.get("city", ""))
    whole = ", ".join(part for part in parts if part)
    return {"house": house, "address": whole[:DECLARED_ADDRESS], "postcode": address.get("postcode", "")}
