"""The outbox: every mail is a row before it is sent, under a key that makes it once."""

import datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donations.models.gifts import Gift
from donations.models.pledges import Pledge


class LetterState(models.TextChoices):
    """What became of a letter."""

    QUEUED = "queued", _("Waiting to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    DROPPED = "dropped", _("No longer needed")
    REFUSED = "refused", _("Refused by the mail server")


class LetterQuerySet(models.QuerySet["Letter"]):
    """Letters."""

    def due(self, at: datetime.datetime | None = None) -> "LetterQuerySet":
        """Keep those to be sent by a moment (default now), oldest first."""
        return self.filter(state=LetterState.QUEUED, not_before__lte=at or timezone.now()).order_by("not_before", "id")


class Letter(models.Model):
    """One mail to one person. Kinds and their words: donations.letters and templates/donations/letters/."""

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=32)
    to = models.EmailField(_("to"), max_length=254)
    language = models.CharField(max_length=8, default="en")
    gift = models.ForeignKey(Gift, on_delete=models.PROTECT, null=True, blank=True, related_name="letters")
    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, null=True, blank=True, related_name="letters")
    data: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=LetterState.choices, default=LetterState.QUEUED)
    reason = models.CharField(_("why"), max_length=200, blank=True)
    not_before = models.DateTimeField(default=timezone.now)
    tries = models.PositiveIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    created_at = models.DateTimeField(_("written"), default=timezone.now)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        indexes = [
            models.Index(fields=["not_before", "id"], condition=models.Q(state="queued"), name="letter_due"),
            models.Index(fields=["-created_at", "-id"], name="letter_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.get_state_display()})"
