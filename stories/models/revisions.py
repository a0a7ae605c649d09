"""Snapshots of stories: what the public sees."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stories.models.clips import Clip
from stories.models.pictures import Picture
from stories.models.stories import Story


class StoryRevision(models.Model):
    """A story as it was when someone saved it: complete, immutable, renderable by itself.

    `content` is the whole story as plain data (see snapshots.py), `digest` says what of it a person judges (see
    history.py). `body_html`, `card_html` and `head_html` are its rendering, valid while `rendered_by` equals
    rendering.fingerprint(). `published_at` is when it was first put live; None: readers never saw it.
    """

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=32, blank=True, default="", db_default="")
    note = models.CharField(_("note"), max_length=200, blank=True, default="", db_default="")
    body_html = models.TextField(blank=True)
    card_html = models.TextField(blank=True)
    head_html = models.TextField(blank=True)
    rendered_by = models.CharField(max_length=32, blank=True)
    pictures = models.ManyToManyField(Picture, related_name="revisions")
    clips = models.ManyToManyField(Clip, related_name="revisions")
    created_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ("story", "-number")
        constraints = [models.UniqueConstraint(fields=["story", "number"], name="revision_number_once")]

    def __str__(self) -> str:
        return f"{self.story} #{self.number}"
