"""Refunds that staff asked for: who asked, who approved, and how far each has got. The ledger alone says what went back."""

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donations.models.gifts import Gift
from donations.models.steps import NotAllowed
from donations.money import Money


class RefundState(models.TextChoices):
    """How far a refund has got."""

    ASKED = "asked", _("Waits for a second person")
    APPROVED = "approved", _("Approved, not yet sent")
    SENT = "sent", _("Sent, not yet in the ledger")
    DONE = "done", _("In the ledger")
    REFUSED = "refused", _("Refused")


R = RefundState
# The one dict of allowed moves (docs/money.md draws it). A refund that was sent is refused by hand, when the ledger has no
# line of it, or by the provider's word that the giver's bank could not take it, also when it had seemed done.
REFUND_MOVES: dict[str, set[str]] = {
    R.ASKED: {R.APPROVED, R.REFUSED},
    R.APPROVED: {R.SENT, R.DONE, R.REFUSED},
    R.SENT: {R.DONE, R.REFUSED},
    R.DONE: {R.REFUSED},
    R.REFUSED: set(),
}
UNDER_WAY = {R.ASKED, R.APPROVED, R.SENT}


def new_key() -> str:
    """Return an idempotency key; kept in the row before any provider is asked."""
    return f"refund-{secrets.token_hex(12)}"


class RefundQuerySet(models.QuerySet["RefundRequest"]):
    """Refunds asked for."""

    def under_way(self) -> "RefundQuerySet":
        """Keep those that may still take money out."""
        return self.filter(state__in=sorted(str(state) for state in UNDER_WAY))

    def waiting(self) -> "RefundQuerySet":
        """Keep those that wait for a second person, oldest first."""
        return self.filter(state=R.ASKED).order_by("asked_at", "id")


class RefundRequest(models.Model):
    """One sum to go back to one giver. Above a sum another person than the one who asked approves it."""

    gift = models.ForeignKey(Gift, on_delete=models.PROTECT, related_name="refunds", verbose_name=_("gift"))
    amount = models.BigIntegerField(_("amount"))  # minor units
    currency = models.CharField(_("currency"), max_length=3)
    reason = models.CharField(_("reason"), max_length=200)
    state = models.CharField(_("state"), max_length=8, choices=RefundState.choices, default=RefundState.ASKED)
    four_eyes = models.BooleanField(_("needs a second person"), default=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    key = models.CharField(max_length=40, unique=True, default=new_key, editable=False)  # idempotency key at the provider
    there = models.CharField(_("provider's refund"), max_length=120, blank=True)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    first_tried_at = models.DateTimeField(null=True, blank=True)
    tried_at = models.DateTimeField(_("last tried"), null=True, blank=True)
    said = models.CharField(_("what came of it"), max_length=200, blank=True)

    objects = RefundQuerySet.as_manager()

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive"),
            models.CheckConstraint(condition=~Q(reason=""), name="refund_has_reason"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("asked_by")), name="refund_approved_by_another"
            ),
            models.CheckConstraint(
                condition=Q(four_eyes=False) | Q(state__in=["asked", "refused"]) | Q(approved_by__isnull=False),
                name="refund_seen_by_four_eyes",
            ),
        ]
        indexes = [
            models.Index(fields=["-asked_at", "-id"], name="refund_newest"),
            models.Index(fields=["state", "asked_at"], name="refund_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.total} ({self.get_state_display()})"

    @property
    def total(self) -> Money:
        """Return the sum that is to go back."""
        return Money(self.amount, self.currency)

    def step(self, state: str, **fields: Any) -> None:
        """Take a step; call with the row locked, inside a transaction. Raises NotAllowed."""
        if state not in REFUND_MOVES[self.state]:
            raise NotAllowed(f"a refund that is {self.state} cannot become {state}")
        self.state = state
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=["state", *fields])
