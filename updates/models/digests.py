"""Digests: what is written to many at once, and how far its sending has come."""

import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stories.models import Story
from supporters.consents import Topic


class DigestState(models.TextChoices):
    """Where a digest stands."""

    DRAFT = "draft", _("Draft")
    SCHEDULED = "scheduled", _("Scheduled")
    SENDING = "sending", _("Being sent")
    PAUSED = "paused", _("Paused")
    SENT = "sent", _("Sent")
    CANCELLED = "cancelled", _("Cancelled")


# from -> the states a digest may move to; the verbs are in updates.sending.
MOVES: dict[str, set[str]] = {
    DigestState.DRAFT: {DigestState.SCHEDULED, DigestState.CANCELLED},
    DigestState.SCHEDULED: {DigestState.DRAFT, DigestState.SENDING, DigestState.CANCELLED},
    DigestState.SENDING: {DigestState.PAUSED, DigestState.SENT, DigestState.CANCELLED},
    DigestState.PAUSED: {DigestState.SENDING, DigestState.CANCELLED},
    DigestState.SENT: set(),
    DigestState.CANCELLED: set(),
}
FASTEST = 6000  # mails a minute; the outbox sends no faster


class Digest(models.Model):
    """One mailing: an introduction and stories in order, to everybody who agreed to its topic."""

    subject = models.CharField(_("subject"), max_length=120, help_text=_("Neutral: others may see the reader's screen."))
    introduction = models.TextField(
        _("introduction"), max_length=6000, help_text=_("Plain paragraphs, with an empty line between them.")
    )
    topic = models.CharField(
        _("for those who want"), max_length=8, choices=Topic.choices, default=Topic.STORIES,
        help_text=_("Only people who agreed to this topic get it."),
    )  # fmt: skip
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, default="en")
    only_language = models.BooleanField(_("only to readers of this language"), default=False)
    per_minute = models.PositiveIntegerField(
        _("mails a minute"), default=1200, validators=[MinValueValidator(1), MaxValueValidator(FASTEST)],
        help_text=_("At most. Slower is kinder to the mail provider and leaves time to pause."),
    )  # fmt: skip
    stories: "models.ManyToManyField[Story, DigestStory]" = models.ManyToManyField(
        Story, through="DigestStory", related_name="digests"
    )

    state = models.CharField(_("state"), max_length=9, choices=DigestState.choices, default=DigestState.DRAFT, editable=False)
    send_at = models.DateTimeField(_("send at"), null=True, blank=True, editable=False)
    started_at = models.DateTimeField(_("begun"), null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True, editable=False)
    # Everybody up to this key has their letter in the outbox; written in the same transaction as the letters.
    cursor = models.BigIntegerField(default=0, editable=False)
    all_written = models.BooleanField(default=False, editable=False)
    written = models.PositiveIntegerField(_("letters written"), default=0, editable=False)
    written_at = models.DateTimeField(null=True, blank=True, editable=False)
    unsubscribed = models.PositiveIntegerField(_("stopped by its link"), default=0, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(auto_now=True)  # its words; its sending changes other fields by name

    class Meta:
        verbose_name = _("digest")
        verbose_name_plural = _("digests")
        ordering = ("-created_at", "-pk")
        permissions: ClassVar = [("send_digest", _("Can schedule, send, pause and cancel digests"))]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(per_minute__gte=1, per_minute__lte=FASTEST), name="digest_keeps_its_pace"),
            models.CheckConstraint(
                condition=~models.Q(state="scheduled") | models.Q(send_at__isnull=False), name="digest_scheduled_knows_when"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["sending", "paused", "sent"]) | models.Q(started_at__isnull=False),
                name="digest_begun_knows_when",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["send_at"], condition=models.Q(state="scheduled"), name="digest_waits"),
            models.Index(fields=["id"], condition=models.Q(state__in=["sending", "paused"]), name="digest_under_way"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def within(self) -> str:
        """Return how the outbox names the letters of this digest."""
        return f"digest:{self.pk}"

    @property
    def editable(self) -> bool:
        """Return whether words and stories may still be changed."""
        return self.state == DigestState.DRAFT

    def due(self, at: datetime.datetime | None = None) -> bool:
        """Return whether a scheduled digest's time has come."""
        return self.state == DigestState.SCHEDULED and self.send_at is not None and self.send_at <= (at or timezone.now())


class DigestStory(models.Model):
    """A story's place in a digest, with words of its own where its standfirst does not do."""

    digest = models.ForeignKey(Digest, on_delete=models.CASCADE, related_name="chosen")
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="+", verbose_name=_("story"))
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    words = models.TextField(_("words"), max_length=600, blank=True, help_text=_("Empty: the story's standfirst."))

    class Meta:
        verbose_name = _("story of a digest")
        verbose_name_plural = _("stories of a digest")
        ordering = ("position", "pk")
        constraints: ClassVar = [models.UniqueConstraint(fields=["digest", "story"], name="digest_story_once")]

    def __str__(self) -> str:
        return str(self.story)


def moves(digest: Any, to: str) -> bool:
    """Return whether a digest as it stands may move to a state."""
    return to in MOVES[digest.state]
