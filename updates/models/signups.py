"""Somebody typed an address into the sign-up: all there is until its owner says so too."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy as _


def new_reference() -> str:
    """Return a random name of 128 bits and more."""
    return get_random_string(22)


class SignUp(models.Model):
    """One sending of the sign-up. It leads to at most one letter and is gone after days (updates.signing_up).

    A sending is kept as it came, with no look at who is known: the answer takes the same time for everybody.
    """

    reference = models.CharField(max_length=22, unique=True, default=new_reference)
    email = models.EmailField(max_length=254)
    inbox = models.EmailField(max_length=254)  # where mail for the address ends up: "ada+news@" is "ada@"
    first_name = models.CharField(max_length=60, blank=True)
    topics: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    language = models.CharField(max_length=8, default="en")
    network = models.CharField(max_length=32)  # a keyed hash
    hasty = models.BooleanField(default=False)  # faster than most people type, or without scripts
    asked_at = models.DateTimeField(default=timezone.now)
    look_at = models.DateTimeField(null=True, default=timezone.now)  # when to decide about it; empty: decided
    mailed_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")
        constraints: ClassVar = [
            # However many processes decide at once: of all sendings for an inbox, one at a time leads to a letter.
            models.UniqueConstraint(
                fields=["inbox"], condition=models.Q(mailed_at__isnull=False), name="sign_up_one_letter_an_inbox"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["look_at", "id"], condition=models.Q(look_at__isnull=False), name="sign_up_waits"),
            models.Index(fields=["inbox"], name="sign_up_inbox"),
            models.Index(fields=["mailed_at"], name="sign_up_mailed"),
            models.Index(fields=["network", "mailed_at"], name="sign_up_network"),
        ]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M}"
