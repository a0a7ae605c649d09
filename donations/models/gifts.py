"""Gifts: one sum each, from the attempt to what became of it."""

import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donations.models.appeals import Appeal, Frequency
from donations.models.pledges import Pledge
from donations.models.steps import NotAllowed, new_reference
from donations.money import Money
from supporters.models import Supporter


class GiftStatus(models.TextChoices):
    """Where a gift stands. How much of it was returned is read from the ledger."""

    PENDING = "pending", _("Started")
    ON_ITS_WAY = "on_its_way", _("On its way")
    RECEIVED = "received", _("Received")
    FAILED = "failed", _("Did not go through")
    EXPIRED = "expired", _("Left unfinished")
    SKIPPED = "skipped", _("Skipped")
    DISPUTED = "disputed", _("Disputed")
    REFUNDED = "refunded", _("Refunded")
    LOST = "lost", _("Taken back by the bank")


S = GiftStatus
# The one dict of allowed moves (docs/money.md draws it). Money that comes always counts: also after a failed try, and
# after we had given the attempt up.
GIFT_MOVES: dict[str, set[str]] = {
    S.PENDING: {S.ON_ITS_WAY, S.RECEIVED, S.FAILED, S.EXPIRED, S.SKIPPED},
    S.ON_ITS_WAY: {S.RECEIVED, S.FAILED, S.SKIPPED},
    S.FAILED: {S.ON_ITS_WAY, S.RECEIVED, S.EXPIRED, S.SKIPPED},
    S.EXPIRED: {S.ON_ITS_WAY, S.RECEIVED},
    S.SKIPPED: {S.RECEIVED},
    S.RECEIVED: {S.DISPUTED, S.REFUNDED},
    S.DISPUTED: {S.RECEIVED, S.LOST, S.REFUNDED},
    S.REFUNDED: {S.DISPUTED, S.RECEIVED},  # a refund that came back
    S.LOST: {S.DISPUTED},
}
UNPAID = {S.PENDING, S.ON_ITS_WAY, S.FAILED, S.EXPIRED, S.SKIPPED}


class GiftQuerySet(models.QuerySet["Gift"]):
    """Gifts."""

    def received(self) -> "GiftQuerySet":
        """Keep those whose money came, whatever became of it since."""
        return self.exclude(status__in=UNPAID)

    def pending_since(self, before: datetime.datetime) -> "GiftQuerySet":
        """Keep attempts that went to a provider before a moment and of which no end has been heard: a failed try is none."""
        return self.filter(status__in=[S.PENDING, S.FAILED], bill="", checkout__gt="", checkout_at__lt=before)

    def never_paid(self, before: datetime.datetime) -> "GiftQuerySet":
        """Keep attempts begun before a moment that brought no money and still hold what their giver typed."""
        return self.filter(status__in=[S.FAILED, S.EXPIRED], created_at__lt=before).exclude(details={})


