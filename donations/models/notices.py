"""The inbox of providers' messages: kept before they are answered, worked from the row."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class NoticeState(models.TextChoices):
    """What became of a message."""

    NEW = "new", _("Not yet worked on")
    DONE = "done", _("Entered")
    ABSORBED = "absorbed", _("Told nothing new")
    WAITING = "waiting", _("Waiting for an earlier one")
    QUARANTINED = "quarantined", _("Held for staff")
    IGNORED = "ignored", _("Of no concern")


N = NoticeState
# The one dict of allowed moves (docs/money.md). Staff may replay any message: then it is new again.
NOTICE_MOVES: dict[str, set[str]] = {
    N.NEW: {N.DONE, N.ABSORBED, N.WAITING, N.QUARANTINED, N.IGNORED, N.NEW},
    N.WAITING: {N.DONE, N.ABSORBED, N.QUARANTINED, N.WAITING, N.NEW},
    N.DONE: {N.NEW},
    N.ABSORBED: {N.NEW},
    N.QUARANTINED: {N.NEW},
    N.IGNORED: {N.NEW},
}


class NoticeQuerySet(models.QuerySet["ProviderNotice"]):
    """Messages."""

    def left_behind(self) -> "NoticeQuerySet":
        """Keep those nobody has finished: new ones, oldest first."""
        return self.filter(state=N.NEW).order_by("tries", "id")

    def troubling(self) -> "NoticeQuerySet":
        """Keep those that staff should look at."""
        return self.filter(state__in=[N.QUARANTINED, N.WAITING])


class ProviderNotice(models.Model):
    """One signed message as it came, and what became of it."""

    provider = models.CharField(_("provider"), max_length=12)
    notice = models.CharField(_("provider's id"), max_length=160)
    kind = models.CharField(_("type"), max_length=80)
    payload = models.JSONField(_("message"))
    state = models.CharField(_("state"), max_length=12, choices=NoticeState.choices, default=NoticeState.NEW)
    reason = models.CharField(_("why"), max_length=400, blank=True)
    waits_for = models.CharField(max_length=160, blank=True)  # "payment:…", "pledge:…" or "gift:…", told by another message
    tries = models.PositiveIntegerField(_("tries"), default=0)
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    worked_at = models.DateTimeField(_("worked on"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [models.UniqueConstraint(fields=["provider", "notice"], name="notice_once")]
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="notice_newest"),
            models.Index(fields=["state", "-received_at"], name="notice_by_state"),
            models.Index(fields=["tries", "id"], condition=models.Q(state="new"), name="notice_new"),
            models.Index(fields=["provider", "waits_for"], condition=models.Q(state="waiting"), name="notice_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.notice}"
