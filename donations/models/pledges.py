"""Pledges: promises over time. In public a monthly one makes its giver a Freedom Partner."""

import datetime
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donations.models.appeals import Appeal
from donations.models.steps import NotAllowed, new_reference
from donations.money import Money
from supporters.models import Supporter


class PledgeStatus(models.TextChoices):
    """Where a pledge stands; in donors' words see Pledge.in_words()."""

    STARTING = "starting", _("Being set up")
    ACTIVE = "active", _("Active")
    PAST_DUE = "past_due", _("A gift did not go through")
    PAUSED = "paused", _("Paused")
    CANCELLED = "cancelled", _("Ended")


P = PledgeStatus
# The one dict of allowed moves (docs/money.md draws it). Cancelled is final.
PLEDGE_MOVES: dict[str, set[str]] = {
    P.STARTING: {P.ACTIVE, P.PAST_DUE, P.PAUSED, P.CANCELLED},
    P.ACTIVE: {P.PAST_DUE, P.PAUSED, P.CANCELLED},
    P.PAST_DUE: {P.ACTIVE, P.PAUSED, P.CANCELLED},
    P.PAUSED: {P.ACTIVE, P.PAST_DUE, P.CANCELLED},
    P.CANCELLED: set(),
}


class PledgeQuerySet(models.QuerySet["Pledge"]):
    """Pledges."""

    def running(self) -> "PledgeQuerySet":
        """Keep those that have not ended."""
        return self.exclude(status=P.CANCELLED)


class Pledge(models.Model):
    """A promise to give a sum every month, charged by the provider's own schedule."""

    reference = models.CharField(_("reference"), max_length=22, unique=True, default=new_reference, editable=False)
    provider = models.CharField(_("provider"), max_length=12)
    name_there = models.CharField(_("provider's name of it"), max_length=120)
    customer = models.CharField(max_length=120, blank=True)
    status = models.CharField(_("status"), max_length=12, choices=PledgeStatus.choices, default=PledgeStatus.STARTING)
    supporter = models.ForeignKey(Supporter, on_delete=models.PROTECT, null=True, related_name="pledges")
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="pledges")
    amount = models.BigIntegerField(_("amount a month"))  # minor units, the covered fee included
    fee_cover = models.BigIntegerField(default=0)
    currency = models.CharField(_("currency"), max_length=3)
    anchor_day = models.PositiveSmallIntegerField(_("day of the month"), validators=[MinValueValidator(1), MaxValueValidator(31)])
    language = models.CharField(max_length=8, default="en")
    next_on = models.DateField(_("next gift"), null=True, blank=True)
    paused_until = models.DateField(_("paused until"), null=True, blank=True)
    method = models.CharField(_("pays by"), max_length=80, blank=True)
    card_ends_on = models.DateField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)  # the moment of the newest PledgeChanged taken in
    started_at = models.DateTimeField(_("began"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_because = models.CharField(max_length=200, blank=True)

    objects = PledgeQuerySet.as_manager()

    class Meta:
        verbose_name = _("pledge")
        verbose_name_plural = _("pledges")
        constraints = [
            models.UniqueConstraint(fields=["provider", "name_there"], name="pledge_once_at_provider"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="pledge_amount_positive"),
            models.CheckConstraint(condition=Q(anchor_day__gte=1, anchor_day__lte=31), name="pledge_anchor_day"),
            models.CheckConstraint(
                condition=~Q(status="cancelled") | Q(ended_at__isnull=False, next_on=None), name="ended_pledge_has_no_next"
            ),
        ]
        indexes = [
            models.Index(fields=["-started_at", "-id"], name="pledge_newest"),
            models.Index(fields=["status", "next_on"], name="pledge_due"),
            models.Index(fields=["supporter", "-started_at"], name="pledge_of_supporter"),
        ]

    def __str__(self) -> str:
        return f"{self.total} a month ({self.get_status_display()})"

    @property
    def total(self) -> Money:
        """Return the sum of one month."""
        return Money(self.amount, self.currency)

    def may_become(self, status: str) -> bool:
        """Return whether the move is allowed."""
        return status in PLEDGE_MOVES[self.status]

    def step(self, status: str, **fields: Any) -> None:
        """Take a step; call with the row locked, inside a transaction. Raises NotAllowed."""
        if not self.may_become(status):
            raise NotAllowed(f"a pledge that is {self.status} cannot become {status}")
        self.status = status
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=["status", *fields])

    def note(self, kind: str, key: str, at: datetime.datetime, **data: Any) -> "PledgeEvent | None":
        """Add a line to the timeline, or return None where the same line is there already."""
        event, new = PledgeEvent.objects.get_or_create(pledge=self, key=key, defaults={"kind": kind, "at": at, "data": data})
        return event if new else None


class PledgeEvent(models.Model):
    """One line of a pledge's timeline: what happened, when, in data that the pages put into words. Never changed."""

    pledge = models.ForeignKey(Pledge, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=24)
    key = models.CharField(max_length=160)
    at = models.DateTimeField()
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("event of a pledge")
        verbose_name_plural = _("timeline")
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["pledge", "key"], name="pledge_event_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"