class Gift(models.Model):
    """One sum: begun as an attempt, known as a gift once its money came."""

    reference = models.CharField(_("reference"), max_length=22, unique=True, default=new_reference, editable=False)
    attempt = models.CharField(max_length=64, unique=True, null=True, blank=True, editable=False)
    provider = models.CharField(_("provider"), max_length=12)  # "sandbox", "stripe", "offline"
    status = models.CharField(_("status"), max_length=12, choices=GiftStatus.choices, default=GiftStatus.PENDING)
    frequency = models.CharField(_("frequency"), max_length=8, choices=Frequency.choices, default=Frequency.ONCE)
    amount = models.BigIntegerField(_("amount"))  # minor units, the covered fee included
    fee_cover = models.BigIntegerField(_("of which covers the fee"), default=0)
    currency = models.CharField(_("currency"), max_length=3)
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="gifts", verbose_name=_("appeal"))
    designation = models.CharField(_("designation"), max_length=120, blank=True)
    story_slug = models.CharField(_("moved by the story"), max_length=80, blank=True)
    anonymous = models.BooleanField(_("anonymous"), default=False)
    language = models.CharField(max_length=8, default="en")
    # What the giver typed, until money comes: name, address, consent, declaration, dedication (donations.giving).
    details = models.JSONField(default=dict, blank=True)

    supporter = models.ForeignKey(Supporter, on_delete=models.PROTECT, null=True, blank=True, related_name="gifts")
    pledge = models.ForeignKey(Pledge, on_delete=models.PROTECT, null=True, blank=True, related_name="gifts")
    due_on = models.DateField(_("due on"), null=True, blank=True)  # the instalment's day
    given_on = models.DateField(_("gift date"), null=True, blank=True)  # the charity's day, fixed once
    posted_on = models.DateField(_("posted on"), null=True, blank=True)  # of gifts entered by hand

    key = models.CharField(max_length=64, blank=True, editable=False)  # idempotency key of the checkout
    checkout = models.CharField(max_length=120, blank=True)
    checkout_url = models.TextField(blank=True)
    checkout_at = models.DateTimeField(null=True, blank=True)
    payment = models.CharField(_("provider's payment"), max_length=120, blank=True)
    bill = models.CharField(_("provider's bill"), max_length=120, blank=True)
    method = models.CharField(_("paid by"), max_length=80, blank=True)
    failure = models.CharField(_("why it failed"), max_length=40, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    next_try_on = models.DateField(null=True, blank=True)
    confirm_url = models.TextField(blank=True)
    disputes = models.JSONField(default=dict, blank=True)  # the bank's name of it -> "open", "won" or "lost"
    created_at = models.DateTimeField(_("begun"), default=timezone.now)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = GiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("gift")
        verbose_name_plural = _("gifts")
        permissions = [("export_gift", "Can export gifts")]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="gift_amount_positive"),
            models.CheckConstraint(condition=Q(fee_cover__gte=0, fee_cover__lt=F("amount")), name="gift_fee_cover_below_amount"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[A-Z]{3}$"), name="gift_currency_iso"),
            models.CheckConstraint(
                condition=Q(status__in=sorted(str(status) for status in UNPAID))
                | Q(given_on__isnull=False, supporter__isnull=False),
                name="received_gift_has_day_and_supporter",
            ),
            models.UniqueConstraint(fields=["provider", "payment"], condition=~Q(payment=""), name="gift_payment_once"),
            models.UniqueConstraint(fields=["provider", "bill"], condition=~Q(bill=""), name="gift_bill_once"),
            models.UniqueConstraint(fields=["provider", "checkout"], condition=~Q(checkout=""), name="gift_checkout_once"),
            # At most one charge a period.
            models.UniqueConstraint(
                fields=["pledge", "due_on"], condition=Q(pledge__isnull=False, due_on__isnull=False), name="gift_one_a_period"
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="gift_newest"),
            models.Index(fields=["status", "-created_at"], name="gift_by_status"),
            models.Index(fields=["supporter", "-given_on"], name="gift_of_supporter"),
            models.Index(fields=["appeal", "-created_at"], name="gift_of_appeal"),
            models.Index(fields=["-given_on"], name="gift_by_day"),
            models.Index(fields=["payment"], name="gift_by_payment"),
            models.Index(fields=["checkout_at"], condition=Q(status__in=["pending", "failed"]), name="gift_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.total} ({self.get_status_display()})"

    @property
    def total(self) -> Money:
        """Return what is charged, the covered fee included."""
        return Money(self.amount, self.currency)

    @property
    def email(self) -> str:
        """Return where to write to the giver."""
        return self.supporter.written_to if self.supporter else self.details.get("email", "")

    def may_become(self, status: str) -> bool:
        """Return whether the move is allowed."""
        return status in GIFT_MOVES[self.status]

    def step(self, status: str, **fields: Any) -> None:
        """Take a step; call with the row locked, inside a transaction. Raises NotAllowed."""
        if not self.may_become(status):
            raise NotAllowed(f"a gift that is {self.status} cannot become {status}")
        self.status = status
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=["status", *fields])
