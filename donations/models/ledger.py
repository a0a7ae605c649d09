"""The ledger: what money moved, one line each, never changed. Totals, receipts and exports are read from it."""

from django.conf import settings
from django.db import models
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donations.models.appeals import Appeal
from donations.models.gifts import Gift
from donations.models.notices import ProviderNotice
from donations.money import Money


class EntryKind(models.TextChoices):
    """What moved. Amounts are signed: gifts and reversals come in, all others go out."""

    GIFT = "gift", _("Gift")
    FEE = "fee", _("Provider's fee")
    REFUND = "refund", _("Refund")
    DISPUTE = "dispute", _("Taken back by the bank")
    REVERSAL = "reversal", _("Given back by the bank")
    PAYOUT = "payout", _("Paid out to the charity")


COMES_IN = {EntryKind.GIFT, EntryKind.REVERSAL}


class LedgerQuerySet(models.QuerySet["LedgerEntry"]):
    """Lines of the ledger."""

    def total(self, currency: str) -> Money:
        """Return the sum of the lines in a currency."""
        return Money(self.filter(currency=currency).aggregate(total=Sum("amount"))["total"] or 0, currency)

    def kept(self) -> "LedgerQuerySet":
        """Keep what counts toward an appeal: gifts less what went back to givers; fees and payouts are the charity's own."""
        return self.filter(kind__in=[EntryKind.GIFT, EntryKind.REFUND, EntryKind.DISPUTE, EntryKind.REVERSAL])


class LedgerEntry(models.Model):
    """One movement of money. The database refuses to change or delete it (migration 0002, donations.append_only)."""

    kind = models.CharField(_("what"), max_length=10, choices=EntryKind.choices)
    amount = models.BigIntegerField(_("amount"))  # signed minor units
    currency = models.CharField(_("currency"), max_length=3)
    day = models.DateField(_("charity's day"))
    key = models.CharField(max_length=200, unique=True)  # provider:kind:id there: a repeat finds the line
    provider = models.CharField(_("provider"), max_length=12)
    gift = models.ForeignKey(Gift, on_delete=models.PROTECT, null=True, blank=True, related_name="entries")
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # What caused it: a notice, or a member of staff with their reason.
    notice = models.ForeignKey(ProviderNotice, on_delete=models.PROTECT, null=True, blank=True, related_name="entries")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    booked_at = models.DateTimeField(_("booked"), default=timezone.now)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["gift", "reversal"], amount__gt=0)
                | Q(kind__in=["refund", "dispute"], amount__lt=0)
                | Q(kind__in=["fee", "payout"]),
                name="ledger_signs",
            ),
            models.CheckConstraint(condition=Q(kind__in=["payout", "fee"]) | Q(gift__isnull=False), name="ledger_entry_has_gift"),
            models.CheckConstraint(condition=Q(notice__isnull=False) | ~Q(reason=""), name="ledger_entry_has_cause"),
        ]
        indexes = [
            models.Index(fields=["-booked_at", "-id"], name="ledger_newest"),
            models.Index(fields=["-day"], name="ledger_by_day"),
            models.Index(fields=["appeal", "currency", "kind", "amount"], name="ledger_of_appeal"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.money}"

    @property
    def money(self) -> Money:
        """Return the signed sum."""
        return Money(self.amount, self.currency)
