"""What was claimed from the tax office: each gift once, with the sum that was claimed for it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donations.models.declarations import GiftAidDeclaration
from donations.models.gifts import Gift


class GiftAidClaim(models.Model):
    """One claim: every gift that could be claimed up to a day and had not been before."""

    until = models.DateField(_("gifts up to"))
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    gifts = models.PositiveIntegerField(_("gifts"), default=0)
    total = models.BigIntegerField(_("given in pence"), default=0)
    # For gifts of earlier claims that went back since, at 25p a pound: the schedule's "adjustment".
    taken_off = models.BigIntegerField(_("taken off in pence of tax"), default=0)

    class Meta:
        verbose_name = _("Gift Aid claim")
        verbose_name_plural = _("Gift Aid claims")
        indexes: ClassVar = [models.Index(fields=["-made_at", "-id"], name="gift_aid_claim_newest")]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d}"


class ClaimedGift(models.Model):
    """One row of a claim's schedule. The database lets no gift be claimed twice."""

    claim = models.ForeignKey(GiftAidClaim, on_delete=models.PROTECT, related_name="rows")
    gift = models.OneToOneField(Gift, on_delete=models.PROTECT, related_name="claimed")
    declaration = models.ForeignKey(GiftAidDeclaration, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()  # pence, as claimed

    class Meta:
        verbose_name = _("claimed gift")
        verbose_name_plural = _("claimed gifts")
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(amount__gt=0), name="claimed_amount_positive")]

    def __str__(self) -> str:
        return f"{self.amount}"
