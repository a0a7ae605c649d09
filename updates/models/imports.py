"""Lists of readers that were kept elsewhere, brought along with what their people agreed to."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ImportState(models.TextChoices):
    """Where an import stands: the whole list is in, or nothing of it."""

    WAITING = "waiting", _("Waiting for its turn")
    DONE = "done", _("Brought in")
    REFUSED = "refused", _("Not brought in")


class ListImport(models.Model):
    """One file, what was said of its people's consent, and what became of it."""

    name = models.CharField(_("file"), max_length=120)
    source = models.CharField(_("where they signed up"), max_length=40, help_text=_("For example: summer fair 2025."))
    words = models.TextField(_("what they read"), max_length=1000, help_text=_("The sentence they agreed to, word for word."))
    agreed_on = models.DateField(
        _("when"), null=True, blank=True, help_text=_("For rows without a day of their own in the column consent_date.")
    )
    topics: "models.JSONField[Any, Any]" = models.JSONField(_("topics"), default=list)
    language = models.CharField(_("language"), max_length=8, default="en")
    content = models.TextField(blank=True)  # the file, until it is in
    state = models.CharField(_("state"), max_length=8, choices=ImportState.choices, default=ImportState.WAITING)
    reason = models.CharField(_("why"), max_length=200, blank=True)
    added = models.PositiveIntegerField(_("new people"), default=0)
    known = models.PositiveIntegerField(_("known people who agreed to more"), default=0)
    unchanged = models.PositiveIntegerField(_("known people, nothing new"), default=0)
    merged = models.PositiveIntegerField(_("rows of somebody named twice"), default=0)
    bad_count = models.PositiveIntegerField(_("rows left out"), default=0)
    bad: "models.JSONField[Any, Any]" = models.JSONField(default=list)  # [[line, why, cell, …], …]
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("uploaded"), default=timezone.now)
    done_at = models.DateTimeField(_("brought in"), null=True, blank=True)

    class Meta:
        verbose_name = _("imported list")
        verbose_name_plural = _("imported lists")
        ordering = ("-at", "-pk")
        permissions: ClassVar = [("export_readers", _("Can take the list of readers as a file"))]
        constraints: ClassVar = [
            # Whose rows are bad goes with the file after a while; how many they were stays.
            models.CheckConstraint(
                condition=models.Q(state="waiting") | models.Q(content=""), name="list_import_keeps_no_file",
            ),
        ]  # fmt: skip
        indexes: ClassVar = [models.Index(fields=["at"], condition=models.Q(state="waiting"), name="list_import_waits")]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_state_display()})"
