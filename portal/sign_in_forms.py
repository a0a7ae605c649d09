"""What is typed to sign in: an address, a code."""

import re
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from donations.forms import readable
from supporters.codes import digits_of


def typed(request: HttpRequest) -> QueryDict | None:
    """Return what was posted, with a mark for what no page can show again; None where nothing was."""
    return readable(request.POST) if request.method == "POST" else None


class AddressForm(forms.Form):
    """Where to send a code."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        error_messages={
            "required": _("Please type your e-mail address."),
            "invalid": _("Please look at the address again: it should look like name@example.org."),
        },
        widget=forms.EmailInput({"autocomplete": "username webauthn", "spellcheck": "false"}),
    )

    def clean_email(self) -> str:
        """Return the address as we keep it: in lower case."""
        return str(self.cleaned_data["email"]).strip().lower()


class SignInForm(AddressForm):
    """Where to send a code, and on what kind of computer it is asked for."""

    shared = forms.BooleanField(
        label=_("This is a shared or public computer"),
        help_text=_("You are then signed out after 15 quiet minutes, and when the browser is closed."),
        required=False,
    )
    # Set by the page's script where this browser can keep a passkey.
    passkeys = forms.BooleanField(required=False, widget=forms.HiddenInput)


class CodeForm(forms.Form):
    """The six digits of the letter."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        error_messages={"required": _("Please type the code from the letter.")},
        widget=forms.TextInput({
            "autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false", "class": "code-input", "autofocus": True,
        }),
    )  # fmt: skip

    def clean_code(self) -> str:
        """Return the digits; what is no code is no guess."""
        said: str = self.cleaned_data["code"]
        digits = digits_of(said)
        if len(digits) != 6 or not re.fullmatch(r"[\d\s.\-‐-―]+", said):
            raise forms.ValidationError(_("The code has six digits."))
        return digits

    def refuse(self, message: Any) -> None:
        """Say beside the field why the code did not do."""
        self.add_error("code", message)
