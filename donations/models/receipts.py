"""Receipts: numbered without gaps, immutable, hashed. A refund voids one; a replacement names it."""

import secrets
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donations.models.gifts import Gift

# No letters that are mistaken for others when read aloud or typed.
_CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_code() -> str:
    """Return a code for the verify page: 26 letters of 30, more than 127 bits."""
    return "".join(secrets.choice(_CODE_LETTERS) for _ in range(26))


class ReceiptSeries(models.Model):
    """The last number given out in one jurisdiction and year; sandbox receipts have a series of their own."""

    jurisdiction = models.CharField(max_length=2)
    year = models.PositiveSmallIntegerField()
    test = models.BooleanField(default=False)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["jurisdiction", "year", "test"], name="receipt_series_once")]

    def __str__(self) -> str:
        return f"{self.jurisdiction} {self.year}"


class Receipt(models.Model):
    """What was said to a donor about a gift, as it was said. The database refuses to change it but for its voiding."""

    number = models.CharField(_("number"), max_length=24, unique=True)
    jurisdiction = models.CharField(_("jurisdiction"), max_length=2)
    year = models.PositiveSmallIntegerField(_("year"))
    serial = models.PositiveIntegerField(_("serial"))
    test = models.BooleanField(_("test"), default=False)
    gift = models.ForeignKey(Gift, on_delete=models.PROTECT, related_name="receipts", verbose_name=_("gift"))
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")
    content = models.JSONField(_("content"))  # donations.receipts.content_of
    digest = models.CharField(_("hash"), max_length=64)  # SHA-256 of the canonical content
    code = models.CharField(_("verify code"), max_length=26, unique=True, default=new_code)
    issued_at = models.DateTimeField(_("issued"), default=timezone.now)
    voided_at = models.DateTimeField(_("voided"), null=True, blank=True)
    voided_because = models.CharField(_("voided because"), max_length=200, blank=True)
    erased_at = models.DateTimeField(_("giver's name erased"), null=True, blank=True)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["jurisdiction", "year", "test", "serial"], name="receipt_serial_once"),
            models.CheckConstraint(condition=models.Q(serial__gt=0), name="receipt_serial_positive"),
            # One receipt of a gift is in force: a second must replace the first.
            models.UniqueConstraint(fields=["gift"], condition=models.Q(voided_at=None), name="receipt_one_in_force"),
        ]
        indexes: ClassVar = [models.Index(fields=["-issued_at", "-id"], name="receipt_newest")]

    def __str__(self) -> str:
        return self.number
