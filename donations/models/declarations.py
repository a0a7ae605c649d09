"""What a giver says beside the gift: Gift Aid, and in whose honour or memory it is given."""

import datetime
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donations.models.gifts import Gift
from supporters.models import Supporter


class GiftAidDeclaration(models.Model):
    """A UK taxpayer's declaration, in the words that were read. Cancelled from a day on, never backwards; kept six years."""

    supporter = models.ForeignKey(Supporter, on_delete=models.PROTECT, related_name="gift_aid")
    charity = models.CharField(max_length=120)
    title = models.CharField(max_length=4, blank=True)
    first_name = models.CharField(max_length=35)
    last_name = models.CharField(max_length=35)
    house = models.CharField(_("house name or number"), max_length=40)
    address = models.CharField(_("home address"), max_length=200)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    past_four_years = models.BooleanField(_("gifts of the past four years too"), default=False)
    future = models.BooleanField(_("future gifts too"), default=False)
    gift = models.ForeignKey(Gift, on_delete=models.PROTECT, null=True, blank=True, related_name="declarations")
    words = models.TextField(_("words"))
    version = models.CharField(_("version of the words"), max_length=16)
    channel = models.CharField(_("given by"), max_length=16, default="web")
    at = models.DateTimeField(_("given"), default=timezone.now)
    cancelled_on = models.DateField(_("cancelled from"), null=True, blank=True)

    class Meta:
        verbose_name = _("Gift Aid declaration")
        verbose_name_plural = _("Gift Aid declarations")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gift"], condition=models.Q(gift__isnull=False), name="declaration_once_a_gift")
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}, {self.at:%Y-%m-%d}"

    def covers(self, day: datetime.date, first_day: datetime.date, gift_id: int | None = None) -> bool:
        """Return whether a gift of a day may be claimed; `first_day` is the charity's day of the declaration."""
        if self.cancelled_on and day >= self.cancelled_on:
            return False
        if gift_id is not None and self.gift_id == gift_id:
            return True
        if day >= first_day:
            return self.future
        return self.past_four_years and day >= four_years_before(first_day)


def four_years_before(day: datetime.date) -> datetime.date:
    """Return the day four years before: 28 February where that year has no 29th."""
    try:
        return day.replace(year=day.year - 4)
    except ValueError:  # 29 February 1904 and the like
        return day.replace(year=day.year - 4, day=28)


class Dedication(models.Model):
    """In whose honour or memory a gift was given, and whom to tell."""

    gift = models.OneToOneField(Gift, on_delete=models.CASCADE, related_name="dedication")
    kind = models.CharField(max_length=8, choices=[("honour", _("In honour of")), ("memory", _("In memory of"))])
    name = models.CharField(_("name"), max_length=120)
    message = models.CharField(_("message"), max_length=500, blank=True)
    tell = models.EmailField(_("whom to tell"), max_length=254, blank=True)

    class Meta:
        verbose_name = _("dedication")
        verbose_name_plural = _("dedications")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}"
