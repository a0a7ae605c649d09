"""What somebody may ask for about themselves: all we know of them as a file, and to be forgotten."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from donations.models.steps import new_reference
from supporters.models import Supporter


class DataDownload(models.Model):
    """One file with all that is known of a person: asked for, made by the rounds, taken once, gone within hours."""

    reference = models.CharField(max_length=22, unique=True, default=new_reference)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    session = models.CharField(max_length=64)  # a keyed hash of the session that asked: no other may take it
    language = models.CharField(max_length=8, default="en")
    asked_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)  # a process is making it
    tries = models.PositiveSmallIntegerField(default=0)
    ready_at = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    file = models.CharField(max_length=120, blank=True)  # its name in the storage, which serves it to nobody
    size = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("download of somebody's data")
        verbose_name_plural = _("downloads of people's data")
        indexes: ClassVar = [
            models.Index(fields=["asked_at"], condition=models.Q(ready_at=None), name="download_waits"),
            models.Index(fields=["account", "-asked_at"], name="download_of_account"),
        ]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M}"


class Erasure(models.Model):
    """That somebody was forgotten, when, and what tax law has us keep: sealed, and destroyed after `kept_until`."""

    supporter = models.OneToOneField(Supporter, on_delete=models.PROTECT, related_name="erasure")
    erased_at = models.DateTimeField(_("erased"), default=timezone.now)
    cleaned_at = models.DateTimeField(_("traces cleaned"), null=True, blank=True)
    kept_until = models.DateField(_("kept until"), null=True, blank=True)
    # Name, addresses and declarations as documents had them, sealed with VAULT_KEYS; "" once nothing is kept.
    sealed = models.TextField(blank=True, editable=False)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(sealed="") | models.Q(kept_until__isnull=False), name="erasure_kept_has_end"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["kept_until"], name="erasure_kept_until"),
            models.Index(fields=["erased_at"], condition=models.Q(cleaned_at=None), name="erasure_unclean"),
        ]

    def __str__(self) -> str:
        return f"{self.erased_at:%Y-%m-%d}"
