"""Whom mail may not reach any more, and what the mail provider said about it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ReportKind(models.TextChoices):
    """What a mail provider tells."""

    BOUNCED = "bounced", _("The mailbox does not exist")
    DELAYED = "delayed", _("Could not be delivered for now")
    COMPLAINED = "complained", _("Marked as spam by the reader")
    UNSUBSCRIBED = "unsubscribed", _("Stopped at the provider")


class DoNotMail(models.Model):
    """An address that gets no mailing. Letters a person asked for themselves (receipts, codes) are not mailings."""

    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    why = models.CharField(_("why"), max_length=12, choices=ReportKind.choices)
    said = models.CharField(_("what the provider said"), max_length=300, blank=True)
    at = models.DateTimeField(_("since"), default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("address without mail")
        verbose_name_plural = _("addresses without mail")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="do_not_mail_lower_case"),
        ]
        indexes: ClassVar = [models.Index(fields=["-at"], name="do_not_mail_newest")]

    def __str__(self) -> str:
        return self.email


class Report(models.Model):
    """One message of the mail provider about a mail; the same one twice is one row."""

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(_("what"), max_length=12, choices=ReportKind.choices)
    email = models.EmailField(_("e-mail address"), max_length=254)
    digest = models.ForeignKey(
        "updates.Digest", on_delete=models.SET_NULL, null=True, blank=True, related_name="reports", verbose_name=_("digest")
    )
    said = models.CharField(_("what the provider said"), max_length=300, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("report of the mail provider")
        verbose_name_plural = _("reports of the mail provider")
        indexes: ClassVar = [
            models.Index(fields=["email", "-at"], name="report_of_address"),
            models.Index(fields=["digest", "kind"], name="report_of_digest"),
            models.Index(fields=["-at"], name="report_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.email}"
