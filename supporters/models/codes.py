"""Codes sent by mail: each proves once, to the browser that asked, that somebody reads an address."""

import datetime
import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

LASTS = datetime.timedelta(minutes=10)
TRIES = 5


class Purpose(models.TextChoices):
    """What a code proves; a code of one purpose is worth nothing for another."""

    SIGN_IN = "sign_in"
    JOIN = "join"  # a further address of somebody signed in
    PROVE = "prove"  # that it is still they who are signed in


class Outcome(models.TextChoices):
    """What became of somebody's asking."""

    WAITING = "waiting"
    WRITTEN = "written"
    UNKNOWN = "unknown"  # nobody we know has this address: no mail
    TOO_MANY = "too many"


def _reference() -> str:
    return secrets.token_urlsafe(24)


class Code(models.Model):
    """One asked-for code. The code itself is stored nowhere: it follows from the row and the site's secret key.

    A row is made for every address that is asked for, known or not, so that asking tells nothing by its time.
    """

    reference = models.CharField(max_length=32, unique=True, default=_reference)
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    email = models.EmailField(max_length=254)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    language = models.CharField(max_length=8, default="en")
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.WAITING)
    asked_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(tries__lte=TRIES), name="code_tries_bounded"),
            models.CheckConstraint(
                condition=models.Q(used_at__isnull=True) | models.Q(outcome="written"), name="code_used_was_written"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["email", "asked_at"], name="code_of_address"),
            models.Index(fields=["asked_at"], name="code_by_age"),
            models.Index(fields=["asked_at"], condition=models.Q(outcome="waiting"), name="code_waits"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.outcome}"

    @property
    def digits(self) -> str:
        """Return the six digits that the mail shows."""
        return f"{int(self._derived('digits'), 16) % 1_000_000:06}"

    @property
    def link_token(self) -> str:
        """Return what the mail's link carries: as hard to guess as a key, and no guess is counted against it."""
        return self._derived("link")

    @property
    def ended(self) -> bool:
        """Return whether the code is worth nothing any more: used, too old, or guessed at too often."""
        return self.used_at is not None or timezone.now() >= self.asked_at + LASTS or self.tries >= TRIES

    def _derived(self, part: str) -> str:
        return salted_hmac(f"supporters.code.{self.purpose}.{part}", self.reference, algorithm="sha256").hexdigest()
