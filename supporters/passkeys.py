"""Passkeys of donors: kept and answered by allauth's own forms, held to a kind refusal whatever a browser sends."""

import struct
from typing import Any

from allauth.mfa.webauthn import forms as webauthn
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# What the parsers of credentials raise for what is none: nested texts, numbers and bytes of a stranger's making.
_UNREADABLE = (AttributeError, LookupError, TypeError, ValueError, EOFError, struct.error)


class KeepPasskeyForm(webauthn.SignupWebAuthnForm):
    """A new passkey, with the name its owner will know it by."""

    def clean(self) -> Any:
        """Check the device's answer against the challenge of this session."""
        try:
            return super().clean()
        except _UNREADABLE:
            raise ValidationError(_("This is no passkey.")) from None


class PasskeyForm(webauthn.LoginWebAuthnForm):
    """A passkey's answer to the challenge of this session."""

    def clean_credential(self) -> Any:
        """Return the passkey that answered."""
        try:
            return super().clean_credential()
        except _UNREADABLE:
            raise ValidationError(_("This is no passkey.")) from None
