"""The outbox: every mail is a row before it is sent, under a key that makes it once."""

import datetime
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


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
        """Keep those to be sent by a moment (default now): one person's before those to many, oldest first."""
        return self.filter(state=LetterState.QUEUED, not_before__lte=at or timezone.now()).order_by("bulk", "not_before", "id")

    def drop(self, reason: str) -> int:
        """Let those that still wait be sent no more; return how many."""
        return self.filter(state=LetterState.QUEUED).update(state=LetterState.DROPPED, reason=reason)


class Letter(models.Model):
    """One mail to one person. Its kind (see letters.kinds) knows its words.

    What it is about is named, not linked ("gift:<reference>"): the outbox knows none of the rooms that write.
    """

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(_("kind"), max_length=32)
    to = models.EmailField(_("to"), max_length=254, blank=True)
    language = models.CharField(_("language"), max_length=8, default="en")
    about = models.CharField(_("about"), max_length=80, blank=True)
    within = models.CharField(_("part of"), max_length=80, blank=True)
    data: "models.JSONField[Any, Any]" = models.JSONField(default=dict, blank=True)
    bulk = models.BooleanField(default=False)
    state = models.CharField(_("state"), max_length=8, choices=LetterState.choices, default=LetterState.QUEUED)
    reason = models.CharField(_("why"), max_length=200, blank=True)
    not_before = models.DateTimeField(_("not before"), default=timezone.now)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    created_at = models.DateTimeField(_("written"), default=timezone.now)

    objects: ClassVar[LetterQuerySet] = LetterQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        indexes = [
            models.Index(fields=["bulk", "not_before", "id"], condition=models.Q(state="queued"), name="letter_waits"),
            models.Index(fields=["claimed_at"], condition=models.Q(state="sending"), name="letter_in_hand"),
            models.Index(fields=["-created_at", "-id"], name="letter_newest"),
            models.Index(fields=["about"], name="letter_about"),
            models.Index(fields=["within", "state"], name="letter_within"),
            models.Index(fields=["to"], name="letter_to"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.get_state_display()})"
