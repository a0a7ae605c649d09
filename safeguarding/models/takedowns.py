"""Takedowns: what went, proof address by address, what caches were told, and the copies elsewhere.

A story is named by its number, not linked: safeguarding knows nobody.
"""

import datetime
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from safeguarding.models.people import new_reference


class Cause(models.TextChoices):
    """Who began a takedown."""

    STAFF = "staff", _("a member of staff")
    CONSENT = "consent", _("a withdrawn consent")
    CONTRIBUTOR = "contributor", _("the person in the story")
    DRILL = "drill", _("a drill")


class Takedown(models.Model):
    """One story taken down, and how far its traces are gone."""

    reference = models.CharField(max_length=32, unique=True, default=new_reference, editable=False)
    story_id = models.BigIntegerField(db_index=True, editable=False)
    title = models.CharField(_("story"), max_length=160, editable=False)
    cause = models.CharField(_("begun by"), max_length=12, choices=Cause.choices, editable=False)
    by = models.CharField(_("who"), max_length=254, blank=True, editable=False)
    reason = models.CharField(_("reason"), max_length=300, blank=True, editable=False)
    begun_at = models.DateTimeField(_("begun"), default=timezone.now, editable=False)
    checked_at = models.DateTimeField(_("last checked"), null=True, editable=False)
    gone_at = models.DateTimeField(_("proved gone"), null=True, editable=False)

    class Meta:
        verbose_name = _("takedown")
        verbose_name_plural = _("takedowns")
        ordering = ("-begun_at", "-pk")

    def __str__(self) -> str:
        return f"{self.title} ({self.begun_at:%Y-%m-%d})"

    @property
    def seconds(self) -> float | None:
        """Return how many seconds passed until everything was proved gone, or None while it is not."""
        return (self.gone_at - self.begun_at).total_seconds() if self.gone_at else None


class Expected(models.TextChoices):
    """What an address must answer once the story is down."""

    GONE = "gone", _("gone")
    ABSENT = "absent", _("no longer names it")


class ManifestLine(models.Model):
    """One address of a story that was taken down, and what it answered when it was last asked."""

    takedown = models.ForeignKey(Takedown, on_delete=models.CASCADE, related_name="manifest")
    kind = models.CharField(_("what"), max_length=16)
    address = models.CharField(_("address"), max_length=500)  # a path of this site
    token = models.CharField(max_length=32, blank=True)  # of the picture or clip whose file it is
    expected = models.CharField(_("must be"), max_length=6, choices=Expected.choices)
    mark = models.CharField(max_length=200, blank=True)  # what a page that stays may no longer hold
    status = models.PositiveSmallIntegerField(_("answered"), null=True)
    asked_at = models.DateTimeField(_("asked"), null=True)
    proved = models.BooleanField(_("proved"), default=False)

    class Meta:
        ordering = ("pk",)
        indexes = [models.Index(fields=["token"], name="manifest_token")]

    def __str__(self) -> str:
        return f"{self.kind} {self.address}"


class PurgeQuerySet(models.QuerySet["Purge"]):
    """Purges."""

    def due(self) -> "PurgeQuerySet":
        """Keep those that are to be sent now."""
        return self.filter(done_at=None, next_try_at__lte=timezone.now())


class Purge(models.Model):
    """Addresses that a network of caches is to forget; tried until it says yes."""

    takedown = models.ForeignKey(Takedown, on_delete=models.CASCADE, related_name="purges")
    network = models.CharField(_("network"), max_length=16)
    addresses: "models.JSONField[Any, Any]" = models.JSONField(default=list)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(_("done"), null=True)
    failure = models.CharField(_("last failure"), max_length=200, blank=True)

    objects: ClassVar[PurgeQuerySet] = PurgeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("purge")
        verbose_name_plural = _("purges")
        ordering = ("pk",)
        indexes = [models.Index(fields=["next_try_at"], condition=models.Q(done_at=None), name="purge_waits")]

    def __str__(self) -> str:
        return f"{self.network}: {len(self.addresses)}"

    def failed(self, why: str) -> None:
        """Note a failed attempt; the next is 5 s later, then ever later up to 10 minutes."""
        self.attempts += 1
        self.failure = why[:200]
        self.next_try_at = timezone.now() + datetime.timedelta(seconds=min(5 * 2 ** min(self.attempts - 1, 10), 600))
        self.save(update_fields=["attempts", "failure", "next_try_at"])

    def succeeded(self) -> None:
        """Note that the network has forgotten the addresses."""
        self.attempts += 1
        self.failure, self.done_at = "", timezone.now()
        self.save(update_fields=["attempts", "failure", "done_at"])


class CopyElsewhere(models.Model):
    """A place beyond this site where the story may be too: somebody looks, and ticks it off."""

    takedown = models.ForeignKey(Takedown, on_delete=models.CASCADE, related_name="copies")
    channel = models.CharField(_("channel"), max_length=12)
    what = models.CharField(_("to do"), max_length=240)
    done_at = models.DateTimeField(_("done"), null=True)
    done_by = models.CharField(_("by"), max_length=254, blank=True)
    note = models.CharField(_("note"), max_length=240, blank=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.what
