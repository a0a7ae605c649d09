"""Autosaves: what somebody is writing in a story, kept beside it until they save or discard it."""

import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from stories.models.stories import Story

# Somebody whose page has been silent for this long has left it; pages speak every 15 seconds.
PRESENT_FOR = datetime.timedelta(seconds=45)


class AutosaveQuerySet(models.QuerySet["Autosave"]):
    """Autosaves, as the editor asks for them."""

    def slot(self, story_id: int | None, account_id: int) -> "AutosaveQuerySet":
        """Keep the one slot of a person in a story; without a story, the slot of the story they are beginning."""
        return self.filter(story=story_id, account=account_id)

    def present(self) -> "AutosaveQuerySet":
        """Keep the slots whose page is open now."""
        return self.filter(seen_at__gt=timezone.now() - PRESENT_FOR)

    def unsaved(self) -> "AutosaveQuerySet":
        """Keep the slots that hold words nobody saved."""
        return self.exclude(form="")


class Autosave(models.Model):
    """One person's slot in one story: the form as it last stood on their page, and when that page last spoke.

    `form` is the form as a browser would post it, without token and files; empty: nothing is unsaved. A story that
    was never saved has slots without a story, one for each person. Slots are no part of the story's history.
    """

    story = models.ForeignKey(Story, on_delete=models.CASCADE, null=True, related_name="autosaves", verbose_name=_("story"))
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("person"))
    form = models.TextField(blank=True)
    saved_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[AutosaveQuerySet] = AutosaveQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("autosave")
        verbose_name_plural = _("autosaves")
        constraints = [
            models.UniqueConstraint(fields=["story", "account"], name="autosave_one_slot"),
            models.UniqueConstraint(fields=["account"], condition=Q(story=None), name="autosave_one_slot_without_story"),
        ]
        indexes = [models.Index(fields=["seen_at"], name="autosave_seen_at")]

    def __str__(self) -> str:
        what = self.story or _("a new story")
        return f"{self.account}: {what}"
