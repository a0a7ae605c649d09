"""What each night's comparison with a provider's book came to."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ReconciliationRun(models.Model):
    """One day of one provider, compared once: how many lines agreed, and those that did not."""

    day = models.DateField(_("day"))
    provider = models.CharField(_("provider"), max_length=12)
    agreeing = models.PositiveIntegerField(_("lines that agree"))
    # [{"what": "missing", "kind": "gift", "id": "…", "ours": "25.00 GBP" or "", "theirs": "…", "gift": pk or None}, …]
    differences: "models.JSONField[Any, Any]" = models.JSONField(_("differences"), default=list)
    at = models.DateTimeField(_("compared"), default=timezone.now)

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliation")
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "day"], name="reconciled_once_a_day")]
        indexes: ClassVar = [models.Index(fields=["-day", "-id"], name="reconciliation_newest")]

    def __str__(self) -> str:
        return f"{self.provider} {self.day}"
