"""What contributors saw before the public, what they said to it; when stories were looked at again; who was erased.

A story is named by its number, not linked: safeguarding knows nobody.
"""

import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.core import signing
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from safeguarding.models.people import Contributor, new_reference

PREVIEW_DAYS = 30
_SIGNER = signing.Signer(sep=".", salt="safeguarding.preview")


def preview_end() -> datetime.datetime:
    """Return when a preview made now ends."""
    return timezone.now() + datetime.timedelta(days=PREVIEW_DAYS)


class PreviewQuerySet(models.QuerySet["StoryPreview"]):
    """Previews."""

    def open(self) -> "PreviewQuerySet":
        """Keep those whose link still opens."""
        return self.filter(closed_at=None, expires_at__gt=timezone.now())


class StoryPreview(models.Model):
    """One version of a story as a contributor is shown it, and what they said: approved, stopped or nothing yet."""

    reference = models.CharField(max_length=32, unique=True, default=new_reference, editable=False)
    contributor = models.ForeignKey(Contributor, on_delete=models.CASCADE, related_name="previews")
    story_id = models.BigIntegerField(db_index=True)
    content: "models.JSONField[Any, Any]" = models.JSONField()  # the version, as stories.snapshots says it
    digest = models.CharField(max_length=64)  # of that version: an approval is worth nothing for another
    expires_at = models.DateTimeField(_("link ends"), default=preview_end)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    seen_at = models.DateTimeField(_("seen"), null=True)
    approved_at = models.DateTimeField(_("approved"), null=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)

    objects: ClassVar[PreviewQuerySet] = PreviewQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("preview")
        verbose_name_plural = _("previews")
        ordering = ("-made_at", "-pk")

    def __str__(self) -> str:
        return f"{self.contributor}: {self.made_at:%Y-%m-%d}"

    @property
    def token(self) -> str:
        """Return the last part of the link: the reference, signed, so that a copy of the database opens nothing."""
        return _SIGNER.sign(self.reference)

    @classmethod
    def of_token(cls, token: str) -> "StoryPreview | None":
        """Return the preview whose link ends so, or None for a link that we never signed."""
        try:
            reference = _SIGNER.unsign(token)
        except signing.BadSignature:
            return None
        return cls.objects.select_related("contributor").filter(reference=reference).first()

    def is_open(self) -> bool:
        """Return whether the link still opens."""
        return self.closed_at is None and self.expires_at > timezone.now()


class StoryReview(models.Model):
    """Somebody looked at a live story again and says that it may stay (safeguarding rule 14)."""

    story_id = models.BigIntegerField(db_index=True)
    at = models.DateTimeField(_("reviewed"), default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("review of a live story")
        verbose_name_plural = _("reviews of live stories")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.story_id}: {self.at:%Y-%m-%d}"


class Erasure(models.Model):
    """A contributor whose traces were erased; their reference is no name. Kept in a file outside the database too."""

    contributor = models.CharField(max_length=32, unique=True)  # the reference
    at = models.DateTimeField(_("erased"), default=timezone.now)
    by = models.CharField(_("who"), max_length=254, blank=True)
    removed: "models.JSONField[Any, Any]" = models.JSONField(default=dict)  # table -> how many rows went or were cleaned

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}"
