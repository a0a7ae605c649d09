"""The forms of e-mail updates: signing up, confirming, choosing topics."""

import re
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from supporters.consents import Topic
from updates import words

# What no page may show and no database hold; browsers themselves show this sign in their place.
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_SIGN = "\ufffd"

HASTY_MS = 2000  # nobody reads, types an address and presses a button sooner


def readable(sent: QueryDict) -> QueryDict:
    """Return what was posted with a sign for each character that cannot be shown."""
    clean = QueryDict(mutable=True)
    for name, values in sent.lists():
        clean.setlist(name, [_UNREADABLE.sub(_SIGN, value) for value in values])
    return clean


class TopicsField(forms.MultipleChoiceField):
    """Which topics, each with what it brings."""

    widget = forms.CheckboxSelectMultiple
    sometimes = True  # no "(optional)" beside it: where nothing may be chosen, that means something

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=self.named, label=gettext_lazy("Send me"), **options)

    @staticmethod
    def named() -> list[tuple[str, str]]:
        """Return the topics as they are asked for in the active language."""
        return [
            (topic, format_html("<span><strong>{}</strong>: {}</span>", name, description))
            for topic, (name, description) in words.topics().items()
        ]


class SignUpForm(forms.Form):
    """An address, and what its owner would like to get."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "email", "inputmode": "email"}),
        error_messages={
            "required": gettext_lazy("Please type your e-mail address."),
            "invalid": gettext_lazy("Please look at the address again: it should look like name@example.org."),
        },
    )
    first_name = forms.CharField(
        label=gettext_lazy("First name"),
        max_length=60,
        required=False,
        widget=forms.TextInput({"autocomplete": "given-name"}),
    )
    topics = TopicsField(required=False)
    # Said by our own page, where topics are asked for: the panel asks for the address alone.
    choosing = forms.BooleanField(required=False, widget=forms.HiddenInput)
    # A field that people neither see nor reach; some robots fill in whatever there is.
    website = forms.CharField(required=False)
    # How long the form was in sight before it was sent, in milliseconds, as the page's script says.
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_email(self) -> str:
        """Return the address; raises where no database could hold it."""
        email: str = self.cleaned_data["email"]
        if not email.isascii():
            raise forms.ValidationError(_("Please type the address with plain letters, as your mail program shows it."))
        return email

    def clean_first_name(self) -> str:
        """Return the name on one line."""
        return " ".join(self.cleaned_data["first_name"].replace(_SIGN, "").split())

    def clean(self) -> dict[str, Any]:
        """Ask for a topic where topics are asked for; take all of them where they are not."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("topics") and "topics" not in self.errors:
            if cleaned.get("choosing"):
                self.add_error("topics", _("Please choose at least one."))
            else:
                cleaned["topics"] = list(Topic.values)
        return cleaned

    @property
    def robot(self) -> bool:
        """Return whether the field that nobody sees is filled in."""
        return bool(self.data.get("website"))

    @property
    def hasty(self) -> bool:
        """Return whether it was sent sooner than people do, or without the script that would say."""
        shown = self.data.get("shown", "")
        return not (shown.isascii() and shown.isdigit() and len(shown) < 12 and int(shown) >= HASTY_MS)


class ConfirmForm(forms.Form):
    """Which topics it is to be; at least one."""

    topics = TopicsField(error_messages={"required": gettext_lazy("Please choose at least one.")})


class TopicsForm(forms.Form):
    """Which topics somebody gets from now on; none stops everything."""

    topics = TopicsField(required=False)
