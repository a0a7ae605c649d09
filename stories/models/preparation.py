"""How far the worker is with a picture or clip, and which worker has it in hand.

The row is the work; a task in the queue is only a nudge. A worker claims a row for a while, renews the claim as
long as it lives, and finishes the row only while the claim is still its own: a killed worker's row becomes free
again, and two workers can never both finish it.
"""

import datetime
import secrets
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# A worker that has shown no life for this long is taken for dead.
LEASE = datetime.timedelta(seconds=60)
# A file that kills its worker this many times is given up: it would do so for ever.
MOST_ATTEMPTS = 4
# A row younger than this still has its own task ahead of it.
PATIENCE = datetime.timedelta(seconds=60)


class Readiness(models.TextChoices):
    """How far the worker is with a picture or clip."""

    WAITING = "waiting", _("being prepared")
    READY = "ready", _("ready")
    FAILED = "failed", _("could not be prepared")


class PreparedQuerySet(models.QuerySet[Any]):
    """Rows that a worker prepares."""

    def waiting(self) -> Self:
        """Keep rows that are still to be prepared."""
        return self.filter(readiness=Readiness.WAITING)

    def unclaimed(self) -> Self:
        """Keep rows that no living worker has in hand."""
        return self.filter(Q(claimed_until=None) | Q(claimed_until__lt=timezone.now()))

    def left_behind(self) -> Self:
        """Keep waiting rows whose own task is lost: its worker was killed, or none was there."""
        return self.waiting().unclaimed().filter(waiting_since__lt=timezone.now() - PATIENCE)


class Prepared(models.Model):
    """A row that a worker prepares."""

    readiness = models.CharField(_("state"), max_length=8, choices=Readiness.choices, default=Readiness.WAITING, editable=False)
    failure = models.CharField(_("why it failed"), max_length=200, blank=True, editable=False)
    waiting_since = models.DateTimeField(default=timezone.now, editable=False)
    claimed_by = models.CharField(max_length=16, blank=True, editable=False)  # a new random word for every claim
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = PreparedQuerySet.as_manager()

    class Meta:
        abstract = True

    def claim(self) -> bool:
        """Take the row in hand and re-read it; False when it is done, given up, or another worker's.

        A row whose workers died MOST_ATTEMPTS times is marked as failed instead.
        """
        rows = type(self).objects.filter(pk=self.pk).waiting().unclaimed()
        gone_through = rows.filter(attempts__gte=MOST_ATTEMPTS)
        if gone_through.update(
            readiness=Readiness.FAILED, failure=_("It could not be prepared in several attempts. Please upload it again.")
        ):
            return False
        word = secrets.token_hex(8)
        if not rows.update(claimed_by=word, claimed_until=timezone.now() + LEASE, attempts=F("attempts") + 1):
            return False
        self.refresh_from_db()
        return self.claimed_by == word

    def renew_claim(self) -> bool:
        """Show that the worker lives; False when the row is no longer its own, so that it stops."""
        return bool(self._own().update(claimed_until=timezone.now() + LEASE))

    def release(self) -> None:
        """Give the row back unfinished, the attempt not counted: the trouble was ours, not the file's."""
        self._own().update(claimed_until=None, attempts=F("attempts") - 1, waiting_since=timezone.now())

    def finish(self, **found: Any) -> bool:
        """Write what was found and mark the row as ready; False when it is no longer this worker's."""
        return self._close(readiness=Readiness.READY, failure="", **found)

    def give_up(self, sentence: str) -> bool:
        """Mark the row as failed, with a sentence for the editor."""
        return self._close(readiness=Readiness.FAILED, failure=str(sentence)[:200])

    def wait_again(self) -> None:
        """Let the worker prepare the row anew; a worker that has it in hand will not finish it."""
        type(self).objects.filter(pk=self.pk).update(
            readiness=Readiness.WAITING, failure="", waiting_since=timezone.now(), claimed_by="", claimed_until=None, attempts=0
        )
        self.refresh_from_db()

    def _own(self) -> PreparedQuerySet:
        return type(self).objects.filter(pk=self.pk, claimed_by=self.claimed_by).exclude(claimed_by="").waiting()

    def _close(self, **values: Any) -> bool:
        closed = self._own().update(claimed_until=None, **values)
        self.refresh_from_db()
        return bool(closed)
