"""What guards giving: a row for each try, without a name in clear, and the switch that staff hold."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class GivingTry(models.Model):
    """One sending of the giving form, whatever came of it. Rows go after some days (donations.guard.prune).

    address, network and email are keyed hashes that change every day. No try names its gift: that would tie a giver's
    name to a hash of their address.
    """

    at = models.DateTimeField(default=timezone.now)
    address = models.CharField(max_length=32)
    network = models.CharField(max_length=32)
    email = models.CharField(max_length=32)
    let_through = models.BooleanField(default=True)
    refused_because = models.CharField(max_length=12, blank=True)  # donations.guard.refused.Kind
    hasty = models.BooleanField(default=False)  # faster than most people type, or without our field
    by_waiting = models.BooleanField(default=False)  # during an attack, without a proof of work
    # The proof of work or waiting pass this try used up: the database sees to it that each serves once.
    spent = models.CharField(max_length=64, unique=True, null=True)

    class Meta:
        verbose_name = _("try to give")
        verbose_name_plural = _("tries to give")
        indexes: ClassVar = [
            models.Index(fields=["-at"], name="try_newest"),
            models.Index(fields=["address", "-at"], condition=models.Q(let_through=True), name="try_of_address"),
            models.Index(fields=["network", "-at"], condition=models.Q(let_through=True), name="try_of_network"),
            models.Index(fields=["email", "-at"], condition=models.Q(let_through=True), name="try_of_email"),
            models.Index(fields=["-at"], condition=models.Q(let_through=True, by_waiting=True), name="try_by_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.refused_because or 'let through'}"


class GuardMode(models.TextChoices):
    """When givers have to solve a proof of work."""

    AUTOMATIC = "automatic", _("When tries or declines spike")
    ON = "on", _("Always")
    OFF = "off", _("Never")


class GuardSwitch(models.Model):
    """The one row that says when the challenge is asked for, and who said so."""

    mode = models.CharField(_("challenge"), max_length=9, choices=GuardMode.choices, default=GuardMode.AUTOMATIC)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("challenge switch")
        verbose_name_plural = _("challenge switch")
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(pk=1), name="guard_switch_is_one_row")]

    def __str__(self) -> str:
        return self.get_mode_display()
