"""The giving form: what somebody types becomes an Intent, or is shown again with what is wrong beside it."""

import re
import secrets
from typing import Any

from babel.numbers import get_decimal_symbol
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from donations import declaration_words, fees, postcodes
from donations.asking import plain
from donations.giving import Intent
from donations.models import Appeal
from donations.models.appeals import Frequency
from donations.money import Money, NotAnAmount, check_limits, maximum, parse

OTHER = "other"
# A preset as the form sends it: plain figures, nothing that needs reading.
_PRESET = re.compile(r"[0-9]{1,9}(\.[0-9]{1,3})?")
_ATTEMPT = re.compile(r"[A-Za-z0-9_-]{16,64}")
_ADDRESS = re.compile(r"://|www\.|[<>]", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
UNREADABLE = "\ufffd"
_LOST = gettext_lazy("Part of this form was lost on the way. Please press the button once more.")
DECLARED_NAME = 35  # characters of a name in the tax office's schedule
DECLARED_ADDRESS = 200

GIFT_AID_FIELDS = ("gift_aid_title", "gift_aid_house", "gift_aid_address", "gift_aid_postcode")
# Fields that are needed once something else is chosen: not marked as optional.
NEEDED_SOMETIMES = {"dedication", "dedication_name", "gift_aid_house", "gift_aid_address", "gift_aid_postcode"}


def new_attempt() -> str:
    """Return the token of a form that is shown: pressing its button twice is one gift."""
    return secrets.token_urlsafe(24)


def gift_aid_possible(currency: str) -> bool:
    """Return whether a gift in a currency can carry Gift Aid here."""
    return settings.TAX_JURISDICTION == "GB" and currency == "GBP"


def readable(data: QueryDict) -> QueryDict:
    """Return what was sent with a mark in place of characters that no page can show again; the mark is refused."""
    read = data.copy()
    for name, values in data.lists():
        read.setlist(name, [_CONTROL.sub(UNREADABLE, value) for value in values])
    return read


def line(text: str) -> str:
    """Return a line of words with single spaces; raises ValidationError for what can only be an advertisement."""
    if UNREADABLE in text:
        raise ValidationError(_("There is a character in this that we cannot read. Please write it again."), code="character")
    if _ADDRESS.search(text):
        raise ValidationError(_("Please write this without web addresses."), code="address")
    return " ".join(text.split())


class GivingForm(forms.Form):
    """One gift, as its giver says it. `frequency`, `currency`, `amount` and `other_amount` make the sum."""

    frequency = forms.ChoiceField(
        label=gettext_lazy("How often"),
        choices=Frequency.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Please choose once or monthly."),
            "invalid_choice": gettext_lazy("Please choose once or monthly."),
        },
    )
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency"),
        error_messages={
            "required": gettext_lazy("Please choose a currency."),
            "invalid_choice": gettext_lazy("Please choose one of the currencies shown."),
        },
    )
    amount = forms.CharField(
        label=gettext_lazy("How much"),
        max_length=16,
        error_messages={"required": gettext_lazy("Please choose an amount, or type your own.")},
    )
    other_amount = forms.CharField(
        label=gettext_lazy("Your amount"),
        required=False,
        strip=False,  # donations.money reads what was typed, blanks and all
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "transaction-amount", "enterkeyhint": "next"}),
    )
    first_name = forms.CharField(
        label=gettext_lazy("First name"),
        max_length=60,
        error_messages={"required": gettext_lazy("Please write your first name.")},
        widget=forms.TextInput(attrs={"autocomplete": "given-name", "enterkeyhint": "next"}),
    )
    last_name = forms.CharField(
        label=gettext_lazy("Last name"),
        max_length=60,
        error_messages={"required": gettext_lazy("Please write your last name.")},
        widget=forms.TextInput(attrs={"autocomplete": "family-name", "enterkeyhint": "next"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        help_text=gettext_lazy("Your receipt goes here."),
        error_messages={
            "required": gettext_lazy("Please write your e-mail address."),
            "invalid": gettext_lazy("Please write an e-mail address like name@example.org."),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "enterkeyhint": "next"}),
    )
    cover_fee = forms.BooleanField(required=False)
    dedication = forms.ChoiceField(
        label=gettext_lazy("Give for somebody"),
        required=False,
        choices=[("", gettext_lazy("No")), ("honour", gettext_lazy("In honour of")), ("memory", gettext_lazy("In memory of"))],
        widget=forms.RadioSelect,
    )
    dedication_name = forms.CharField(
        label=gettext_lazy("Their name"), required=False, max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    dedication_message = forms.CharField(
        label=gettext_lazy("A message"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    dedication_tell = forms.EmailField(
        label=gettext_lazy("E-mail of somebody to tell"),
        required=False,
        max_length=254,
        error_messages={"invalid": gettext_lazy("Please write an e-mail address like name@example.org.")},
        help_text=gettext_lazy("We write to them once, when your gift has come. The sum is never told."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    anonymous = forms.BooleanField(
        label=gettext_lazy("Keep my name private"),
        required=False,
        help_text=gettext_lazy("Only those who look after gifts will see it, never a list or a thank-you."),
    )
    gift_aid = forms.BooleanField(required=False)
    gift_aid_title = forms.CharField(
        label=gettext_lazy("Title"),
        required=False,
        max_length=4,
        widget=forms.TextInput(attrs={"autocomplete": "honorific-prefix"}),
    )
    gift_aid_house = forms.CharField(
        label=gettext_lazy("House name or number"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    gift_aid_address = forms.CharField(
        label=gettext_lazy("Home address"),
        required=False,
        max_length=DECLARED_ADDRESS,
        help_text=gettext_lazy("Street and town."),
        widget=forms.TextInput(attrs={"autocomplete": "address-line1"}),
    )
    gift_aid_postcode = forms.CharField(
        label=gettext_lazy("Postcode"),
        required=False,
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "autocapitalize": "characters"}),
    )
    gift_aid_abroad = forms.BooleanField(label=gettext_lazy("My home address is outside the UK"), required=False)
    gift_aid_future = forms.BooleanField(required=False)
    gift_aid_past = forms.BooleanField(required=False)
    consent_email = forms.BooleanField(required=False)
    attempt = forms.CharField(widget=forms.HiddenInput, max_length=64, error_messages={"required": _LOST, "max_length": _LOST})
    story = forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)

    def __init__(self, data: QueryDict | None = None, **options: Any) -> None:
        super().__init__(None if data is None else readable(data), **options)
        self.fields["currency"].choices = [(code, code) for code in settings.CURRENCIES]  # type: ignore[attr-defined]
        if settings.TAX_JURISDICTION == "GB" and "GBP" in settings.CURRENCIES:
            self.fields["gift_aid"].label = declaration_words.this_gift()
            self.fields["gift_aid_future"].label = declaration_words.future_gifts()
            self.fields["gift_aid_past"].label = declaration_words.past_gifts()
        else:
            for name in [name for name in self.fields if name.startswith("gift_aid")]:
                del self.fields[name]
        for name in NEEDED_SOMETIMES & self.fields.keys():
            self.fields[name].sometimes = True  # type: ignore[attr-defined]  # read by components/field-optional.html
        self.fields["consent_email"].label = declaration_words.updates()

    def replace_attempt(self, attempt: str) -> None:
        """Put another token into the form that is shown."""
        if self.is_bound:
            data = readable(self.data)  # type: ignore[arg-type]  # a QueryDict, from __init__
            data["attempt"] = attempt
            self.data = data
        else:
            self.initial["attempt"] = attempt

    # --- what is chosen, right or wrong ----------------------------------------------------------------
    def said(self, name: str) -> str:
        """Return what a field holds as the page shows it, "" for nothing."""
        if self.is_bound:
            return self.data.get(name, "")
        return str(self.initial.get(name) or "")

    @property
    def chosen_frequency(self) -> str:
        """Return the frequency to show: the one said, or once."""
        return self.said("frequency") if self.said("frequency") in Frequency.values else Frequency.ONCE

    @property
    def chosen_currency(self) -> str:
        """Return the currency to show: the one said, or the configured one."""
        said = self.said("currency")
        return said if said in settings.CURRENCIES else settings.DEFAULT_CURRENCY

    def chosen_gift(self) -> Money | None:
        """Return the sum before any fee is covered, None where nothing readable is said yet."""
        try:
            return read_sum(self.said("amount"), self.said("other_amount"), self.chosen_currency)
        except NotAnAmount:
            return None

    # --- each field -------------------------------------------------------------------------------------
    def clean_first_name(self) -> str:
        """Return the name in single spaces."""
        return line(self.cleaned_data["first_name"])

    def clean_last_name(self) -> str:
        """Return the name in single spaces."""
        return line(self.cleaned_data["last_name"])

    def clean_dedication_name(self) -> str:
        """Return the name in single spaces."""
        return line(self.cleaned_data["dedication_name"])

    def clean_dedication_message(self) -> str:
        """Return the message in single spaces: it stands in one paragraph of a letter."""
        return line(self.cleaned_data["dedication_message"])

    def clean_email(self) -> str:
        """Return the address in lower case: supporters are known by it."""
        return str(self.cleaned_data["email"]).lower()

    def clean_attempt(self) -> str:
        """Return the token as this site makes them: by it a second press is known for the same gift."""
        attempt = self.cleaned_data["attempt"]
        if not _ATTEMPT.fullmatch(attempt):
            raise ValidationError(_LOST, code="attempt")
        return str(attempt)

    def clean(self) -> dict[str, Any]:
        """Read the sum, and what is needed only where something else was chosen."""
        super().clean()
        self._clean_sum()
        self._clean_dedication()
        if self._declares():
            self._clean_declaration()
        return self.cleaned_data

    def _clean_sum(self) -> None:
        if "amount" not in self.cleaned_data or "currency" not in self.cleaned_data:
            return
        cleaned = self.cleaned_data
        # A typed amount is wrong beside the field it was typed into.
        field = "other_amount" if cleaned["amount"] == OTHER else "amount"
        try:
            gift = read_sum(cleaned["amount"], cleaned.get("other_amount", ""), cleaned["currency"])
            check_limits(gift)
            cover = fees.cover(gift) if cleaned.get("cover_fee") else Money.zero(gift.currency)
            if gift + cover > maximum(gift.currency):
                check_limits(gift + cover)
        except NotAnAmount as wrong:
            self.add_error(field, ValidationError(wrong.message, code=wrong.code))
            return
        cleaned["gift"], cleaned["cover"] = gift, cover

    def _clean_dedication(self) -> None:
        cleaned = self.cleaned_data
        more = [name for name in ("dedication_name", "dedication_message", "dedication_tell") if cleaned.get(name)]
        if cleaned.get("dedication"):
            if "dedication_name" in cleaned and not cleaned["dedication_name"]:
                self.add_error("dedication_name", _("Please write whom you are giving for."))
        elif more and "dedication" in cleaned:
            self.add_error("dedication", _("Please say whether it is in honour or in memory, or empty the fields below."))

    def _declares(self) -> bool:
        return bool(self.cleaned_data.get("gift_aid")) and gift_aid_possible(self.cleaned_data.get("currency", ""))

    def _clean_declaration(self) -> None:
        cleaned = self.cleaned_data
        for name in ("first_name", "last_name"):
            if len(cleaned.get(name, "")) > DECLARED_NAME:
                self.add_error(name, _("For Gift Aid a name has %(most)d letters at most.") % {"most": DECLARED_NAME})
        for name in GIFT_AID_FIELDS:
            if name in cleaned:
                try:
                    cleaned[name] = line(cleaned[name])
                except ValidationError as wrong:
                    self.add_error(name, wrong)
        for name, words in (
            ("gift_aid_house", _("Please give your house name or number: Gift Aid needs your home address.")),
            ("gift_aid_address", _("Please give your street and town: Gift Aid needs your home address.")),
        ):
            if name in cleaned and not cleaned[name]:
                self.add_error(name, words)
        if "gift_aid_postcode" in cleaned:
            self._clean_postcode()

    def _clean_postcode(self) -> None:
        cleaned = self.cleaned_data
        if cleaned["gift_aid_abroad"]:
            # The schedule has no room for another country's code: it belongs to the address.
            whole = ", ".join(part for part in (cleaned.get("gift_aid_address", ""), cleaned["gift_aid_postcode"]) if part)
            cleaned["gift_aid_address"], cleaned["gift_aid_postcode"] = whole[:DECLARED_ADDRESS], ""
            return
        if code := postcodes.written(cleaned["gift_aid_postcode"]):
            cleaned["gift_aid_postcode"] = code
        else:
            self.add_error(
                "gift_aid_postcode",
                _("Please type a UK postcode, for example SW1A 1AA, or say that your home is outside the UK."),
            )

    # --- what it all means ------------------------------------------------------------------------------
    def intent(self, appeal: Appeal, story_slug: str) -> Intent:
        """Return what somebody wants to give; call once the form is valid."""
        cleaned = self.cleaned_data
        return Intent(
            attempt=cleaned["attempt"],
            frequency=cleaned["frequency"],
            total=cleaned["gift"] + cleaned["cover"],
            fee_cover=cleaned["cover"].minor,
            appeal=appeal,
            language=get_language() or settings.LANGUAGE_CODE,
            anonymous=cleaned["anonymous"],
            story_slug=story_slug,
            details=self._details(),
        )

    def _details(self) -> dict[str, Any]:
        cleaned, now = self.cleaned_data, timezone.now().isoformat()
        details: dict[str, Any] = {name: cleaned[name] for name in ("email", "first_name", "last_name")}
        if cleaned["consent_email"]:
            details["consent"] = {"words": declaration_words.updates(), "at": now}
        if cleaned["dedication"]:
            details["dedication"] = {
                "kind": cleaned["dedication"],
                **{name: cleaned[f"dedication_{name}"] for name in ("name", "message", "tell")},
            }
        if self._declares():
            details["gift_aid"] = {
                "charity": settings.CHARITY_NAME,
                "title": cleaned["gift_aid_title"],
                "first_name": cleaned["first_name"],
                "last_name": cleaned["last_name"],
                "house": cleaned["gift_aid_house"],
                "address": cleaned["gift_aid_address"],
                "postcode": cleaned["gift_aid_postcode"],
                "past_four_years": cleaned["gift_aid_past"],
                "future": cleaned["gift_aid_future"],
                "words": declaration_words.declared(future=cleaned["gift_aid_future"], past=cleaned["gift_aid_past"]),
                "version": declaration_words.GIFT_AID_VERSION,
                "at": now,
            }
        return details


def read_sum(amount: str, other: str, currency: str) -> Money:
    """Return the sum of a preset, or of what was typed where `amount` is "other". Raises NotAnAmount."""
    if amount == OTHER:
        return parse(other, currency, get_language() or settings.LANGUAGE_CODE)
    if not _PRESET.fullmatch(amount):
        raise NotAnAmount(gettext_lazy("Please choose an amount, or type your own."), "not_a_preset")
    return parse(amount, currency, "en")


def typed_again(money: Money) -> str:
    """Return a sum as its giver would type it in the page's language."""
    return plain(money).replace(".", get_decimal_symbol((get_language() or "en").replace("-", "_")))
