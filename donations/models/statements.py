"""Statements: all that somebody gave in one tax year, numbered without gaps, immutable, hashed, replaced when money moves."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donations.models.receipts import new_code
from donations.models.steps import new_reference
from donations.money import Money
from supporters.models import Supporter

# Why a voided statement waits for no replacement: nothing that was given in its year is left.
NOTHING_LEFT = "nothing left"


class StatementSeries(models.Model):
    """The last number given out in one jurisdiction and tax year; sandbox statements have a series of their own."""

    jurisdiction = models.CharField(max_length=2)
    year = models.PositiveSmallIntegerField()  # in which the tax year begins
    test = models.BooleanField(default=False)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["jurisdiction", "year", "test"], name="statement_series_once")]

    def __str__(self) -> str:
        return f"{self.jurisdiction} {self.year}"


class StatementQuerySet(models.QuerySet["Statement"]):
    """Statements."""

    def in_force(self) -> "StatementQuerySet":
        """Keep those that hold."""
        return self.filter(voided_at=None)

    def to_be_replaced(self) -> "StatementQuerySet":
        """Keep those that were voided, have no replacement yet, and may get one."""
        return self.filter(voided_at__isnull=False, replaced_by=None, erased_at=None).exclude(voided_because=NOTHING_LEFT)


class Statement(models.Model):
    """What was said to a supporter about a tax year, as it was said. The database refuses to change it but for its voiding."""

    reference = models.CharField(_("reference"), max_length=22, unique=True, default=new_reference, editable=False)
    number = models.CharField(_("number"), max_length=32, unique=True)
    jurisdiction = models.CharField(_("jurisdiction"), max_length=2)
    year = models.PositiveSmallIntegerField(_("year"))  # in which the tax year begins
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    serial = models.PositiveIntegerField(_("serial"))
    test = models.BooleanField(_("test"), default=False)
    supporter = models.ForeignKey(Supporter, on_delete=models.PROTECT, related_name="statements", verbose_name=_("supporter"))
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")
    content = models.JSONField(_("content"))  # what was printed: donations.documents.StatementDocument
    lines = models.JSONField(_("lines"))  # of each gift: reference, minor units left, currency, whether Gift Aid applies
    totals = models.JSONField(_("totals"))  # of each currency: minor units
    digest = models.CharField(_("hash"), max_length=64)  # SHA-256 of the canonical content as it was issued
    code = models.CharField(_("verify code"), max_length=26, unique=True, default=new_code)
    issued_at = models.DateTimeField(_("issued"), default=timezone.now)
    voided_at = models.DateTimeField(_("voided"), null=True, blank=True)
    voided_because = models.CharField(_("voided because"), max_length=200, blank=True)
    erased_at = models.DateTimeField(_("giver's name erased"), null=True, blank=True)

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["jurisdiction", "year", "test", "serial"], name="statement_serial_once"),
            models.CheckConstraint(condition=models.Q(serial__gt=0), name="statement_serial_positive"),
            models.CheckConstraint(condition=models.Q(last_day__gt=models.F("first_day")), name="statement_days_in_order"),
            # One statement of a year is in force: a second must replace the first.
            models.UniqueConstraint(
                fields=["supporter", "jurisdiction", "year", "test"],
                condition=models.Q(voided_at=None),
                name="statement_one_in_force",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-issued_at", "-id"], name="statement_newest"),
            models.Index(fields=["supporter", "-year"], name="statement_of_supporter"),
            models.Index(fields=["voided_at"], condition=models.Q(voided_at__isnull=False), name="statement_voided"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def sums(self) -> list[Money]:
        """Return the total of each currency."""
        return [Money(minor, currency) for currency, minor in sorted(self.totals.items())]
