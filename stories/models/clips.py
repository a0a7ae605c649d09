"""Clips: embedded from an allowed host, or our own file."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from safeguarding.models import Contributor
from stories.captions import clean_captions
from stories.models.pictures import Picture, new_token
from stories.models.preparation import Prepared, PreparedQuerySet


class ClipHost(models.TextChoices):
    """Who shows the clip."""

    OWN = "own", _("this site")
    YOUTUBE = "youtube", "YouTube"
    VIMEO = "vimeo", "Vimeo"


class ClipQuerySet(PreparedQuerySet):
    """Clips, as the worker and the library ask for them."""

    def waiting(self) -> "ClipQuerySet":
        """Keep own clips that are still to be prepared; an embedded clip has nothing to prepare."""
        return super().waiting().filter(host=ClipHost.OWN)


class Clip(Prepared):
    """A clip with everything a reader needs before and without playing it."""

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    title = models.CharField(_("title"), max_length=120)
    host = models.CharField(_("shown by"), max_length=8, choices=ClipHost.choices, editable=False)
    video_id = models.CharField(_("video id"), max_length=32, blank=True, editable=False)
    unlisted_hash = models.CharField(_("unlisted hash"), max_length=32, blank=True, editable=False)  # Vimeo's ?h=
    incoming = models.FileField(max_length=120, blank=True, editable=False)  # as uploaded; never served; deleted once prepared
    file = models.FileField(_("prepared file"), max_length=120, blank=True, editable=False)
    width = models.PositiveIntegerField(default=0, editable=False)
    height = models.PositiveIntegerField(default=0, editable=False)
    duration_ms = models.PositiveIntegerField(_("duration in milliseconds"), default=0)
    poster = models.ForeignKey(
        Picture, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("poster")
    )
    transcript = models.TextField(_("transcript"), blank=True, help_text=_("What is said, heard and seen."))
    contributors = models.ManyToManyField(
        Contributor, blank=True, related_name="+", verbose_name=_("people who can be seen or heard in it")
    )
    # Uploaded, its words still to come: kept so that no upload is ever lost, offered to no story.
    draft = models.BooleanField(_("without words yet"), default=False, db_default=False, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    objects: ClassVar[ClipQuerySet] = ClipQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("clip")
        verbose_name_plural = _("clips")
        ordering = ("-created_at", "-pk")
        constraints = [
            models.CheckConstraint(condition=Q(host="own") | ~Q(video_id=""), name="clip_embed_has_an_id"),
        ]

    def __str__(self) -> str:
        return self.title

    def as_data(self, captions: Iterable[str] | None = None) -> dict[str, Any]:
        """Return what a page needs to show the clip, as plain data for a snapshot.

        `captions` are the languages it has captions in, where they are at hand; otherwise one query finds them.
        """
        languages = [c.language for c in self.captions.all()] if captions is None else captions
        return {
            "token": self.token,
            "title": self.title,
            "host": self.host,
            "video_id": self.video_id,
            "unlisted_hash": self.unlisted_hash,
            "width": self.width,
            "height": self.height,
            "duration_ms": self.duration_ms,
            "poster": self.poster.as_data() if self.poster else None,
            "captions": [{"language": language} for language in languages],
            "transcript": self.transcript,
        }


class Captions(models.Model):
    """The captions of a clip in one language, as WebVTT text."""

    clip = models.ForeignKey(Clip, on_delete=models.CASCADE, related_name="captions")
    language = models.CharField(_("language"), max_length=7, choices=settings.LANGUAGES, default="en")
    text = models.TextField(_("captions"), help_text=_("WebVTT."))

    class Meta:
        verbose_name = _("captions")
        verbose_name_plural = _("captions")
        constraints = [models.UniqueConstraint(fields=["clip", "language"], name="captions_once_per_language")]

    def __str__(self) -> str:
        return f"{self.clip} ({self.language})"

    def clean(self) -> None:
        """Reduce the text to plain WebVTT; name the line that is not."""
        super().clean()
        try:
            self.text = clean_captions(self.text)
        except ValidationError as error:
            raise ValidationError({"text": error}) from error
